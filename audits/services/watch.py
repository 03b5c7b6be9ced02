"""The daily watch: closes days, carries the evidence of every group on, and raises a finding the moment it alarms.

A day is closed `closing_days` after it has ended and then counted once, as its conversations stand. What comes in, is
revised or is erased later changes the counts and the next cycle's checks, but never the evidence: an e-process whose
past could be counted anew would be chosen by what it shows. The days of one run, the streams' new states and the
findings are one transaction, so that a killed worker leaves nothing behind and no day counts twice.

A group that the fairness page would count as unknown is watched, but not shown, and its alarm waits until it may be.

A stream begins anew, at 1, when the finding that its alarm raised is closed or dismissed; all of them do when the
programme's bars change. Groups and questions that appear later begin with a part of what is left of alpha.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone

from assistants.models import Assistant
from assistants.states import AssistantState
from audits.checks import CheckSpec
from audits.checks.monitoring import (
    MonitoringSettings,
    WatchParams,
    alarm_outcome,
    day_tables,
    favourable_of,
)
from audits.engine.bias.watch import NO_EVIDENCE, curve
from audits.fingerprints import fingerprint_of
from audits.models import Finding, Programme, Watch, WatchDay, WatchStream
from audits.models.findings import CLOSED_STATES
from audits.programmes import config_hash
from audits.queries.counts import ATTRIBUTE, boolean_outcomes, dimension_counts
from audits.queries.exposure_figures import days_counted
from audits.queries.truths import truth_pairs
from audits.queries.windows import Window
from audits.services.checking import check_run_record
from audits.services.findings.raising import findings_lock
from audits.services.freshness import counts_ready
from audits.services.watch_days import days_store, streams_hide
from audits.states import CheckKind
from portal.core import ledger
from portal.core.actors import SYSTEM
from portal.core.jobs import enqueue

HISTORY_DAYS = 90
FEWEST_FOR_A_STREAM = 10
FEWEST_FOR_A_QUESTION = 30
#: Of alpha, what the first groups share; each later batch shares half of what is left then.
FIRST_SHARE, LATER_SHARE = 0.8, 0.5
RETRY = timedelta(minutes=10)
_RUNS_AT = time(0, 20)
_AUDITED = [AssistantState.LIVE, AssistantState.RESTRICTED]


@dataclass(frozen=True, slots=True)
class _Risen:
    """A question on which streams have alarmed: on which day, and with what log evidence."""

    params: WatchParams
    streams: list[WatchStream]
    alarms: dict[WatchStream, tuple[date, float]]


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the days of a run have brought; `data` is for the ledger."""

    risen: list[_Risen]
    data: dict[str, Any]


Entry = tuple[str, dict[str, Any]]
"""A ledger entry to be written: its action and data."""


def watch_job_key(assistant_id: int) -> str:
    return f"watch:{assistant_id}"


def due_watches_queue(*, now: datetime) -> int:
    """Queue `audits.watch` for every assistant whose watch is due or has not begun; returns how many. Called by tick.

    A watch that was queued is not due again for ten minutes, so that one whose job fails is tried again, but not
    without end in one minute.
    """
    programmes = Programme.objects.filter(active=True, assistant__state__in=_AUDITED).exclude(
        assistant__watch__next_run_at__gt=now
    )
    queued = 0
    for programme in programmes.select_related("assistant").order_by("pk"):
        if watch_settings(programme) is None:
            continue
        with transaction.atomic():
            moved = Watch.objects.filter(assistant=programme.assistant, next_run_at__lte=now)
            if not moved.update(next_run_at=now + RETRY):
                watch_ensure(programme=programme, next_run_at=now + RETRY)
            enqueue("audits.watch", key=watch_job_key(programme.assistant_id), assistant_id=programme.assistant_id)
        queued += 1
    return queued


def watch_settings(programme: Programme) -> MonitoringSettings | None:
    """The settings of the programme's daily watch; None where it has none."""
    for entry in programme.checks:
        if entry["kind"] == CheckKind.MONITORING and entry["enabled"]:
            return msgspec.convert(entry["params"], MonitoringSettings)
    return None


