"""A gap from four sides: what happened, what is left at equal questions, what a probe shows, what it learned from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from audits.engine.bias.causes import Look, Reading, Seen, read_causes
from audits.engine.bias.verdict import Verdict, overall
from audits.group_words import group_words
from audits.models import CheckRun, Finding
from audits.queries.asked_groups import attribute_of, attributes_of, cues_about
from audits.queries.same_question import latest_asked
from audits.states import FAIRNESS_KINDS, CheckKind, CheckState

_LOOK_OF: Mapping[str, Look] = {
    CheckKind.ADJUSTED_GAP: Look.ADJUSTED,
    CheckKind.LANGUAGE_PARITY: Look.ADJUSTED,
    CheckKind.MATCHED_PAIRS: Look.PROBE,
    CheckKind.TRAINING_SHARES: Look.TRAINING,
    CheckKind.TRAINING_LABELS: Look.TRAINING,
}
_VERDICTS: Mapping[str, Verdict] = {
    CheckState.FAILED: Verdict.DISPARITY,
    CheckState.WATCH: Verdict.WATCH,
    CheckState.PASSED: Verdict.NO_MATERIAL_DIFFERENCE,
    CheckState.INSUFFICIENT_DATA: Verdict.NOT_ENOUGH_DATA,
}
_WORST_FIRST = (
    Verdict.DISPARITY,
    Verdict.WATCH,
    Verdict.NOT_ENOUGH_DATA,
    Verdict.NO_MATERIAL_DIFFERENCE,
)
#: Where the question cannot be asked for by name, so many of the latest runs are looked through.
_MOST_RUNS = 60
_LANGUAGE = frozenset({"language", "dialect"})
#: From this p-value on downwards the gap is taken not to be the same in all strata.
_STRATA_DIFFER = 0.05


@dataclass(frozen=True, slots=True)
class Gap:
    """A difference in rates of `group` against `reference`, with its interval where it is known.

    `since`: the day from which on it is measured, where that is not the whole period of the run.
    """

    group: str
    reference: str
    difference: float
    low: float | None
    high: float | None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class LookTaken:
    """One side: the run that looked, if any did, its verdict, and the gap that it measured."""

    look: Look
    run: CheckRun | None = None
    verdict: Verdict | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Triangle:
    """All four sides of a finding's gap in the order of `Look`, and the causes they point at."""

    looks: tuple[LookTaken, ...]
    causes: tuple[Reading, ...]


def triangle_of(finding: Finding) -> Triangle | None:
    """The latest look from each side at what the finding is about; None for a finding that is not about groups.

    Runs that verify a fix are left out: they say whether it is mended, not where it came from.
    """
    if finding.kind not in FAIRNESS_KINDS:
        return None
    own = finding.latest_run
    taken = {look: _taken(look, _runs(look, own), attribute_of(own)) for look in Look}
    return Triangle(tuple(taken.values()), tuple(read_causes(_seen(taken, own))))


def _runs(look: Look, own: CheckRun) -> list[CheckRun]:
    """What looked from this side, the latest run of each question."""
    if look is _LOOK_OF.get(own.kind, Look.LIVE):
        return [own]
    kinds = [kind for kind, side in _LOOK_OF.items() if side is look] or [CheckKind.OUTCOME_GAP]
    runs = CheckRun.objects.filter(assistant=own.assistant_id, verifies=None, state__in=_VERDICTS)
    asked = [(kind, params) for kind in kinds for params in _asked(look, own)]
    # Results are large: only those of the runs that count are read.
    latest: dict[tuple[str, str], int] = {}
    for run in latest_asked(runs, asked, most=_MOST_RUNS).only("kind", "target", "params"):
        if _same_question(look, run, own):
            latest.setdefault((run.kind, run.target), run.pk)
    return list(CheckRun.objects.filter(pk__in=latest.values()).select_related("dataset").order_by("-pk"))


def _asked(look: Look, own: CheckRun) -> list[dict[str, str]]:
    """The params by which runs of the same question are found, as far as they are named alike."""
    if look not in (Look.LIVE, Look.ADJUSTED):
        return [{}]
    outcome = {"outcome": own.params["outcome"]} if own.params.get("outcome") else {}
    dimensions = [own.params["dimension"]] if own.params.get("dimension") else [*own.params.get("slice", {})]
    return [{"dimension": dimension, **outcome} for dimension in dimensions] or [outcome]


def _same_question(look: Look, run: CheckRun, own: CheckRun) -> bool:
    if look in (Look.LIVE, Look.ADJUSTED):
        outcomes = {asked.params["outcome"] for asked in (own, run) if asked.params.get("outcome")}
        return len(outcomes) < 2 and _same_groups(run, own)
    return _same_groups(run, own)


def _same_groups(first: CheckRun, second: CheckRun) -> bool:
    """Whether two runs tell the same people apart: by the same attribute, or by an attribute and a cue for it.

    An intersection is a group that none of its attributes tells apart alone: it is compared with the same one only.
    """
    if first.params.get("slice") or second.params.get("slice"):
        return bool(first.params.get("slice") == second.params.get("slice"))
    attributes, others = attributes_of(first), attributes_of(second)
    if attributes and others:
        return not attributes.isdisjoint(others)
    cues = {run.params["cue"] for run in (first, second) if run.params.get("cue")}
    named = attributes or others
    return not cues or not named or any(cue in cues_about(name) for cue in cues for name in named)


