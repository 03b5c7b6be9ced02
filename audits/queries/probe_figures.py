"""What the page, the API and the download of a probe run say in numbers: comparisons, the noise floor, intents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from audits.engine.probing import BINARY_OUTCOMES, PairResult
from audits.engine.probing.wording import labels_of
from audits.models import CheckRun, ProbeRun
from audits.states import CHECK_DECIDED


@dataclass(frozen=True, slots=True)
class IntentRow:
    """One intent: how often each side of its pairs had the outcome, and how many pairs disagree in which direction."""

    intent: str
    pairs: int
    group: int
    reference: int
    only_group: int
    only_reference: int


def checks_of(run: ProbeRun) -> list[CheckRun]:
    """The decided checks of a run, a cue each."""
    return list(run.check_runs.filter(state__in=CHECK_DECIDED).prefetch_related("findings").order_by("target", "pk"))


def verdicts_of(runs: Sequence[ProbeRun]) -> list[tuple[ProbeRun, list[tuple[str, CheckRun]]]]:
    """Each run with its cues in words and their decided checks, in the order of the cues. One query."""
    decided = CheckRun.objects.filter(state__in=CHECK_DECIDED).defer("result").order_by("target", "pk")
    prefetch_related_objects(runs, Prefetch("check_runs", queryset=decided))
    return [(run, [(_cue_words(check), check) for check in run.check_runs.all()]) for run in runs]


def comparisons_of(checks: Iterable[CheckRun]) -> list[dict[str, Any]]:
    """Every comparison of these checks, as audits.engine.probing.Comparison has it, with the check's own verdicts."""
    return [row for check in checks for row in check.result.get("analysis", {}).get("comparisons", [])]


def floors_of(checks: Sequence[CheckRun]) -> list[dict[str, Any]]:
    """The noise floor of each outcome: all checks of a run share its identical pairs."""
    return list(checks[0].result.get("analysis", {}).get("floors", [])) if checks else []


def worst_of(comparisons: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The comparison to show first: a disparity before a watch, then the largest difference in a yes/no outcome."""
    rank = {"disparity": 2, "watch": 1}
    yes_no = [row for row in comparisons if row["favourable"] is not None and row["difference"] is not None]
    return max(yes_no, key=lambda row: (rank.get(row["verdict"], 0), abs(row["difference"])), default=None)


def intents_of(results: Sequence[PairResult], *, cue: str, outcome: str) -> list[IntentRow]:
    """By intent, over all groups of the cue against its reference; pairs answered on both sides only."""
    rows: dict[str, list[int]] = {}
    for result in results:
        if result.pair.kind != "pair" or result.pair.cue != cue or result.a is None or result.b is None:
            continue
        a, b = bool(getattr(result.a, outcome)), bool(getattr(result.b, outcome))
        row = rows.setdefault(result.pair.intent, [0, 0, 0, 0, 0])
        for index, value in enumerate((1, a, b, a and not b, b and not a)):
            row[index] += value
    return [IntentRow(intent, *counts) for intent, counts in sorted(rows.items())]


def labels_for(run: ProbeRun) -> dict[str, str]:
    """Names for people: of cues by name, and of groups by `cue=group`."""
    return labels_of(run.probe_set.probe_set())


def is_adverse(outcome: str) -> bool:
    """Whether a customer hopes for "no"."""
    return not BINARY_OUTCOMES[outcome]


def _cue_words(check: CheckRun) -> str:
    return str(check.params["cue"]).replace("_", " ").capitalize()
