"""The daily watch: did a gap begin since the last look?

Three things are made of the same parts. Every day the watch carries its evidence on (audits.services.watch) and raises
a finding the moment it reaches the alarm: `alarm_outcome`. A re-run of that finding asks the same frozen question of
newer days, from scratch: `run` with `WatchParams`. And a cycle reports what the watch saw in its period: `run` with
`ReportParams`, which tests nothing anew and therefore takes no part of the cycle's alpha.

The evidence of a group is multiplied by its share of alpha before it is shown or compared, so that the alarm is at
1 / alpha (20 to 1) whatever the number of groups, and the chance that an assistant without any gap ever raises one is
at most alpha (audits.engine.statistics.eprocess).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from assistants.models import Assistant
from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope, Settings, one_by_one
from audits.checks.gap_settings import STATES, Proportion, dimension_name, hidden_levels, is_adverse
from audits.checks.known_shares import preposition_of
from audits.checks.release_trend import released_on
from audits.checks.tables import table
from audits.checks.watch_report import alarm_text, day_text, evidence_text, spoken, watch_report
from audits.engine.bias.json_numbers import finite, finite_range
from audits.engine.bias.sentence import outcome_wording
from audits.engine.bias.suppression import SMALLEST_SHOWN
from audits.engine.bias.verdict import Evidence, Policy, Verdict, judge, overall
from audits.engine.bias.watch import DayTables, curve, release_change, rise_began
from audits.engine.statistics.stratified import Estimate
from audits.group_words import level_words
from audits.pack_layout import OUTCOMES
from audits.queries.counts import ATTRIBUTE, daily_group_counts
from audits.queries.cubes import window_cube
from audits.queries.windows import Window
from audits.states import CheckKind, Severity

REPORT_TARGET = "groups watched every day"
_COLUMNS = (
    ("Group", "text"),
    ("Favourable", "text"),
    ("In the reference", "text"),
    ("Difference, same questions", "points"),
    ("Range of the difference", "points_interval"),
    ("Evidence", "value"),
    ("Alarm", "text"),
    ("Verdict", "verdict"),
)

Stratum = Literal["intent", "channel", "language"]


class MonitoringSettings(Settings, frozen=True, kw_only=True):
    """`outcomes` and `dimensions` limit what is watched; null means all there are.

    `strata`: what groups are compared within; only what was fixed before the conversation. `alpha` is shared by all
    groups of the assistant: the alarm is at 1 / alpha. A day is closed `closing_days` after it has ended.
    """

    outcomes: list[str] | None = None
    dimensions: list[str] | None = None
    favourable: dict[str, bool] = {}
    strata: list[Stratum] = msgspec.field(default_factory=lambda: ["intent", "channel"])
    alpha: Proportion = 0.05
    delta: Proportion = 0.05
    minimum_n: Annotated[int, Meta(ge=1)] = 30
    closing_days: Annotated[int, Meta(ge=0, le=30)] = 2


class WatchParams(Settings, frozen=True, kw_only=True):
    """One frozen question: `shares` gives each group that may be shown its part of `alpha`."""

    outcome: str
    favourable: bool
    dimension: str
    reference: str
    shares: dict[str, float]
    strata: list[str]
    alpha: Proportion
    delta: Proportion
    minimum_n: int

    @property
    def target(self) -> str:
        return f"{self.outcome} by {dimension_name(self.dimension)}"

    def without(self, hidden: Collection[str | None]) -> WatchParams:
        """The same question without these groups; without any where the reference is one of them."""
        shares = {} if self.reference in hidden else {g: one for g, one in self.shares.items() if g not in hidden}
        return msgspec.structs.replace(self, shares=shares)

    @property
    def alarm(self) -> float:
        """The evidence, to 1, at which a finding is raised."""
        return 1 / self.alpha


class ReportParams(Settings, frozen=True, kw_only=True):
    """What the watch saw in the period is reported; nothing is tested."""

    delta: Proportion


@dataclass(frozen=True, slots=True)
class Watched:
    """One group over the days of a window. `log_evidence` is what it came to at most, after its share of alpha."""

    group: str
    tables: DayTables
    log_evidence: float
    alarmed_on: date | None
    gap: Estimate
    verdict: Verdict


def expand(settings: MonitoringSettings, scope: Scope) -> list[CheckSpec]:
    """One report a cycle, where there is anything to watch."""
    if not scope.outcomes or not (scope.attributes or any(n > 1 for n in scope.groups.values())):
        return []
    params = msgspec.to_builtins(ReportParams(delta=settings.delta))
    return [CheckSpec(kind=CheckKind.MONITORING, target=REPORT_TARGET, params=params)]


def favourable_of(settings: MonitoringSettings, outcome: str) -> bool:
    return settings.favourable.get(outcome, not is_adverse(outcome))


def run(context: CheckContext) -> CheckOutcome:
    """Report the watch, or ask one of its questions anew over the window, by its frozen bars."""
    if "outcome" not in context.params:
        return watch_report(context)
    params = msgspec.convert(context.params, WatchParams)
    hidden = groups_hidden(
        assistant=context.assistant, outcome=params.outcome, dimension=params.dimension, window=context.window
    )
    return _outcome(params.without(hidden), context.assistant, context.window, stored={})


def groups_hidden(*, assistant: Assistant, outcome: str, dimension: str, window: Window) -> set[str | None]:
    """The groups that the fairness page of this window counts as unknown: too few, or they would tell who are."""
    if not dimension.startswith(ATTRIBUTE):
        return set()
    cube = window_cube(assistant=assistant, window=window, measures=(OUTCOMES,))
    return hidden_levels(cube, dimension, f"{OUTCOMES}{outcome}")


def alarm_outcome(
    *, params: WatchParams, assistant: Assistant, window: Window, log_evidence: Mapping[str, float]
) -> CheckOutcome:
    """What is found where the watch has raised an alarm: the stored evidence of the groups, gaps by today's counts."""
    return _outcome(params, assistant, window, stored=log_evidence)


