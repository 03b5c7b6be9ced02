"""The four-state verdict: what a comparison of a group with its reference amounts to, and why.

An audit that knows only "fail" and "pass" reports noise as bias and blindness as fairness. The states are
therefore four, and they are tried in this order:

1. `disparity`: the adjusted test passes **and** the effect is material.
2. `watch`: only one of the two holds. A test that passes on an immaterial effect is always a watch. A material
   effect whose test does not pass is a watch only while there is evidence for it: its unadjusted interval
   excludes "no difference" and both groups have `minimum_n` members. A wild estimate from a handful of
   cases has an interval that includes "no difference", which means that the sample was too small to find
   even the effect it shows (power below a half); that is state 4, not an alarm.
3. `no_material_difference`: the effect is immaterial and its whole interval lies inside ±δ.
4. `not_enough_data`: everything else. Never merged with state 3.

An effect is material when |difference| ≥ δ, or the favourable ratio falls below `impact_ratio`, or the
adverse ratio exceeds `adverse_ratio`; both ratios compare the worse-off of the two with the better-off, so
the answer does not depend on which of them is called the reference. Bars are compared in exact arithmetic:
a group at exactly 4/5 is not below four fifths, which floating point gets wrong for a third of such tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

import msgspec


class Verdict(StrEnum):
    """What a comparison, or a whole table of them, amounts to."""

    DISPARITY = "disparity"
    WATCH = "watch"
    NO_MATERIAL_DIFFERENCE = "no_material_difference"
    NOT_ENOUGH_DATA = "not_enough_data"


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds of an audit, fixed before the data is seen.

    alpha: chance of any false disparity in one audit. An audit of several tables gives each its part.
    delta: smallest difference of rates that matters, as a rate (0.05 is five percentage points).
    impact_ratio: favourable rates below this share of the better-off group's matter (four-fifths rule).
    adverse_ratio: adverse rates beyond this multiple of the better-off group's matter.
    minimum_n: members a group needs to serve as reference, or to be watched without a passed test.
    power: the power at which detectable differences are stated.
    small_cell: groups with fewer members are shown but not tested.
    minimum_share: groups with a smaller share of all known members are left out of the ratios (NYC LL144).
    confidence: coverage of every interval, each by itself; a part of alpha must not widen them.
    """

    alpha: float = 0.05
    delta: float = 0.05
    impact_ratio: float = 0.80
    adverse_ratio: float = 1.25
    minimum_n: int = 30
    power: float = 0.8
    small_cell: int = 10
    minimum_share: float = 0.02
    confidence: float = 0.95

    def __post_init__(self) -> None:
        for name in ("alpha", "delta", "power", "confidence"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} must lie between 0 and 1, got {getattr(self, name)}")
        if not 0 < self.impact_ratio <= 1 <= self.adverse_ratio:
            raise ValueError("impact_ratio must lie in (0, 1] and adverse_ratio must be 1 or more")
        if not 0 <= self.minimum_share < 1:
            raise ValueError(f"minimum_share must be 0 or more and below 1, got {self.minimum_share}")
        if self.minimum_n < 1 or self.small_cell < 1:
            raise ValueError("minimum_n and small_cell must be 1 or more")

    def to_json(self) -> dict[str, float]:
        """The thresholds by name, for a stored configuration or its hash."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """What is known of one comparison.

    `p_adjusted` is None where it was not tested; `breaches` is empty where the effect is immaterial; `smaller_n` counts
    the smaller of the two groups, in effective members where they are not independent.
    """

    p_adjusted: float | None
    breaches: tuple[str, ...]
    difference_interval: tuple[float, float]
    smaller_n: float


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """A verdict and its reasons, each one plain sentence fragment."""

    verdict: Verdict
    reasons: tuple[str, ...]


def judge(evidence: Evidence, *, policy: Policy) -> Judgement:
    """The verdict on one comparison by the rule in this module's docstring."""
    if evidence.p_adjusted is None:
        return Judgement(Verdict.NOT_ENOUGH_DATA, ("too few cases to test",))
    lower, upper = evidence.difference_interval
    significant = evidence.p_adjusted <= policy.alpha
    test = f"adjusted p {_p_text(evidence.p_adjusted)} {'≤' if significant else '>'} {policy.alpha:g}"
    if significant and evidence.breaches:
        return Judgement(Verdict.DISPARITY, (test, *evidence.breaches))
    if significant:
        return Judgement(Verdict.WATCH, (test, "but the effect is smaller than the policy calls material"))
    if evidence.breaches:
        excludes_none = lower > 0 or upper < 0
        if excludes_none and evidence.smaller_n >= policy.minimum_n:
            return Judgement(Verdict.WATCH, (*evidence.breaches, f"but {test}"))
        return Judgement(Verdict.NOT_ENOUGH_DATA, (*evidence.breaches, "but chance alone explains it as well"))
    if -policy.delta < lower and upper < policy.delta:
        inside = f"the whole interval lies inside ±{policy.delta * 100:g} points"
        return Judgement(Verdict.NO_MATERIAL_DIFFERENCE, (inside,))
    return Judgement(Verdict.NOT_ENOUGH_DATA, (f"the interval reaches beyond ±{policy.delta * 100:g} points", test))


def material_breaches(
    k: int, n: int, reference_k: int, reference_n: int, *, policy: Policy, with_ratios: bool = True
) -> tuple[str, ...]:
    """The policy's bars that the effect of k of n against the reference passes, in words; exact arithmetic.

    Without `with_ratios` only the difference counts (groups left out of the ratios). Empty without members.
    """
    if not (n and reference_n):
        return ()
    # Whole numbers, each rate over the product of both groups' members: quicker than fractions, and as exact.
    whole = n * reference_n
    lower, higher = sorted((k * reference_n, reference_k * n))
    (delta, delta_of), (ratio, ratio_of), (adverse, adverse_of) = (
        exact(bar).as_integer_ratio() for bar in (policy.delta, policy.impact_ratio, policy.adverse_ratio)
    )
    breaches = []
    if (higher - lower) * delta_of >= delta * whole:
        breaches.append(f"difference of at least {policy.delta * 100:g} points")
    if with_ratios and lower * ratio_of < ratio * higher:
        breaches.append(f"favourable ratio below {policy.impact_ratio:.2f}")
    if with_ratios and (whole - lower) * adverse_of > adverse * (whole - higher):
        breaches.append(f"adverse ratio above {policy.adverse_ratio:.2f}")
    return tuple(breaches)


@lru_cache(maxsize=256)
def exact(threshold: float) -> Fraction:
    """The decimal number that a threshold was written as: 0.8 is 4/5, not its nearest binary fraction."""
    return Fraction(str(threshold))


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """One verdict for several tested comparisons.

    The worst of disparity and watch, if there is any; else `not_enough_data` if any comparison is undecided
    or there is none at all; `no_material_difference` only if every one of them is.
    """
    found = set(verdicts)
    for verdict in (Verdict.DISPARITY, Verdict.WATCH, Verdict.NOT_ENOUGH_DATA):
        if verdict in found:
            return verdict
    return Verdict.NO_MATERIAL_DIFFERENCE if found else Verdict.NOT_ENOUGH_DATA


def _p_text(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else f"{p:.1e}"
