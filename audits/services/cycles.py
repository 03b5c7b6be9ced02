"""Audit cycles from opening to review: freeze, wait for counts, ask every question, hand over to people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.utils import timezone

from assistants.models import Assistant
from audits.checks import Scope
from audits.engine.conversation import SCAN_VERSION
from audits.models import CheckRun, Cycle, Programme, Watch
from audits.programmes import config_hash, expand, spec_hash
from audits.queries.counts import boolean_outcomes, dimension_counts, scale_measures
from audits.queries.coverage import source_conflicts
from audits.queries.jobs import latest_jobs
from audits.queries.nominations import slices_nominated
from audits.queries.outdated import current_version
from audits.queries.patterns import live_types
from audits.queries.probing import probed_sets
from audits.queries.training import datasets_to_audit
from audits.queries.truths import pairs_of
from audits.queries.windows import Window
from audits.services.checking import check_job_key, check_job_keys, check_run_give_up, check_run_queue
from audits.services.cycle_states import REVIEWED, cycle_apply, cycle_refresh
from audits.services.freshness import counts_ready, scans_queue
from audits.services.programmes import programme_ensure
from audits.services.waking import waiting_audits_wake
from audits.services.watch import watch_run
from audits.states import CHECK_DECIDED, CYCLE, CheckKind, CheckState, CycleState
from consent.queries.retention_due import rules_in_force
from portal.accounts.models import User
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import Invalid
from portal.core.jobs import enqueue
from portal.core.models import JobState

# Every question takes its part of the cycle's alpha: an outcome of a handful of conversations must not.
FEWEST_FOR_A_QUESTION = 30


def cycle_job_key(cycle_id: int) -> str:
    return f"cycle:{cycle_id}"


@transaction.atomic
def cycle_open(
    *,
    assistant: Assistant,
    period_from: date,
    period_until: date,
    actor: Actor,
    kinds: Collection[str] | None = None,
    scheduled: bool = False,
) -> Cycle:
    """Open an audit of the days period_from ≤ day < period_until, with the enabled checks or these kinds of them.

    What is audited and by which bars is frozen now; the questions follow when the counts are ready. `SYSTEM` opens
    cycles on schedule and from the command line, everybody else needs `audits.cycle_open`. Raises Denied, NotFound,
    and Invalid that names the field. Writes `cycle.opened`; queues scans and `audits.advance_cycle`.
    """
    if actor is not SYSTEM:
        require(actor, "audits.cycle_open", assistant)
    if period_until <= period_from:
        raise Invalid("The period ends before it begins.", field="period_until")
    unknown = sorted(set(kinds or ()) - set(CheckKind.values))
    if unknown:
        known = ", ".join(CheckKind.values)
        raise Invalid(f"There is no check {unknown[0]!r}; the checks are {known}.", field="check")
    programme = programme_ensure(assistant=assistant)
    context = _frozen(programme, kinds)
    cycle = Cycle.objects.create(
        assistant=assistant,
        programme=programme,
        period_from=period_from,
        period_until=period_until,
        scheduled=scheduled,
        context=context,
        config_hash=config_hash(context),
        opened_by=actor if isinstance(actor, User) else None,
        opened_at=timezone.now(),
    )
    ledger.append(
        action="cycle.opened",
        actor=actor,
        obj=cycle,
        team_id=assistant.team_id,
        data={
            "assistant": assistant.pk,
            "from": period_from.isoformat(),
            "until": period_until.isoformat(),
            "scheduled": scheduled,
            "config": cycle.config_hash,
        },
    )
    scans_queue(assistant_id=assistant.pk)
    enqueue("audits.advance_cycle", key=cycle_job_key(cycle.pk), cycle_id=cycle.pk)
    return cycle


def cycle_advance(*, cycle_id: int) -> CycleState:
    """Take a cycle as far as it can go now; returns the state it is in afterwards. Safe to repeat at any time.

    Scheduled: waits for scans and for cycles of earlier periods, whose nominations it tests; folds the stale days of
    the period, then writes the check runs and starts them.
    Running: makes sure that every undecided check has a job; when the last is decided, hands over to review.
    Reviewed: goes where its findings say.
    """
    cycle = Cycle.objects.get(pk=cycle_id)
    if cycle.state == CycleState.SCHEDULED and not counts_ready(
        assistant_id=cycle.assistant_id,
        since=cycle.period_from,
        until=cycle.period_until,
        asked_at=cycle.opened_at,
    ):
        return CycleState.SCHEDULED
    if cycle.state == CycleState.SCHEDULED and _earlier_under_way(cycle):
        return CycleState.SCHEDULED
    if cycle.state == CycleState.SCHEDULED and Watch.objects.filter(assistant=cycle.assistant_id).exists():
        watch_run(assistant_id=cycle.assistant_id)  # so that the cycle reports every day that is closed by now
    with transaction.atomic():
        cycle = Cycle.objects.select_for_update(of=("self",)).select_related("assistant").get(pk=cycle_id)
        if cycle.state == CycleState.SCHEDULED:
            _start(cycle)
        if cycle.state == CycleState.RUNNING:
            _run(cycle)
        elif cycle.state in REVIEWED:
            cycle_apply(cycle)  # a check was asked again and may have raised a finding
    return CycleState(cycle.state)


def _earlier_under_way(cycle: Cycle) -> bool:
    """Whether a cycle of the same assistant still looks at a period that ends before this one; it wakes this one."""
    earlier = Cycle.objects.filter(assistant=cycle.assistant_id, period_until__lt=cycle.period_until)
    return earlier.filter(state__in=[CycleState.SCHEDULED, CycleState.RUNNING]).exists()


def _start(cycle: Cycle) -> None:
    """Ask the questions: one check run each, its params and their hash frozen."""
    specs = expand(cycle.context["checks"], scope_of(cycle), kinds=cycle.context["kinds"])
    CheckRun.objects.bulk_create(
        CheckRun(
            assistant=cycle.assistant,
            cycle=cycle,
            kind=spec.kind,
            target=spec.target,
            dataset_id=spec.dataset_id,
            params=spec.params,
            config_hash=spec_hash(spec),
            window_from=cycle.period_from,
            window_until=cycle.period_until,
        )
        for spec in specs
    )
    _move(cycle, CycleState.RUNNING, "cycle.moved", checks=len(specs))


def _run(cycle: Cycle) -> None:
    undecided = cycle.check_runs.exclude(state__in=CHECK_DECIDED).order_by("pk")
    runs = list(undecided.only("cycle", "kind"))
    jobs = latest_jobs({key for run in runs for key in check_job_keys(run)})
    jobless: dict[str, CheckRun] = {}
    for run in runs:
        job = max((jobs[key] for key in check_job_keys(run) if key in jobs), key=attrgetter("pk"), default=None)
        if job is None or job.state == JobState.DONE:
            jobless[check_job_key(run)] = run
        elif job.state == JobState.FAILED:
            check_run_give_up(run_id=run.pk, reason=job.error)
    for run in jobless.values():
        check_run_queue(run)
    if undecided.exists():
        return
    cycle.checked_at = timezone.now()
    verdicts = list(cycle.check_runs.values_list("state", flat=True))
    figures = {str(state): verdicts.count(state) for state in CheckState if state in verdicts}
    _move(cycle, CycleState.IN_REVIEW, "cycle.checked", "checked_at", verdicts=figures)
    cycle.state = cycle_refresh(cycle_id=cycle.pk).state
    waiting_audits_wake(assistant_id=cycle.assistant_id)


@transaction.atomic
def cycle_fail(*, cycle_id: int, reason: str) -> None:
    """End a cycle that its jobs gave up on, unless it has moved on, and with it every question that is not decided.

    So a late verdict raises no finding in a cycle that is over. `reason` names a class of error, never data.
    """
    cycle = Cycle.objects.select_for_update(of=("self",)).select_related("assistant").get(pk=cycle_id)
    if cycle.state in (CycleState.SCHEDULED, CycleState.RUNNING):
        cycle.failure = reason[:200]
        _move(cycle, CycleState.FAILED, "cycle.moved", "failure", failure=cycle.failure)
        for run in cycle.check_runs.exclude(state__in=CHECK_DECIDED).order_by("pk").only("pk"):
            check_run_give_up(run_id=run.pk, reason=cycle.failure)
        waiting_audits_wake(assistant_id=cycle.assistant_id)


def _move(cycle: Cycle, state: CycleState, action: str, *fields: str, **data: Any) -> None:
    CYCLE.require(cycle.state, state)
    before, cycle.state = cycle.state, state
    cycle.save(update_fields=["state", *fields])
    ledger.append(
        action=action,
        actor=SYSTEM,
        obj=cycle,
        team_id=cycle.assistant.team_id,
        data={"from": before, "to": state, **data},
    )


def scope_of(cycle: Cycle) -> Scope:
    """What there is to audit: frozen declarations, and what the counts of the period show."""
    window = Window(cycle.period_from, cycle.period_until)
    groups = {
        name: len([group for group in found if group is not None])
        for name in ("language", "channel")
        if (found := dimension_counts(assistant=cycle.assistant, dimension=name, window=window))
    }
    outcomes = boolean_outcomes(
        assistant=cycle.assistant, window=window, at_least=FEWEST_FOR_A_QUESTION
    ) or boolean_outcomes(assistant=cycle.assistant, window=window)
    # What should have been decided is no outcome of the assistant: it is what decisions are held against.
    truths = set(pairs_of(cycle.context["checks"]).values())
    return Scope(
        attributes=cycle.context["attributes"],
        purposes=cycle.context["purposes"],
        outcomes=[name for name in outcomes if name not in truths],
        groups=groups,
        own_types=cycle.context.get("own_types", []),
        datasets=cycle.context.get("datasets", ()),
        retention=cycle.context.get("retention", False),
        measures=scale_measures(assistant=cycle.assistant, window=window, at_least=FEWEST_FOR_A_QUESTION),
        probes=probed_sets(cycle.assistant, until=window.until),
        nominations=slices_nominated(assistant=cycle.assistant, until=cycle.period_until),
        source_conflicts=sum(source_conflicts(assistant=cycle.assistant, window=window).values()),
    )


def _frozen(programme: Programme, kinds: Collection[str] | None) -> dict[str, Any]:
    assistant = programme.assistant
    releases = assistant.releases.order_by("released_at", "pk")
    return {
        "assistant": assistant.slug,
        "releases": [{"id": release.pk, "version": release.version} for release in releases],
        "purposes": list(assistant.purposes.order_by("code").values_list("code", flat=True)),
        "attributes": dict(assistant.audited_attributes.order_by("name").values_list("name", "reference")),
        "datasets": datasets_to_audit(assistant.pk),
        "retention": bool(rules_in_force(team_id=assistant.team_id)),
        "checks": programme.checks,
        "kinds": sorted(kinds) if kinds else None,
        "engine": current_version(assistant.pk) or SCAN_VERSION,
        "own_types": live_types(assistant),
    }