def day_tables(params: WatchParams, assistant: Assistant, window: Window) -> dict[str, DayTables]:
    """The tables of each watched group against the reference, from the counts as they are now."""
    cells = daily_group_counts(
        assistant=assistant,
        measure=f"outcome.{params.outcome}",
        favourable="true" if params.favourable else "false",
        dimension=params.dimension,
        strata=params.strata,
        window=window,
    )
    reference = cells.get(params.reference, {})
    return {group: DayTables.of(cells.get(group, {}), reference) for group in params.shares}


def _outcome(params: WatchParams, assistant: Assistant, window: Window, *, stored: Mapping[str, float]) -> CheckOutcome:
    tables = day_tables(params, assistant, window)
    groups = [_watched(params, group, tables[group], stored.get(group)) for group in sorted(tables)]
    verdict = overall(one.verdict for one in groups)
    carrying = [one for one in groups if one.verdict is verdict]
    worst = max(carrying, key=lambda one: (not _too_few(params, one), one.log_evidence), default=None)
    since = None
    change, widened = "", ""
    if worst is not None and verdict is Verdict.DISPARITY:
        since = _since(worst)
        change, widened = _change_words(assistant, worst.tables)
    n = max((int(one.tables.n.sum() + one.tables.reference_n.sum()) for one in groups), default=0)
    recent = worst.tables.between(since, date.max).risk_difference() if worst and since else None
    return CheckOutcome(
        state=STATES[verdict],
        sentence=_sentence(params, verdict, worst, since=since, recent=recent, change=change),
        result={
            "tables": [
                table(f"{params.target}, within the same questions", _COLUMNS, (_row(params, one) for one in groups))
            ],
            "figures": {
                "n": n,
                "alarm": params.alarm,
                "days": max((len(one.tables.days) for one in groups), default=0),
                "groups": len(groups),
                "passed": sum(one.verdict is Verdict.NO_MATERIAL_DIFFERENCE for one in groups),
                "failed": sum(one.verdict is Verdict.DISPARITY for one in groups),
                "evidence": {
                    one.group: finite(one.log_evidence / math.log(10)) for one in groups if not _too_few(params, one)
                },
                "since": since.isoformat() if since else None,
                "recent_gap": None if recent is None else finite(recent.value),
                "recent_gap_interval": None if recent is None else finite_range((recent.lower, recent.upper)),
            },
            "policy": {"alpha": params.alpha, "delta": params.delta, "minimum_n": params.minimum_n},
            "change": change,
            "since_release": widened,
            "curve": _curve_json(params, assistant, worst),
        },
        n=n,
        title=f"{spoken(params.outcome).capitalize()} began to differ by {spoken(dimension_name(params.dimension))}",
        severity=_severity(recent, params),
    )


