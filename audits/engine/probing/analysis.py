"""What the answers to matched pairs amount to.

For each cue, group against reference, and outcome: the discordant pairs by McNemar's test, and the same question with
the pairs of one template, and those of one name, taken together; the largest of these p-values counts. Holm over all
comparisons of the run; a disparity must pass it *and* be material. A/A pairs, the same message twice, say how much
answers differ for no reason at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from audits.engine.bias.json_numbers import finite, finite_range
from audits.engine.bias.verdict import Verdict, overall

from .comparing import Comparison, Floor, PairResult, ProbePolicy, compare, floors_of
from .wording import analysis_sentence

__all__ = ["Comparison", "Floor", "PairResult", "ProbeAnalysis", "ProbePolicy", "analyse"]


@dataclass(frozen=True, slots=True)
class ProbeAnalysis:
    """The whole answer of a run. `unanswered` counts pairs left out because a side had no answer, by `cue=group`."""

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
        }


def analyse(
    results: Sequence[PairResult], *, policy: ProbePolicy, seed: int, labels: Mapping[str, str] | None = None
) -> ProbeAnalysis:
    """Judge the pairs of one run; the same results and seed give the same answer.

    `labels` names cues (`name`) and groups (`name=black`) for people; without it their own names are used.
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
    verdict = overall(comparison.verdict for comparison in comparisons)
    return ProbeAnalysis(
        verdict=verdict,
        sentence=analysis_sentence(comparisons, floors, verdict, policy=policy, labels=labels or {}),
        comparisons=tuple(comparisons),
        floors=tuple(floors.values()),
        pairs=len(paired),
        aa_pairs=len(same),
        templates=len({result.pair.template_id for result in paired}),
        unanswered=dict(sorted(missing.items())),
        policy=policy,
        seed=seed,
    )


def _plain(record: Comparison | Floor) -> dict[str, Any]:
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
