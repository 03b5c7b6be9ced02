"""The four sides of a finding's gap as its page shows them, with likely causes and what mends each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audits.engine.bias.causes import Look, Reading
from audits.models import CheckRun, Finding
from audits.queries.triangle import Gap, LookTaken, triangle_of
from audits.remedies import CAUSES, HOW
from audits.states import CheckKind
from audits.views.results import points_text

_TITLES: Mapping[Look, tuple[str, str]] = {
    Look.LIVE: ("What happened", "Outcomes of real conversations."),
    Look.ADJUSTED: ("At equal questions", "The same, among customers who asked alike."),
    Look.PROBE: ("In matched pairs", "The same request, sent as somebody else."),
    Look.TRAINING: ("What it learned from", "Groups and labels in the training data."),
}
_NOT_OF_INTERSECTIONS = "Intersections are not compared at equal questions: look at each of its parts."
_MISSING: Mapping[Look, str] = {
    Look.LIVE: "No check has compared these outcomes yet.",
    Look.ADJUSTED: "No check has compared equal questions yet. The audit programme can enable it.",
    Look.PROBE: "No probe has changed this about the customer yet.",
    Look.TRAINING: "No training data set has been checked for these groups.",
}


@dataclass(frozen=True, slots=True)
class ShownLook:
    """One side: its run and gap in words, or why there is none."""

    name: str
    title: str
    question: str
    run: CheckRun | None
    points: str
    between: str
    plausible: str
    missing: str


@dataclass(frozen=True, slots=True)
class ShownCause:
    title: str
    likely: bool
    because: str
    remedies: list[tuple[str, str]]


def triangle_context(finding: Finding) -> dict[str, Any]:
    """What the partial `_triangle.html` needs; `triangle` is None for a finding that is not about groups."""
    triangle = triangle_of(finding)
    if triangle is None:
        return {"triangle": None}
    return {
        "triangle": triangle,
        "looks": [_look(taken, finding.kind) for taken in triangle.looks],
        "causes": [_cause(one) for one in triangle.causes],
    }


def _look(taken: LookTaken, kind: str) -> ShownLook:
    title, question = _TITLES[taken.look]
    crossed = kind == CheckKind.INTERSECTIONS and taken.look is Look.ADJUSTED
    gap = taken.gap
    return ShownLook(
        name=taken.look.value,
        title=title,
        question=question,
        run=taken.run,
        points="" if gap is None else f"{points_text(gap.difference)} points",
        between="" if gap is None else _between(gap),
        plausible="" if gap is None else _plausible(gap),
        missing="" if taken.run else _NOT_OF_INTERSECTIONS if crossed else _MISSING[taken.look],
    )


def _between(gap: Gap) -> str:
    since = f", since {gap.since:%-d %b %Y}" if gap.since else ""
    return f"{gap.group} against {gap.reference}{since}"


def _plausible(gap: Gap) -> str:
    if gap.low is None or gap.high is None:
        return ""
    return f"plausible range {points_text(gap.low)} to {points_text(gap.high)}"


def _cause(reading: Reading) -> ShownCause:
    words = CAUSES[reading.cause]
    remedies = [(remedy.label, HOW[remedy]) for remedy in words.remedies]
    return ShownCause(words.title, reading.likely, reading.because, remedies)