def _taken(look: Look, runs: Sequence[CheckRun], attribute: str) -> LookTaken:
    """The worst of the runs stands for its side."""
    if not runs:
        return LookTaken(look)
    worst = min(runs, key=lambda run: (_WORST_FIRST.index(_verdict(run, attribute)), -run.pk))
    return LookTaken(look, worst, _verdict(worst, attribute), _gap(look, worst, attribute))


def _verdict(run: CheckRun, attribute: str) -> Verdict:
    """What the run says of this attribute; of all that it looked at, where it does not tell them apart."""
    about = [
        *(_label_verdict(table) for table in run.result.get("gaps", []) if table["attributes"] == [attribute]),
        *(
            Verdict(row["verdict"])
            for table in run.result.get("shares", [])
            if table["attribute"] == attribute
            for row in table["groups"]
            if row.get("p_adjusted") is not None
        ),
    ]
    return overall(about) if about else _VERDICTS[run.state]


def _label_verdict(table: Mapping[str, Any]) -> Verdict:
    """Within what the rows are about where that is known, as the check of labels judges (training_balance)."""
    rows = [row["adjusted"] for row in _compared(table) if (row.get("adjusted") or {}).get("strata")]
    return overall(Verdict(row["verdict"]) for row in rows) if rows else Verdict(table["verdict"])


def _gap(look: Look, run: CheckRun, attribute: str) -> Gap | None:
    if run.kind == CheckKind.MONITORING:
        return _recent_gap(run)
    table = run.result.get("gap") or _gap_of_labels(run, attribute)
    rows = [row for row in _compared(table) if _measure(look, row)[0] is not None]
    if not rows:
        return None
    worst = max(rows, key=lambda row: (row["verdict"] == _VERDICTS[run.state], abs(_measure(look, row)[0] or 0.0)))
    difference, interval = _measure(look, worst)
    low, high = interval or (None, None)
    reference = table.get("reference") or {}
    return Gap(group_words(worst["group"]), group_words(reference), float(difference or 0.0), low, high)


def _gap_of_labels(run: CheckRun, attribute: str) -> Mapping[str, Any]:
    """Of labels that were compared by several attributes: by this one; by the worst, where none is asked about."""
    tables = [table for table in run.result.get("gaps", ()) if attribute in ("", *table["attributes"])]
    return min(tables, key=lambda table: _WORST_FIRST.index(Verdict(table["verdict"])), default={})


def _recent_gap(run: CheckRun) -> Gap | None:
    """The gap that the daily watch saw since the evidence began to rise."""
    figures, curve = run.result.get("figures", {}), run.result.get("curve") or {}
    if figures.get("recent_gap") is None or not curve:
        return None
    low, high = figures.get("recent_gap_interval") or (None, None)
    since = date.fromisoformat(figures["since"]) if figures.get("since") else None
    return Gap(curve["group"], curve["reference"], float(figures["recent_gap"]), low, high, since)


def _compared(table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (row for row in table.get("groups", []) if not row["is_reference"] and row["p_adjusted"] is not None)


def _measure(look: Look, row: Mapping[str, Any]) -> tuple[float | None, Sequence[float] | None]:
    if look is Look.ADJUSTED:
        adjusted = row.get("adjusted") or {}
        return adjusted.get("risk_difference"), adjusted.get("risk_difference_interval")
    return row["difference"], row["difference_interval"]


def _seen(taken: Mapping[Look, LookTaken], own: CheckRun) -> Seen:
    adjusted = taken[Look.ADJUSTED]
    live = taken[Look.LIVE]
    return Seen(
        live=live.verdict,
        adjusted=adjusted.verdict,
        probe=taken[Look.PROBE].verdict,
        training=taken[Look.TRAINING].verdict,
        explained=_explained(adjusted.run),
        strata_differ=_strata_differ(adjusted.run),
        about_language=attribute_of(own) in _LANGUAGE or own.params.get("cue") in _LANGUAGE,
        since_release=str((own if live.run is None else live.run).result.get("since_release") or ""),
    )


def _worst_row(run: CheckRun | None) -> Mapping[str, Any] | None:
    rows = [] if run is None else [row for row in _compared(run.result.get("gap") or {}) if row.get("adjusted")]
    return max(rows, key=lambda row: abs(row["difference"] or 0.0), default=None)


def _explained(run: CheckRun | None) -> float | None:
    """The share of the crude gap that is gone at equal questions, for the group with the largest."""
    row = _worst_row(run)
    left = None if row is None else row["adjusted"].get("risk_difference")
    if row is None or left is None or not row["difference"]:
        return None
    return float(min(max(1 - left / row["difference"], 0.0), 1.0))


def _strata_differ(run: CheckRun | None) -> bool:
    row = _worst_row(run)
    p_value = None if row is None else row["adjusted"]["homogeneity"]["breslow_day"]["p_value"]
    return p_value is not None and p_value <= _STRATA_DIFFER
