"""How far two readings of the same texts agree: the share that agrees, and Cohen's kappa with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .intervals import critical_value, wilson

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond chance; None where neither reading ever varies, since then nothing but agreement is possible.

    `agreement` is the bare share. Kappa falls with the prevalence of what is read (Feinstein & Cicchetti 1990), so
    both readings' shares of yes, `first_rate` and `second_rate`, belong beside it.
    """

    n: int
    agreement: float
    agreement_interval: Range
    first_rate: float
    second_rate: float
    value: float | None
    interval: Range | None


def cohens_kappa(
    both: int, first: int, second: int, neither: int, *, design_effect: float = 1.0, confidence: float = 0.95
) -> Kappa:
    """Kappa of two yes/no readings of n > 0 texts: `first` counts those to which only the first says yes.

    The interval is the wider of the large-sample one and of Wilson's for the share that agrees with chance agreement
    held fixed, which does not shrink to a point where the two agree on everything. `design_effect` >= 1 widens both,
    where texts are not independent. Raises ValueError for counts that are none.
    Sources: Cohen (1960), Educ. Psychol. Meas. 20:37-46, eq. 1 and 7; Fleiss, Cohen & Everitt (1969), Psychol. Bull.
    72:323-327, eq. 13; Wilson (1927).
    """
    counts = (both, first, second, neither)
    n = sum(counts)
    if min(counts) < 0 or n < 1 or design_effect < 1:
        raise ValueError(f"counts must not be negative nor all 0, got {counts}, design effect {design_effect}")
    yes, no = (both + first) / n, (second + neither) / n
    also_yes, also_no = (both + second) / n, (first + neither) / n
    agreed, by_chance = (both + neither) / n, yes * also_yes + no * also_no
    effective = n / design_effect
    low, high = (float(bound) for bound in wilson(agreed * effective, effective, confidence=confidence))
    agreement = (low, high)
    if n in (both, neither):
        return Kappa(n, agreed, agreement, yes, also_yes, None, None)
    left = 1 - by_chance
    kappa = (agreed - by_chance) / left
    spread = (
        (both / n) * (left - (yes + also_yes) * (1 - agreed)) ** 2
        + (neither / n) * (left - (no + also_no) * (1 - agreed)) ** 2
        + (1 - agreed) ** 2 * ((first / n) * (also_yes + no) ** 2 + (second / n) * (also_no + yes) ** 2)
        - (agreed * by_chance - 2 * by_chance + agreed) ** 2
    )
    reach = float(critical_value(confidence)) * math.sqrt(max(spread, 0.0) / effective) / left**2
    lower = min(kappa - reach, (low - by_chance) / left)
    upper = max(kappa + reach, (high - by_chance) / left)
    return Kappa(n, agreed, agreement, yes, also_yes, kappa, (max(-1.0, lower), min(1.0, upper)))
