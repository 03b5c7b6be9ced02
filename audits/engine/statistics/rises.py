"""Whether a rate rose from one release to the next: every pair's difference with its interval and exact test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.intervals import newcombe_difference
from audits.engine.statistics.multiplicity import holm


@dataclass(frozen=True, slots=True)
class Step:
    """`k` of `n` conversations of a release, against `k_before` of `n_before` of the release before it."""

    release: str
    k: int
    n: int
    before: str
    k_before: int
    n_before: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A step with its rates, the difference (−1 to 1) and its interval, and the adjusted p. `rose`: see `compared`."""

    step: Step
    rate: float
    rate_before: float
    difference: float
    interval: tuple[float, float]
    p_adjusted: float
    rose: bool


def compared(
    steps: Sequence[Step], *, alpha: float, least_rise: float, confidence: float = 0.95, family_size: int | None = None
) -> list[Compared]:
    """Every step tested, in the order given.

    It rose where the rate is higher by at least `least_rise` and Fisher's exact test, adjusted by Holm over the
    family, is below `alpha`. Interval of the difference: Newcombe (1998), method 10. A step without conversations on
    either side did not rise.
    """
    if not steps:
        return []
    k, n = [step.k for step in steps], [step.n for step in steps]
    k_before, n_before = [step.k_before for step in steps], [step.n_before for step in steps]
    adjusted = holm(fisher_exact(k, n, k_before, n_before), family_size=family_size)
    lower, upper = newcombe_difference(k, n, k_before, n_before, confidence=confidence)
    answers = []
    for step, p, low, high in zip(steps, adjusted, lower, upper, strict=True):
        rate, before = _rate(step.k, step.n), _rate(step.k_before, step.n_before)
        known = step.n > 0 and step.n_before > 0
        answers.append(
            Compared(
                step=step,
                rate=rate,
                rate_before=before,
                difference=rate - before,
                interval=(float(low), float(high)),
                p_adjusted=float(p),
                rose=bool(known and rate - before >= least_rise and rate > before and p < alpha),
            )
        )
    return answers


def _rate(k: int, n: int) -> float:
    return k / n if n else 0.0
