"""How long a re-check of a fix must wait, and what it will be able to see, stated before any of its data exists.

A fix is proven when the same check answers "no material difference": every interval inside ±δ. A re-check that is
too short cannot say that even of a perfect fix, and one whose power is not stated in advance can be read either way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from audits.engine.bias.json_numbers import finite
from audits.engine.statistics.power import detectable_difference

LEAST_DAYS = 7
"""A whole week, so that no weekday is missing."""
MOST_DAYS = 90


@dataclass(frozen=True, slots=True)
class Flow:
    """What a group brings: members a day, and of `n` members so far the `favourable` ones."""

    label: str
    per_day: float
    favourable: int
    n: int

    @property
    def rate(self) -> float:
        """Favourable share, with one success and one failure added so that it is never 0 or 1."""
        return (self.favourable + 1) / (self.n + 2)


@dataclass(frozen=True, slots=True)
class Recheck:
    """A re-check after `days` days, about the compared group that decides latest.

    `n` and `reference_n` are expected members. `detectable` is the smallest gap, as a rate, found with `power`; None
    if none is. `decides` says whether an unbiased assistant would be shown to be within ±`delta` with that power.
    """

    days: int
    decides: bool
    group: str
    reference: str
    n: int
    reference_n: int
    detectable: float | None
    delta: float
    power: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types under the names of the fields."""
        return {
            "days": self.days,
            "decides": self.decides,
            "group": self.group,
            "reference": self.reference,
            "n": self.n,
            "reference_n": self.reference_n,
            "detectable": finite(self.detectable),
            "delta": self.delta,
            "power": self.power,
        }


def plan_recheck(
    groups: Sequence[Flow],
    reference: Flow,
    *,
    delta: float,
    alpha: float,
    confidence: float = 0.95,
    power: float = 0.8,
    days: int | None = None,
) -> Recheck:
    """When every group could be shown to be within ±`delta` of the reference, and what is detectable by then.

    The days are those after which the interval of a difference that is truly zero lies inside ±δ with probability
    `power`, from `LEAST_DAYS` to `MOST_DAYS`; or `days`, where given. `alpha` is the level of one comparison.
    Source: Julious (2004), Stat. Med. 23:1921-1986, section 5.3 (equivalence, true difference zero), for the
    difference of two proportions with unequal groups. Raises ValueError without groups.
    """
    if not groups:
        raise ValueError("there is no group to compare with the reference")
    needed = {
        group.label: _days_to_decide(group, reference, delta=delta, confidence=confidence, power=power)
        for group in groups
    }
    slowest = max(groups, key=lambda group: needed[group.label])
    longest = needed[slowest.label]
    chosen = days if days is not None else min(max(math.ceil(min(longest, MOST_DAYS)), LEAST_DAYS), MOST_DAYS)
    n, reference_n = round(slowest.per_day * chosen), round(reference.per_day * chosen)
    found = float(detectable_difference(reference.rate, reference_n, n, alpha=alpha, power=power))
    return Recheck(
        days=chosen,
        decides=longest <= chosen,
        group=slowest.label,
        reference=reference.label,
        n=n,
        reference_n=reference_n,
        detectable=None if np.isnan(found) else found,
        delta=delta,
        power=power,
    )


def _days_to_decide(group: Flow, reference: Flow, *, delta: float, confidence: float, power: float) -> float:
    if not (group.per_day > 0 and reference.per_day > 0):
        return math.inf
    z = float(ndtri(0.5 + confidence / 2) + ndtri(0.5 + power / 2))
    rate = reference.rate
    return rate * (1 - rate) * (1 / group.per_day + 1 / reference.per_day) * (z / delta) ** 2
