"""Mail to the people whom a finding concerns: an id and a link, never what it is about."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q

from audits.models import Finding, Programme
from portal.accounts.models import User
from portal.core.access import can
from portal.core.actors import Actor
from portal.core.jobs import enqueue
from portal.core.ledger import action_label

NOTIFIED = frozenset(
    {
        "finding.raised",
        "finding.confirmed",
        "finding.dismissal_proposed",
        "finding.assigned",
        "finding.risk_accepted",
        "finding.risk_expired",
        "finding.verified",
        "finding.verification_failed",
        "finding.verification_undecided",
        "finding.sent_back",
        "finding.signed_off",
        "remediation.submitted",
        "remediation.changes_requested",
        "remediation.approved",
    }
)


def notify(*, finding: Finding, action: str, actor: Actor) -> None:
    """Ask for the mail about this step, sent after commit by a worker: the page does not wait for a mail server."""
    enqueue("audits.notify", finding_id=finding.pk, action=action, by=actor.actor_ref)


def notification_send(*, finding_id: int, action: str, by: str) -> int:
    """Mail whoever is to know of this step, except who did it; returns to how many.

    Repeated after a crash it may mail twice, never not at all.
    """
    finding = Finding.objects.select_related("assistant__team").filter(pk=finding_id).first()
    if finding is None:
        return 0
    people = [person for person in _concerned(finding) if person.actor_ref != by]
    for person in people:
        EmailMessage(
            subject=f"Finding {finding.pk}: {action_label(action)}",
            body=f"{action_label(action)}.\n\n{_address(finding)}\n",
            to=[person.email],
        ).send()
    return len(people)


def _concerned(finding: Finding) -> list[User]:
    """The owner and those whom the assistant's programme names, as long as they may still see the finding."""
    told = Programme.notify.through.objects.filter(programme__assistant=finding.assistant_id)
    people = User.objects.filter(Q(pk=finding.owner_id) | Q(pk__in=told.values("user_id")))
    return [person for person in people.order_by("pk") if can(person, "audits.view", finding)]


def _address(finding: Finding) -> str:
    return f"{settings.PROBITY_BASE_URL.rstrip('/')}/findings/{finding.pk}/"
