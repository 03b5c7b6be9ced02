"""How far two groups differ that are alike: the A/A floor of counted texts.

Conversations of one day have more in common than chance: a campaign, a fault, a release. Splitting the days of one
group at random into halves shows what such things do to a rate without any difference between people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audits.engine.statistics.intervals import critical_value

#: Random splits that a standard error is estimated from.
SPLITS = 400
CONFIDENCE = 0.95
#: With fewer days halves say nothing; the binomial error is used alone.
FEWEST_DAYS = 8


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day of one group: `k` of `n` conversations."""

    k: int
    n: int


def half_split_error(days: Sequence[DayCount], *, seed: int) -> float:
    """The standard error of a group's rate as random halves of its days show it; at least the binomial one.

    The difference of two halves has twice the standard error of the whole. 0 where the group has no conversations.
    Source: half-sample replication, McCarthy (1969), Rev. Int. Stat. Inst. 37:239-264; two draws at rate p differ with
    probability 2p(1−p), whence the binomial part.
    """
    k = np.array([day.k for day in days], dtype=np.float64)
    n = np.array([day.n for day in days], dtype=np.float64)
    total = float(n.sum())
    if not total:
        return 0.0
    p = float(k.sum()) / total
    binomial = float(np.sqrt(p * (1 - p) / total))
    if len(days) < FEWEST_DAYS:
        return binomial
    half = np.random.default_rng(seed).integers(0, 2, size=(SPLITS, len(days))).astype(np.float64)
    n_first, k_first = half @ n, half @ k
    n_second, k_second = total - n_first, float(k.sum()) - k_first
    usable = (n_first > 0) & (n_second > 0)
    if not usable.any():
        return binomial
    first = k_first[usable] / n_first[usable]
    second = k_second[usable] / n_second[usable]
    return max(binomial, float(np.sqrt(np.mean((first - second) ** 2))) / 2)


def noise_floor(days: Sequence[DayCount], reference_days: Sequence[DayCount], *, seed: int) -> float:
    """The largest difference of rates that two such groups show in 95 of 100 cases though they are alike."""
    ours = half_split_error(days, seed=seed)
    theirs = half_split_error(reference_days, seed=seed + 1)
    return critical_value(CONFIDENCE) * float(np.hypot(ours, theirs))
