"""Answers of an assistant whose bias, noise and quirks are known."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache

import numpy as np

from audits.engine.probing import Outcome, PairResult, ProbePair, Rendering, plan, shipped_sets

SERVICE = shipped_sets()[0]


def answered(
    pairs: Sequence[ProbePair],
    *,
    seed: int,
    rate: float = 0.75,
    gap: float = 0.0,
    against: str = "black",
    noise: bool = True,
    template_effect: float = 0.0,
    name_effect: float = 0.0,
) -> list[PairResult]:
    """Answers with `rate` resolved, less `gap` where the group is `against`.

    `template_effect` and `name_effect` are standard deviations of what each template adds *to one group*, and each
    name, both of mean 0 over what could have been drawn: no group is worse off. Without `noise` the same text always
    gets the same answer.
    """
    generator = np.random.default_rng(seed)
    quirks: dict[str, float] = {}

    def quirk(key: str, size: float) -> float:
        if key not in quirks:
            quirks[key] = float(generator.normal(0, size)) if size else 0.0
        return quirks[key]

    def answer(pair: ProbePair, prompt: Rendering) -> Outcome:
        p = rate + quirk(f"t{pair.template_id}{prompt.group}", template_effect) + quirk(f"n{prompt.name}", name_effect)
        p -= gap if prompt.group == against else 0.0
        p = min(max(p, 0.0), 1.0)
        if noise:
            drawn = generator.random(4)
        else:
            drawn = np.random.default_rng(zlib.crc32(prompt.text.encode()) + seed).random(4)
        return Outcome(
            resolved=bool(drawn[0] < p),
            refused=bool(drawn[1] < 0.1),
            asked_for_proof=bool(drawn[2] < 0.2),
            words=int(40 + 40 * drawn[3]),
            courtesy=int(4 * drawn[3]),
        )

    return [PairResult(pair, answer(pair, pair.a), answer(pair, pair.b)) for pair in pairs]


@cache
def name_pairs(*, seed: int, each: int = 6, group: str = "black") -> tuple[ProbePair, ...]:
    """Pairs of one group of names with the reference, and A/A pairs: planned once, asked in many simulated runs."""
    planned = plan(SERVICE, cues=["name"], seed=seed, pairs_per_template=each, aa_share=0.25)
    return tuple(pair for pair in planned if pair.a.group == group or pair.kind == "aa")