def watch_ensure(*, programme: Programme, next_run_at: datetime) -> Watch:
    """The assistant's watch; it begins with the counts of the last 90 days that there are."""
    assistant = programme.assistant
    watch, _ = Watch.objects.get_or_create(
        assistant=assistant, defaults={"counted_until": _first_day(assistant), "next_run_at": next_run_at}
    )
    return watch


def watch_run(*, assistant_id: int, now: datetime | None = None) -> int:
    """Count every closed day that has not been counted yet; returns how many days. Safe to repeat.

    0 also while scans of those days are under way: the watch is due again in ten minutes. Writes `watch.counted`, and
    `watch.begun` where the bars are new; raises or renews findings.
    """
    now = now or timezone.now()
    programme = Programme.objects.select_related("assistant").filter(assistant=assistant_id).first()
    settings = None if programme is None else watch_settings(programme)
    if programme is None or settings is None:
        return 0
    watch = watch_ensure(programme=programme, next_run_at=now)
    today = now.astimezone(UTC).date()
    until = today - timedelta(days=settings.closing_days)
    # A watch that has counted nothing yet begins with whatever days there are: all of them have to be folded by then.
    since = watch.counted_until if watch.config_hash else date.min
    if until > since and not counts_ready(assistant_id=assistant_id, since=since, until=until, asked_at=now):
        return 0
    with transaction.atomic():
        watch = Watch.objects.select_for_update(of=("self",)).select_related("assistant").get(pk=watch.pk)
        if not watch.config_hash:  # nothing was ever counted: conversations may have come in since
            watch.counted_until = _first_day(watch.assistant)
        since = watch.counted_until
        if until <= since:
            _sleep(watch, now)
            return 0
        entries = [*_begin_anew(watch, settings), *_closed_findings_restart(watch)]
        _truths_end(watch)
        _new_groups_begin(watch, settings, Window(min(since, until - timedelta(days=HISTORY_DAYS)), until))
        counted = _count(watch, settings, Window(since, until))
        # Findings before the ledger: who decides on one holds it and waits for the ledger.
        targets = [risen.params.target for risen in counted.risen]
        findings_lock(assistant_id=watch.assistant_id, fingerprints=[_fingerprint(watch, one) for one in targets])
        for action, data in entries:
            _record(watch, action, data)
        for risen in counted.risen:
            _raise(watch, risen)
        _record(watch, "watch.counted", counted.data)
        watch.counted_until = until
        _sleep(watch, now)
    return (until - since).days


def _first_day(assistant: Assistant) -> date:
    counted = days_counted(assistant)
    if counted is None:
        return timezone.now().astimezone(UTC).date()
    first, last = counted
    return max(first, last - timedelta(days=HISTORY_DAYS - 1))


def _sleep(watch: Watch, now: datetime) -> None:
    tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
    watch.next_run_at = datetime.combine(tomorrow, _RUNS_AT, UTC)
    watch.save(update_fields=["params", "config_hash", "counted_until", "unspent", "next_run_at"])


def _record(watch: Watch, action: str, data: Mapping[str, Any]) -> None:
    ledger.append(action=action, actor=SYSTEM, obj=watch, team_id=watch.assistant.team_id, data=data)


def _fingerprint(watch: Watch, target: str) -> str:
    return fingerprint_of(assistant_id=watch.assistant_id, kind=CheckKind.MONITORING, target=target)


def _begin_anew(watch: Watch, settings: MonitoringSettings) -> list[Entry]:
    """Where the bars or the reference groups have changed, what was gathered by the old ones ends."""
    references = dict(watch.assistant.audited_attributes.order_by("name").values_list("name", "reference"))
    params = {**msgspec.to_builtins(settings), "references": references}
    hashed = config_hash(params)
    if watch.config_hash == hashed:
        return []
    reason = "The bars of the watch changed" if watch.config_hash else "The watch began"
    watch.streams.filter(ended_on__isnull=True).update(ended_on=watch.counted_until)
    watch.params, watch.config_hash, watch.unspent = params, hashed, 1.0
    return [("watch.begun", {"reason": reason, "config": hashed, "from": watch.counted_until.isoformat()})]


