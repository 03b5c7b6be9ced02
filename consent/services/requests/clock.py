"""What happens to requests because time has passed: reminders, packages that expire, strangers forgotten."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from consent.models import AccessPackage, SubjectRequest
from consent.queries.holds import holds_in_force
from consent.queries.requests import RUNNING
from consent.services.holds import holds_freeze
from consent.services.requests.records import record, today
from portal.accounts.models import Team
from portal.core import ledger
from portal.core.actors import SYSTEM
from portal.core.jobs import enqueue
from portal.core.models import DataKey
from portal.core.session_locks import session_lock

_LOCK = 0x52455153  # "REQS"
# The nearest first: a request found late is reminded of once, not three times.
STRANGERS_FORGOTTEN_AFTER = timedelta(days=90)
OCCASIONS = (("overdue", -1), ("days", 2), ("week", 7))  # days that are left at most


def tick() -> bool:
    """Do what is due. False where another worker is at it. Safe to repeat at any time."""
    with session_lock(_LOCK) as alone:
        if not alone:
            return False
        reminders_send(on=today())
        packages_expire()
        strangers_forget()
        with transaction.atomic():
            enqueue("consent.list_erasures", key="list_erasures")
    return True


def occasion_of(*, due_on: date, on: date) -> str:
    """What is to be said on this day of a request due on that one; empty where nothing is."""
    left = (due_on - on).days
    return next((name for name, most in OCCASIONS if left <= most), "")


def reminders_send(*, on: date) -> int:
    """Remind of running requests a week and two days before their last day, and when it has passed; each once."""
    waiting = SubjectRequest.objects.filter(RUNNING).order_by("due_on", "pk")
    sent = 0
    for pk, due_on, reminded in waiting.values_list("pk", "due_on", "reminded"):
        occasion = occasion_of(due_on=due_on, on=on)
        if occasion and occasion not in reminded:
            sent += _remind(pk, occasion, on)
    return sent


@transaction.atomic
def _remind(pk: int, occasion: str, on: date) -> bool:
    request = SubjectRequest.objects.select_for_update(no_key=True).get(pk=pk)
    if occasion in request.reminded or not request.running or occasion_of(due_on=request.due_on, on=on) != occasion:
        return False
    request.reminded = [*request.reminded, occasion]
    request.save(update_fields=["reminded"])
    record(request=request, actor=SYSTEM, action="request.reminded", facts={"occasion": occasion})
    enqueue("consent.remind", request_id=request.pk, occasion=occasion)
    return True


def packages_expire() -> int:
    """Delete the packages whose time is over; returns how many."""
    due = AccessPackage.objects.filter(deleted_at__isnull=True, expires_at__lte=timezone.now())
    count = 0
    for pk in list(due.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            package = (
                AccessPackage.objects.select_for_update(of=("self",)).select_related("request__data_key").get(pk=pk)
            )
            if package.deleted_at is not None:
                continue
            package.sealed, package.deleted_at = None, timezone.now()
            package.save(update_fields=["sealed", "deleted_at"])
            record(request=package.request, actor=SYSTEM, action="request.package_expired")
            count += 1
    return count


def strangers_forget() -> int:
    """Destroy the keys of what unknown people wrote, three months after their request was closed; returns how many.

    Not while everything of their team is under a legal hold. One ledger entry a team.
    """
    until = timezone.now() - STRANGERS_FORGOTTEN_AFTER
    closed = SubjectRequest.objects.filter(
        subject__isnull=True, closed_at__lte=until, data_key__wrapped__isnull=False
    ).order_by()
    return sum(_strangers_forget(team_id, closed) for team_id in closed.values_list("team", flat=True).distinct())


@transaction.atomic
def _strangers_forget(team_id: int, closed: QuerySet[SubjectRequest]) -> int:
    holds_freeze(team_id=team_id)
    if holds_in_force(team_id=team_id).whole_team:
        return 0
    keys = DataKey.objects.filter(pk__in=closed.filter(team=team_id).values("data_key"))
    forgotten = keys.update(wrapped=None, destroyed_at=timezone.now())
    if forgotten:
        team = Team.objects.get(pk=team_id)
        data = {"requests": forgotten}
        ledger.append(action="request.strangers_forgotten", actor=SYSTEM, obj=team, team_id=team_id, data=data)
    return forgotten
