"""Data-subject requests as an actor may see them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from consent.models import AccessPackage, DataSubject, SubjectRequest, SubjectRequestEvent
from consent.request_states import CLOSED, PACKAGED, HoldReason, Jurisdiction, RequestKind, RequestState
from portal.accounts.models import User
from portal.core.access import require, restrict
from portal.core.actors import Actor
from portal.core.envelope import SealBroken
from portal.core.errors import KeyDestroyed, NotFound

SOON = timedelta(days=7)
# Open, and not waiting for what stops the clock (consent.deadlines.stops_clock).
RUNNING = ~Q(state__in=CLOSED) & ~Q(
    state=RequestState.ON_HOLD, jurisdiction=Jurisdiction.GDPR, hold_reason=HoldReason.IDENTITY
)


@dataclass(frozen=True, slots=True)
class RequestFilters:
    """What a list is narrowed to; `waiting` is `open`, `soon`, `overdue`, `closed` or empty for all.

    `worked_on_by` is `me`, `nobody` or empty for anybody.
    """

    waiting: str = ""
    kind: str = ""
    worked_on_by: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a request's checklist."""

    words: str
    done: bool


def requests_for(actor: Actor, filters: RequestFilters, *, today: date) -> QuerySet[SubjectRequest]:
    """The requests of the actor's teams: open ones first, by what is due; then closed ones, the latest first."""
    found = restrict(SubjectRequest.objects.select_related("team", "assigned_to"), actor, "requests.list")
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.waiting:
        found = found.filter(_waiting(today).get(filters.waiting, Q()))
    if filters.worked_on_by:
        mine = Q(assigned_to=actor) if isinstance(actor, User) else Q(pk__in=[])
        found = found.filter(mine if filters.worked_on_by == "me" else Q(assigned_to=None))
    return found.defer("details_sealed").order_by("-closed_at", "due_on", "pk")  # NULL, still open, comes first


def _waiting(today: date) -> dict[str, Q]:
    return {
        "open": ~Q(state__in=CLOSED),
        "soon": RUNNING & Q(due_on__gte=today, due_on__lte=today + SOON),
        "overdue": RUNNING & Q(due_on__lt=today),
        "closed": Q(state__in=CLOSED),
    }


def requests_pressing(actor: Actor, *, today: date) -> tuple[int, int]:
    """How many of the requests that the actor works on are overdue, and how many due within a week. One query."""
    waiting = _waiting(today)
    counts = restrict(SubjectRequest.objects.all(), actor, "requests.act").aggregate(
        overdue=Count("pk", filter=waiting["overdue"]), soon=Count("pk", filter=waiting["soon"])
    )
    return counts["overdue"], counts["soon"]


def requests_of(actor: Actor, subject: DataSubject) -> QuerySet[SubjectRequest]:
    """Every request of one data subject that the actor may see, the latest first."""
    found = restrict(SubjectRequest.objects.select_related("team", "assigned_to"), actor, "requests.view")
    return found.filter(subject=subject).order_by("-received_at", "-pk")


def request_for(actor: Actor, public_id: uuid.UUID, *, permission: str = "requests.view") -> SubjectRequest:
    """One request. Raises NotFound for another team's, Denied without the role."""
    request = (
        SubjectRequest.objects.select_related("team", "subject", "data_key", "assigned_to", "identity_checked_by")
        .filter(public_id=public_id)
        .first()
    )
    if request is None:
        raise NotFound("There is no such item.")
    require(actor, permission, request)
    return request


def request_details(request: SubjectRequest) -> str:
    """What the customer wrote, opened. The caller has checked `requests.act`. Empty where nothing opens (any more)."""
    return _opened(request, request.details_sealed, request.place)


def request_history(request: SubjectRequest) -> list[tuple[SubjectRequestEvent, str]]:
    """Every step, the latest first, each with its note, opened as above."""
    steps = list(request.events.select_related("person").order_by("-at", "-pk"))
    return [(step, _opened(request, step.note_sealed, step.place)) for step in steps]


def package_of(request: SubjectRequest) -> AccessPackage | None:
    """The request's package, deleted or not, without its content."""
    return AccessPackage.objects.defer("sealed").filter(request=request).first()


def checklist(request: SubjectRequest) -> list[Item]:
    """What has to be done for a request of this kind, in order, and what of it has been; once closed, only that."""
    done = set(request.events.values_list("action", flat=True))
    state = RequestState(request.held_from or request.state)
    identified = request.identity_checked_at is not None
    started = state in (RequestState.IN_PROGRESS, RequestState.FULFILLED)
    items = [Item("Identify the person", identified), Item("Start the work", started)]
    for words, actions in _STEPS[RequestKind(request.kind)]:
        items.append(Item(words, bool(done & actions)))
    items.append(Item("Answer the customer and close", request.state == RequestState.FULFILLED))
    return items if request.open else [item for item in items if item.done]


_PACKAGE = [
    ("Build the package of their data", {"request.package_built"}),
    ("Download it and give it to them in a safe way", {"request.package_downloaded"}),
]
_STEPS: dict[RequestKind, list[tuple[str, set[str]]]] = {
    **dict.fromkeys(sorted(PACKAGED), _PACKAGE),
    RequestKind.ERASURE: [
        ("Note how to reach the customer: what they wrote is erased too", {"request.erasure_ordered"}),
        ("Erase", {"request.erasure_ordered"}),
        ("A clean check issues the certificate", {"request.fulfilled"}),
    ],
    RequestKind.RECTIFICATION: [("Correct the data", {"request.rectified"})],
    RequestKind.RESTRICTION: [("Impose the restriction", {"request.restricted"})],
    RequestKind.OBJECTION: [("Record the objection to the purposes named", {"request.objected"})],
}


def _opened(request: SubjectRequest, value: bytes | memoryview | None, place: str) -> str:
    if value is None:
        return ""
    try:
        return request.data_key.unwrap().open(bytes(value), place=place).decode("utf-8", "replace")
    except (KeyDestroyed, SealBroken):
        return ""