def _closed_findings_restart(watch: Watch) -> list[Entry]:
    """The evidence of a group begins anew after the finding that its alarm raised is closed or dismissed."""
    entries: list[Entry] = []
    over = watch.streams.filter(ended_on__isnull=True, finding__state__in=CLOSED_STATES).select_related("finding")
    for stream in over.order_by("pk"):
        finding = stream.finding
        stream.ended_on = watch.counted_until
        stream.save(update_fields=["ended_on"])
        fresh = WatchStream.objects.create(
            watch=watch,
            outcome=stream.outcome,
            favourable=stream.favourable,
            dimension=stream.dimension,
            group=stream.group,
            reference=stream.reference,
            share=stream.share,
            state=list(NO_EVIDENCE),
            started_on=watch.counted_until,
            reason=f"Finding {stream.finding_id} was {finding.get_state_display().lower()}",  # type: ignore[union-attr]
        )
        data = {"ended": stream.pk, "stream": fresh.pk, "finding": stream.finding_id}
        entries.append(("watch.stream_restarted", data))
    return entries


def _truths_end(watch: Watch) -> None:
    """What decisions are held against is no outcome of the assistant: the evidence about it ends."""
    truths = truth_pairs(watch.assistant_id).values()
    watch.streams.filter(ended_on__isnull=True, outcome__in=truths).update(ended_on=watch.counted_until)


def _new_groups_begin(watch: Watch, settings: MonitoringSettings, sizes: Window) -> None:
    """A stream for every group with enough conversations that has none, chosen by sizes and never by outcomes."""
    taken = set(watch.streams.filter(ended_on__isnull=True).values_list("outcome", "dimension", "group"))
    fresh: list[WatchStream] = []
    first = not watch.streams.filter(ended_on__isnull=True).exists()
    groups_by_dimension = {dimension: _sizes(watch, dimension, sizes) for dimension in _dimensions(watch, settings)}
    for outcome in _outcomes(watch, settings, sizes):
        for dimension, groups in groups_by_dimension.items():
            reference = _reference(watch, outcome, dimension, groups)
            if reference is None:
                continue
            fresh += [
                WatchStream(
                    watch=watch,
                    outcome=outcome,
                    favourable=favourable_of(settings, outcome),
                    dimension=dimension,
                    group=group,
                    reference=reference,
                    state=list(NO_EVIDENCE),
                    started_on=watch.counted_until,
                    reason="The watch began" if first else "The group appeared",
                )
                for group in sorted(groups)
                if group != reference and (outcome, dimension, group) not in taken
            ]
    if not fresh:
        return
    spent = watch.unspent * (FIRST_SHARE if watch.unspent == 1.0 else LATER_SHARE)
    for stream in fresh:
        stream.share = spent / len(fresh)
    watch.unspent -= spent
    WatchStream.objects.bulk_create(fresh)


def _outcomes(watch: Watch, settings: MonitoringSettings, window: Window) -> list[str]:
    counted = boolean_outcomes(assistant=watch.assistant, window=window, at_least=FEWEST_FOR_A_QUESTION)
    truths = truth_pairs(watch.assistant_id).values()
    asked = counted if settings.outcomes is None else settings.outcomes
    return [name for name in counted if name in asked and name not in truths]


def _dimensions(watch: Watch, settings: MonitoringSettings) -> list[str]:
    dimensions = [f"{ATTRIBUTE}{name}" for name in sorted(watch.params["references"])] + ["language", "channel"]
    return dimensions if settings.dimensions is None else [one for one in dimensions if one in settings.dimensions]


def _sizes(watch: Watch, dimension: str, window: Window) -> dict[str, int]:
    counts = dimension_counts(assistant=watch.assistant, dimension=dimension, window=window)
    return {group: n for group, n in counts.items() if group is not None and n >= FEWEST_FOR_A_STREAM}