def _curve_json(params: WatchParams, assistant: Assistant, worst: Watched | None) -> dict[str, Any] | None:
    """The evidence of the group that carries the verdict, for the chart: log10 of it after its share, day by day."""
    if worst is None or not worst.tables.days or _too_few(params, worst):
        return None
    days = worst.tables.days
    log10 = (curve(worst.tables).log_e + math.log(params.shares[worst.group])) / math.log(10)
    releases = [(release.version, released_on(release)) for release in assistant.releases.order_by("released_at", "pk")]
    return {
        "group": level_words(params.dimension, worst.group),
        "reference": level_words(params.dimension, params.reference),
        "points": [[day.isoformat(), round(value, 4)] for day, value in zip(days, log10.tolist(), strict=True)],
        "alarm": math.log10(params.alarm),
        "releases": [[version, day.isoformat()] for version, day in releases if days[0] <= day <= days[-1]],
    }


def _watched(params: WatchParams, group: str, tables: DayTables, stored: float | None) -> Watched:
    share = math.log(params.shares[group])
    bar = math.log(params.alarm)
    evidence = curve(tables).log_e + share
    most = float(evidence.max(initial=share)) if stored is None else stored
    over = [day for day, value in zip(tables.days, evidence, strict=True) if value >= bar]
    gap = tables.risk_difference()
    return Watched(
        group=group,
        tables=tables,
        log_evidence=most,
        alarmed_on=(over[0] if over else tables.days[-1] if tables.days else None) if most >= bar else None,
        gap=gap,
        verdict=Verdict.DISPARITY if most >= bar else _quiet(params, tables, gap, p=min(1.0, math.exp(-most))),
    )


def _quiet(params: WatchParams, tables: DayTables, gap: Estimate, *, p: float) -> Verdict:
    """The verdict on a group without an alarm: a quiet curve alone does not show that there is no gap."""
    if not math.isfinite(gap.value):
        return Verdict.NOT_ENOUGH_DATA
    material = (f"difference of at least {params.delta * 100:g} points",) if abs(gap.value) >= params.delta else ()
    smaller = int(min(tables.n.sum(), tables.reference_n.sum()))
    evidence = Evidence(p_adjusted=p, breaches=material, difference_interval=(gap.lower, gap.upper), smaller_n=smaller)
    return judge(evidence, policy=Policy(alpha=params.alpha, delta=params.delta, minimum_n=params.minimum_n)).verdict


def _since(watched: Watched) -> date | None:
    if watched.alarmed_on is None:
        return None
    return rise_began(watched.tables.days, curve(watched.tables).log_e.tolist(), until=watched.alarmed_on)


