"""Did the gap change with this release? A risk-adjusted CUSUM of 2×2 counts from the release on.

Page (1954), Biometrika 41:100-115, sums log-likelihood ratios of "shifted" against "as before" and starts again from 0
whenever the sum falls below; Steiner, Cook, Farewell & Treasure (2000), Biostatistics 1:441-452, adjust it for who was
treated. Here the adjustment is the table itself: given its margins, the group's successes of a day and stratum follow
Fisher's noncentral hypergeometric distribution, under the odds ratio of before and under that odds ratio times
exp(±shift), whatever the rates of the day.

Threshold. Without a change the CUSUM never exceeds the Shiryaev–Roberts sum, and the sums of both directions less 2t
are a martingale; so a threshold h = log(2·L) lets on average at least L days pass before a false signal, for any mix of
strata and any size of days (Lorden 1971, Ann. Math. Stat. 42:1897-1908; Shin, Ramdas & Rinaldo 2024, NEJSDS 2:229-260).
The bound is safe rather than sharp: simulated run lengths are several times L.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audits.engine.statistics.eprocess import log_likelihood_ratios

FloatArray = NDArray[np.float64]

#: Log odds ratio of the change that is found fastest: at a rate of 80 % some 9 points.
SHIFT = 0.5
#: Days that pass on average, at least, before a false signal.
RUN_LENGTH = 365.0


@dataclass(frozen=True, slots=True)
class Change:
    """The CUSUM from a release on. `down` and `up` hold one value a day: evidence that the group's odds fell, or rose.

    `signalled` is the first day (an index) on which either reached `threshold`, `began` the day after which that sum
    was never 0 again until then: the likely beginning. Both None without a signal. `worse` says which way it went.
    """

    down: FloatArray
    up: FloatArray
    threshold: float
    signalled: int | None
    began: int | None
    worse: bool


def page(log_ratios: ArrayLike) -> FloatArray:
    """Wₜ = max(0, Wₜ₋₁ + xₜ) along the last axis, from W₀ = 0 (Page 1954, eq. 2)."""
    sums = np.cumsum(np.asarray(log_ratios, dtype=np.float64), axis=-1)
    return np.asarray(sums - np.minimum(np.minimum.accumulate(sums, axis=-1), 0.0))


def threshold_for(run_length: float) -> float:
    """h that both directions share so that false signals are at least `run_length` days apart on average."""
    if run_length <= 0:
        raise ValueError(f"the run length must be positive, got {run_length}")
    return math.log(2 * run_length)


def change_since(
    k1: ArrayLike,
    n1: ArrayLike,
    k2: ArrayLike,
    n2: ArrayLike,
    *,
    log_odds_before: float = 0.0,
    shift: float = SHIFT,
    run_length: float = RUN_LENGTH,
) -> Change:
    """Watch counts of shape (days, strata) that begin with a release; see the module for the method.

    `log_odds_before` is the log odds ratio of group against reference before the release, fixed before looking.
    """
    odds = np.array([log_odds_before, log_odds_before - shift, log_odds_before + shift])
    ratios = log_likelihood_ratios(k1, n1, k2, n2, log_odds_ratios=odds).sum(axis=-2)
    down, up = page(ratios[:, 1] - ratios[:, 0]), page(ratios[:, 2] - ratios[:, 0])
    threshold = threshold_for(run_length)
    over = np.flatnonzero(np.maximum(down, up) >= threshold)
    if not over.size:
        return Change(down, up, threshold, signalled=None, began=None, worse=False)
    signalled = int(over[0])
    worse = bool(down[signalled] >= up[signalled])
    restarts = np.flatnonzero((down if worse else up)[:signalled] == 0.0)
    began = int(restarts[-1]) + 1 if restarts.size else 0
    return Change(down, up, threshold, signalled=signalled, began=began, worse=worse)
