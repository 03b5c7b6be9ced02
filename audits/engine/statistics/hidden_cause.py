"""Hidden-cause strength: how strong an unmeasured cause would have to be to explain a gap away.

The literature's E-value; here it has another name because "E" already means the evidence of monitoring. It is the
smallest risk ratio that an unmeasured cause must have with *both* the group and the outcome, beyond what was
adjusted for, to produce the whole association. 1 means that no hidden cause is needed. There is no bar to pass: 1.3
is weak because many things people differ in are that strong; 5 is rarely seen outside mechanical causes.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from audits.engine.statistics.estimates import Estimate, Estimates, FloatArray


class HiddenCause(msgspec.Struct, frozen=True, gc=False):
    """What would explain the estimate away, and what would move its interval to include no association.

    Both are 1 or more; `interval` is 1 where the interval includes none already; infinite where the ratio is 0 or
    infinite, nan where the ratio is undetermined.
    """

    estimate: float
    interval: float


def strength(risk_ratio: ArrayLike) -> FloatArray:
    """RR + √(RR (RR − 1)), of 1/RR below 1: 10.73 → 20.948. nan stays nan; 0 and ∞ give ∞.

    Source: VanderWeele & Ding (2017), Annals of Internal Medicine 167:268-274.
    """
    ratio = np.asarray(risk_ratio, dtype=np.float64)
    if np.any(ratio < 0):
        raise ValueError("a risk ratio cannot be negative")
    inverse = np.divide(1.0, ratio, out=np.full(ratio.shape, np.inf), where=ratio != 0)
    above = np.where(ratio < 1, inverse, ratio)
    finite = np.where(np.isfinite(above), above, 1.0)
    return np.where(np.isfinite(above), finite + np.sqrt(finite * (finite - 1)), above)


def of_risk_ratio(ratio: Estimate) -> HiddenCause:
    """From a risk ratio with its interval, of whose limits the one nearest 1 counts.

    10.73 (8.02–14.36) → 20.948 (15.523). Source: VanderWeele & Ding (2017), table 1.
    """
    return of_risk_ratios(Estimates(*(np.array([part]) for part in (ratio.value, ratio.lower, ratio.upper))))[0]


def of_risk_ratios(ratios: Estimates) -> list[HiddenCause]:
    """`of_risk_ratio` of many."""
    nearest = np.where(ratios.value > 1, ratios.lower, ratios.upper)
    includes_none = (ratios.lower <= 1) & (ratios.upper >= 1)
    of_interval = strength(np.where(includes_none, 1.0, nearest))
    return [HiddenCause(*pair) for pair in zip(strength(ratios.value).tolist(), of_interval.tolist(), strict=True)]


def of_odds_ratio(ratio: Estimate, *, rare: bool) -> HiddenCause:
    """From an odds ratio. `rare`: the outcome happens to under 15 % in every group, so that it is a risk ratio.

    Else its square root stands for the risk ratio, off by at most a quarter for risks between .2 and .8.
    Source: VanderWeele & Ding (2017), table 2; VanderWeele (2017), Biometrics 73:716-721 on the square root.
    """
    if rare:
        return of_risk_ratio(ratio)
    return of_risk_ratio(Estimate(*(float(np.sqrt(part)) for part in (ratio.value, ratio.lower, ratio.upper))))


def of_risk_difference(difference: Estimate, *, reference_rate: float) -> HiddenCause:
    """From a difference of rates against a reference rate above 0, which is taken as known.

    RR = (reference rate + difference) / reference rate, its limits likewise; a rate below 0 counts as 0.
    Source: VanderWeele & Ding (2017), table 2: a difference is restated as a ratio of the two rates.
    """
    if not 0 < reference_rate <= 1:
        raise ValueError(f"the reference rate must lie in (0, 1], got {reference_rate}")
    parts = (difference.value, difference.lower, difference.upper)
    return of_risk_ratio(Estimate(*(max(reference_rate + part, 0.0) / reference_rate for part in parts)))