def _severity(recent: Estimate | None, params: WatchParams) -> Severity:
    """By the gap since the evidence began to rise: from 20 points critical, from 10 high, below delta low."""
    size = abs(recent.value) if recent is not None and math.isfinite(recent.value) else 0.0
    if size >= 0.20:
        return Severity.CRITICAL
    if size >= 0.10:
        return Severity.HIGH
    return Severity.MEDIUM if size >= params.delta else Severity.LOW


def _change_words(assistant: Assistant, tables: DayTables) -> tuple[str, str]:
    """With which release the gap changed, by CUSUM, and its version where it widened; empty where none did it."""
    releases = [release for release in assistant.releases.order_by("-released_at", "-pk") if tables.days]
    for release in releases:
        day = released_on(release)
        if not tables.days[0] < day <= tables.days[-1]:
            continue
        found = release_change(tables, day)
        if found is None or found[0].signalled is None:
            continue
        change, later = found
        told = later.days[change.signalled]  # type: ignore[index]
        words = (
            f"The gap {'widened' if change.worse else 'moved the other way'} after release {release.version} of "
            f"{day_text(day)}: the control chart from that day on signalled on {day_text(told)}."
        )
        return words, release.version if change.worse else ""
    return "", ""


def _sentence(
    params: WatchParams,
    verdict: Verdict,
    worst: Watched | None,
    *,
    since: date | None,
    recent: Estimate | None,
    change: str,
) -> str:
    if worst is None or not worst.tables.days:
        return "Not enough data: there is no day on which the groups could be compared."
    who = level_words(params.dimension, worst.group)
    reference = level_words(params.dimension, params.reference)
    if _too_few(params, worst) and verdict is not Verdict.DISPARITY:
        return f"Not enough data: too few conversations of {who} and {reference} can be compared."
    evidence = (
        f"The evidence against “no difference” between {who} and {reference} reached "
        f"{evidence_text(worst.log_evidence)}; the alarm is at {params.alarm:.0f} to 1."
    )
    if verdict is Verdict.DISPARITY:
        wording = outcome_wording(params.outcome, "true" if params.favourable else "false")
        gap = recent or worst.gap
        fewer = "fewer" if gap.value < 0 else "more"
        stretch = f"since {day_text(since)}, " if since else ""
        at = preposition_of(params.dimension)
        size = (
            f"{stretch}out of 100 conversations that ask the same, {100 * abs(gap.value):.0f} {fewer} {at} {who} "
            f"{wording.favourable} than {at} {reference}."
        )
        return " ".join(filter(None, (f"Alarm: {size}", evidence, change)))
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return f"No alarm, and every group is within {100 * params.delta:g} points of {reference}. {evidence}"
    word = "Watch" if verdict is Verdict.WATCH else "Not enough data"
    return f"{word}: no alarm, but a gap of {100 * params.delta:g} points is not ruled out. {evidence}"


def _row(params: WatchParams, one: Watched) -> list[Any]:
    known = math.isfinite(one.gap.value)
    if _too_few(params, one):
        return [one.group, *[None] * 4, "–", "none", Verdict.NOT_ENOUGH_DATA.value]
    return [
        level_words(params.dimension, one.group),
        f"{int(one.tables.k.sum()):,} of {int(one.tables.n.sum()):,}",
        f"{int(one.tables.reference_k.sum()):,} of {int(one.tables.reference_n.sum()):,}",
        one.gap.value if known else None,
        [one.gap.lower, one.gap.upper] if known else None,
        evidence_text(one.log_evidence),
        alarm_text(one.alarmed_on),
        one.verdict.value,
    ]


def _too_few(params: WatchParams, one: Watched) -> bool:
    """Whether the comparable days hold too few of a customer's attribute for a number of them to be shown."""
    fewest = int(min(one.tables.n.sum(), one.tables.reference_n.sum()))
    return params.dimension.startswith(ATTRIBUTE) and fewest < SMALLEST_SHOWN


CHECK = Check(kind=CheckKind.MONITORING, settings=MonitoringSettings, expand=expand, answer=one_by_one(run))
