"""What the answers to matched pairs amount to.

For each cue, group against reference, and outcome: the discordant pairs by McNemar's test, and the same question with
the pairs of one template, and those of one name, taken together; the largest of these p-values counts. Holm over all
comparisons of the run; a disparity must pass it *and* be material. A/A pairs, the same message twice, say how much
answers differ for no reason at all. Where a judge has read the answers as well, see `second_reading`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from audits.engine.bias.json_numbers import finite, finite_range
from audits.engine.bias.verdict import Verdict, overall

from .comparing import Comparison, Floor, PairResult, ProbePolicy, compare, floors_of
from .second_reading import SecondReading, read_again, weaken
from .wording import analysis_sentence, carrying_comparison, judge_sentence

__all__ = ["Comparison", "Floor", "PairResult", "ProbeAnalysis", "ProbePolicy", "analyse"]


@dataclass(frozen=True, slots=True)
class ProbeAnalysis:
    """The whole answer of a run. `unanswered` counts pairs left out because a side had no answer, by `cue=group`.

    `judge` is the second reading, where one was asked for; the verdicts of `comparisons` have heard it.
    """

    verdict: Verdict
    sentence: str
    comparisons: tuple[Comparison, ...]
    floors: tuple[Floor, ...]
    pairs: int
    aa_pairs: int
    templates: int
    unanswered: Mapping[str, int]
    policy: ProbePolicy
    seed: int
    judge: SecondReading | None = None

    def disparities(self) -> list[Comparison]:
        """The comparisons that are disparities, the largest first."""
        found = [one for one in self.comparisons if one.verdict is Verdict.DISPARITY]
        return sorted(found, key=lambda one: -abs(one.difference or 0.0))

    def to_json(self) -> dict[str, Any]:
        """Everything, with null where a number is not determined."""
        return {
            "verdict": self.verdict.value,
            "sentence": self.sentence,
            "figures": {
                "n": self.pairs,
                "aa_pairs": self.aa_pairs,
                "templates": self.templates,
                "comparisons": len(self.comparisons),
                "unanswered": sum(self.unanswered.values()),
                "seed": self.seed,
            },
            "unanswered": dict(self.unanswered),
            "floors": [_plain(floor) for floor in self.floors],
            "comparisons": [_plain(comparison) for comparison in self.comparisons],
            "policy": self.policy.to_json(),
            "judge": None if self.judge is None else _second(self.judge),
        }


def analyse(
    results: Sequence[PairResult],
    *,
    policy: ProbePolicy,
    seed: int,
    labels: Mapping[str, str] | None = None,
    judged: bool = False,
) -> ProbeAnalysis:
    """Judge the pairs of one run; the same results and seed give the same answer.

    `judged` says that a judge was asked, though it may have read nothing. `labels` names cues (`name`) and groups
    (`name=black`) for people; without it their own names are used.
    """
    answered = [result for result in results if result.a is not None and result.b is not None]
    missing = Counter(
        f"{result.pair.cue}={side.group}"
        for result in results
        for side, outcome in ((result.pair.a, result.a), (result.pair.b, result.b))
        if outcome is None
    )
    paired = [result for result in answered if result.pair.kind == "pair"]
    same = [result for result in answered if result.pair.kind == "aa"]
    floors = floors_of(same, policy=policy)
    comparisons = compare(paired, floors, policy=policy, seed=seed)
    reading = read_again(results, comparisons, policy=policy, seed=seed) if judged else None
    if reading is not None:
        comparisons = weaken(comparisons, reading)
    verdict = overall(comparison.verdict for comparison in comparisons)
    outcome = carrying_comparison(comparisons, verdict).outcome if comparisons else ""
    return ProbeAnalysis(
        verdict=verdict,
        sentence=analysis_sentence(comparisons, floors, verdict, labels=labels or {})
        + ("" if reading is None else judge_sentence(reading, outcome=outcome, labels=labels or {})),
        comparisons=tuple(comparisons),
        floors=tuple(floors.values()),
        pairs=len(paired),
        aa_pairs=len(same),
        templates=len({result.pair.template_id for result in paired}),
        unanswered=dict(sorted(missing.items())),
        policy=policy,
        seed=seed,
        judge=reading,
    )


def _second(reading: SecondReading) -> dict[str, Any]:
    return {
        "answered": reading.answered,
        "judged": reading.judged,
        **{
            name: [_plain(one) for one in getattr(reading, name)]
            for name in ("coverage", "agreements", "comparisons", "agreeing", "weakened")
        },
    }


def _plain(record: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, Verdict):
            plain[field.name] = value.value
        elif isinstance(value, float):
            plain[field.name] = finite(value)
        elif isinstance(value, tuple) and len(value) == 2 and all(isinstance(one, float) for one in value):
            plain[field.name] = finite_range(value)
        else:
            plain[field.name] = list(value) if isinstance(value, tuple) else value
    return plain
