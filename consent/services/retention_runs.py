"""The nightly run: disposes of what the rules in force say, batch by batch, and keeps count.

Each batch is one transaction: it lets no hold be placed, picks rows whose time has passed and that nothing holds,
disposes of them, and writes one ledger entry with counts. A run that is cut short goes on where it was; rows that are
gone are not due any more, so that repeating it changes nothing.
"""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from consent.models import RetentionRule, RetentionRun
from consent.queries.holds import holds_in_force
from consent.queries.retention_due import Figures, due_rows, figures, free, rules_in_force
from consent.retention.classes import DataClass, Group, data_classes
from consent.retention.resolution import Rule
from consent.services.holds import holds_freeze
from consent.states import RuleState
from portal.accounts.models import Team
from portal.core import jobs, ledger
from portal.core.access import require
from portal.core.actors import SYSTEM, Actor


def retention_job_key(run_id: int) -> str:
    return f"retention:{run_id}"


def retention_nights_begin(*, now: datetime, hour: int) -> int:
    """Queue the night's run of every team that has a rule in force, from `hour` (UTC) on; returns how many."""
    moment = now.astimezone(UTC)
    if moment.hour < hour:
        return 0
    teams = RetentionRule.objects.filter(state=RuleState.ACTIVE).order_by("team").values_list("team", flat=True)
    begun = 0
    for team_id in teams.distinct():
        with transaction.atomic():
            run, made = RetentionRun.objects.get_or_create(
                team_id=team_id, night=moment.date(), defaults={"started_at": now}
            )
            if made:
                jobs.enqueue("consent.retention_run", key=retention_job_key(run.pk), run_id=run.pk)
                begun += 1
    return begun


def retention_run_now(*, team: Team, dry: bool, actor: Actor) -> RetentionRun:
    """Run the team's rules at once, or, dry, only count what that would dispose of.

    A dry run is for whoever sees the rules, the other for SYSTEM, an operator's command line. Raises Denied, NotFound.
    """
    if actor is not SYSTEM:
        require(actor, "retention.view" if dry else "retention.change", team)
    run = RetentionRun.objects.create(team=team, dry=dry, started_at=timezone.now())
    if dry:
        _finish(run)
    else:
        retention_run_continue(run_id=run.pk)
        run.refresh_from_db()
    return run


def retention_run_continue(*, run_id: int, seconds: float = math.inf) -> bool:
    """Go on with a run from where it stopped. After `seconds` it queues itself behind whatever waits; then False.

    Writes `retention.disposed` for each batch and `retention.run_finished` at the end.
    """
    run = RetentionRun.objects.select_related("team").get(pk=run_id)
    if run.finished_at is not None:
        return True
    ends_at = time.monotonic() + seconds
    ruled = rules_in_force(team_id=run.team_id)
    places = [(kind, group) for kind in data_classes() if kind.name in ruled for group in kind.groups(run.team_id)]
    names = [[kind.name, group.key] for kind, group in places]
    first, after = 0, 0
    if run.position and run.position[:2] in names:
        first, after = names.index(run.position[:2]), run.position[2]
    for number, (kind, group) in enumerate(places[first:], first):
        while (last := _batch(run, kind, group, after=after)) is not None:
            after = last
            jobs.progress(retention_job_key(run.pk), done=number, total=len(places))
            if time.monotonic() >= ends_at:
                with transaction.atomic():
                    jobs.enqueue("consent.retention_run", key=retention_job_key(run.pk), run_id=run.pk)
                return False
        after = 0
    _finish(run)
    return True


@transaction.atomic
def _batch(run: RetentionRun, kind: DataClass, group: Group, *, after: int) -> int | None:
    """Dispose of the next rows with ids above `after`; returns the last id, None where none is left.

    By the rules in force at that moment: one that is retired while a run is under way stops it. Rows that somebody is
    at work on are passed over: nothing here waits for them, and the next run has them.
    """
    holds_freeze(team_id=run.team_id)
    rules = rules_in_force(team_id=run.team_id).get(kind.name, [])
    rows = _free_rows(run, kind, group, rules)
    ids = list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[: kind.batch])
    if not ids:
        return None
    locked = kind.rows(run.team_id, group).filter(pk__in=ids if kind.first is None else kind.first(ids)).order_by("pk")
    got = list(locked.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True))
    # Asked again: until the rows were locked, a customer may have come back, or a restriction may have begun.
    due = list(_free_rows(run, kind, group, rules).filter(pk__in=got).order_by("pk").values_list("pk", flat=True))
    disposed = kind.dispose(due, timezone.now()) if due else 0
    run.disposed += disposed
    run.position = [kind.name, group.key, ids[-1]]
    run.save(update_fields=["disposed", "position"])
    data: dict[str, Any] = {
        "data_class": kind.name,
        "group": group.key,
        "rows": disposed,
        "rules": [rule.id for rule in rules],
    }
    if due:
        ledger.append(action="retention.disposed", actor=SYSTEM, obj=run, team_id=run.team_id, data=data)
    return int(ids[-1])


def _free_rows(run: RetentionRun, kind: DataClass, group: Group, rules: list[Rule]) -> QuerySet[Any]:
    rows = due_rows(kind, group, rules, team_id=run.team_id, now=run.started_at)
    return free(rows, kind, group, holds_in_force(team_id=run.team_id))


def forecast(team_id: int, *, now: datetime) -> list[Figures]:
    """What is due, soon due, held and overdue, of every kind of data and group. One query each."""
    active, holds = rules_in_force(team_id=team_id), holds_in_force(team_id=team_id)
    return [
        figures(kind, group, active.get(kind.name, []), team_id=team_id, now=now, holds=holds)
        for kind in data_classes()
        for group in kind.groups(team_id)
    ]


@transaction.atomic
def _finish(run: RetentionRun) -> None:
    """Keep what is left to do, as counts, and end the run."""
    found = forecast(run.team_id, now=timezone.now())
    run.figures, run.finished_at = [one.as_dict() for one in found], timezone.now()
    run.save(update_fields=["figures", "finished_at"])
    if not run.dry:
        data = {"disposed": run.disposed, "held": sum(one.held for one in found), "due": sum(one.due for one in found)}
        ledger.append(action="retention.run_finished", actor=SYSTEM, obj=run, team_id=run.team_id, data=data)
