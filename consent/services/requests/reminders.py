"""Mail about a request: its pseudonymous id and a link, never who it is about or what they wrote."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage

from consent.models import SubjectRequest
from portal.accounts.models import User
from portal.core.access import grants_of

WORDS = {
    "week": "is due in a week",
    "days": "is due in two days",
    "overdue": "is overdue",
    "held": "is on hold: a legal hold forbids the erasure",
    "unclean": "left something behind: look at the check and erase again",
}


def reminder_send(*, request_id: int, occasion: str) -> int:
    """Mail the person at work on it, or else every privacy officer of the team; returns to how many.

    Repeated after a crash it may mail twice, never not at all.
    """
    request = SubjectRequest.objects.select_related("team", "assigned_to").filter(pk=request_id).first()
    if request is None or not request.open:
        return 0
    name = str(request.public_id)[:8]
    people = _concerned(request, everybody=occasion in ("overdue", "unclean"))
    for person in people:
        EmailMessage(
            subject=f"Data-subject request {name} {WORDS[occasion]}",
            body=f"Data-subject request {name} {WORDS[occasion]}.\n\n{_address(request)}\n",
            to=[person.email],
        ).send()
    return len(people)


def officers(request: SubjectRequest) -> list[User]:
    """Whoever may act on the request, by name."""
    members = User.objects.filter(
        is_active=True, memberships__team=request.team_id, memberships__role__in=grants_of("requests.act")
    )
    return list(members.distinct().order_by("name", "pk"))


def _concerned(request: SubjectRequest, *, everybody: bool) -> list[User]:
    people = officers(request)
    mine = [person for person in people if person.pk == request.assigned_to_id]
    return people if everybody or not mine else mine


def _address(request: SubjectRequest) -> str:
    return f"{settings.PROBITY_BASE_URL.rstrip('/')}/requests/{request.public_id}/"