def _reference(watch: Watch, outcome: str, dimension: str, groups: dict[str, int]) -> str | None:
    """The one of the streams under way, or the declared one, or the largest group; None without two groups."""
    under_way = watch.streams.filter(ended_on__isnull=True, outcome=outcome, dimension=dimension).first()
    if under_way is not None:
        return under_way.reference
    if len(groups) < 2:
        return None
    declared = watch.params["references"].get(dimension.removeprefix(ATTRIBUTE), "")
    return declared if declared in groups else max(groups, key=lambda group: (groups[group], group))


def _count(watch: Watch, settings: MonitoringSettings, window: Window) -> _Counted:
    """Carry every stream on over these days; what alarmed is still to be raised."""
    by_question: dict[tuple[str, str], list[WatchStream]] = defaultdict(list)
    for stream in watch.streams.filter(ended_on__isnull=True).order_by("pk"):
        by_question[stream.outcome, stream.dimension].append(stream)
    alarms, evidence = list[_Risen](), hashlib.sha256()
    for streams in by_question.values():
        params = _params(streams, settings)
        tables = day_tables(params, watch.assistant, window)
        streams_hide(streams, assistant=watch.assistant, until=window.until)
        grown = {stream: curve(tables[stream.group], before=stream.state) for stream in streams}
        risen: dict[WatchStream, tuple[date, float]] = {}
        for stream, rows in days_store(grown).items():
            evidence.update("".join(f"{stream.pk} {row.day} {row.log_e:.6f}\n" for row in rows).encode())
            alarm = _first_alarm(stream, rows, bar=params.alarm)
            if alarm is not None and not stream.hidden:
                risen[stream] = alarm
        if risen:
            shown = params.without({stream.group for stream in streams if stream.hidden})
            alarms.append(_Risen(shown, streams, risen))
    data = {
        "from": window.since.isoformat(),
        "until": window.until.isoformat(),
        "streams": sum(map(len, by_question.values())),
        "alarms": sum(len(one.alarms) for one in alarms),
        "evidence": evidence.hexdigest(),
    }
    return _Counted(alarms, data)


def _params(streams: list[WatchStream], settings: MonitoringSettings) -> WatchParams:
    first = streams[0]
    return WatchParams(
        outcome=first.outcome,
        favourable=first.favourable,
        dimension=first.dimension,
        reference=first.reference,
        shares={stream.group: stream.share for stream in streams},
        strata=[str(name) for name in settings.strata],
        alpha=settings.alpha,
        delta=settings.delta,
        minimum_n=settings.minimum_n,
    )


def _first_alarm(stream: WatchStream, rows: Iterable[WatchDay], *, bar: float) -> tuple[date, float] | None:
    """The first of these days on which a stream without an alarm reached it, with its log evidence."""
    if stream.alarmed_on is not None:
        return None
    share = math.log(stream.share)
    return next(((row.day, row.log_e + share) for row in rows if row.log_e + share >= math.log(bar)), None)


def _raise(watch: Watch, risen: _Risen) -> None:
    """One finding a question, by a check run of its own that holds the frozen question."""
    params = risen.params
    last = max(day for day, _ in risen.alarms.values())
    window = Window(min(stream.started_on for stream in risen.streams), last + timedelta(days=1))
    outcome = alarm_outcome(
        params=params,
        assistant=watch.assistant,
        window=window,
        log_evidence={stream.group: evidence for stream, (_, evidence) in risen.alarms.items()},
    )
    spec = CheckSpec(kind=CheckKind.MONITORING, target=params.target, params=msgspec.to_builtins(params))
    run = check_run_record(assistant=watch.assistant, spec=spec, window=window, outcome=outcome)
    finding = Finding.objects.filter(seen_in=run).first()
    for stream, (day, _) in risen.alarms.items():
        stream.alarmed_on, stream.finding = day, finding
        stream.save(update_fields=["alarmed_on", "finding"])
