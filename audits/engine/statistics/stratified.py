"""Two groups compared within strata: tests, common effects with intervals, and whether strata agree.

Counts are four arrays of equal length, one entry a stratum: k₁ of n₁ in the group, k₂ of n₂ in the reference.
Strata in which a group has no members say nothing about the gap and are ignored throughout. A quantity that
the remaining strata do not determine is nan, its interval the whole range, and the p-value of its test 1.
`stratified_many` answers many such comparisons at once.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from audits.engine.statistics import stratified_many as many
from audits.engine.statistics.estimates import Estimate, Test
from audits.engine.statistics.strata import Strata

__all__ = [
    "Estimate",
    "Test",
    "breslow_day",
    "cochran_mantel_haenszel",
    "mantel_haenszel_odds_ratio",
    "mantel_haenszel_rates",
    "mantel_haenszel_risk_difference",
    "mantel_haenszel_risk_ratio",
    "woolf",
]


def cochran_mantel_haenszel(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, *, correction: bool = True
) -> Test:
    """Whether group and outcome are associated within strata.

    The continuity correction of a half is dropped where the deviation itself is smaller, as in R's
    `mantelhaen.test`. Source: Mantel & Haenszel (1959), JNCI 22:719-748, eq. 4; Cochran (1954) without
    correction.
    """
    return many.cochran_mantel_haenszel(Strata.of(k1, n1, k2, n2), correction=correction).each()[0]


def mantel_haenszel_odds_ratio(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, *, confidence: float = 0.95
) -> Estimate:
    """The common odds ratio, with its interval on the log scale.

    Infinite where no stratum has a failure in the group with a success in the reference.
    Source: Mantel & Haenszel (1959); variance of Robins, Breslow & Greenland (1986), Biometrics 42:311-323,
    eq. 7.
    """
    return many.mantel_haenszel_odds_ratio(Strata.of(k1, n1, k2, n2), confidence=confidence).each()[0]


def mantel_haenszel_risk_difference(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, *, confidence: float = 0.95
) -> Estimate:
    """The common difference of rates, group minus reference; its interval is clipped to [−1, 1].

    Source: Greenland & Robins (1985), Biometrics 41:55-68; variance of Sato (1989), Biometrics 45:1323-1324,
    consistent for few large and for many small strata. Where that is 0, because on either side all members of a
    stratum fared alike, the interval is recovered from the strata's Wilson intervals (Zou & Donner 2008, Stat. Med.
    27:1693-1702): a dozen successes without a failure are no proof of equality.
    """
    return many.mantel_haenszel_risk_difference(Strata.of(k1, n1, k2, n2), confidence=confidence).each()[0]


def mantel_haenszel_rates(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> tuple[float, float]:
    """Rates of group and reference at the same mix of strata (weights n₁n₂ / n); (nan, nan) if undetermined.

    Their difference is the Mantel–Haenszel risk difference, their ratio the Mantel–Haenszel risk ratio.
    Source: Greenland & Robins (1985), eq. 4 and 9.
    """
    rate, reference_rate = many.mantel_haenszel_rates(Strata.of(k1, n1, k2, n2))
    return float(rate[0]), float(reference_rate[0])


def mantel_haenszel_risk_ratio(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, *, confidence: float = 0.95
) -> Estimate:
    """The common ratio of rates, with its interval on the log scale; infinite where the reference never succeeds.

    Source: Greenland & Robins (1985), Biometrics 41:55-68, estimate eq. 4 and the variance of its logarithm.
    """
    return many.mantel_haenszel_risk_ratio(Strata.of(k1, n1, k2, n2), confidence=confidence).each()[0]


def breslow_day(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> Test:
    """Whether the odds ratio is the same in all strata, about the Mantel–Haenszel estimate.

    Strata with an empty margin have no odds ratio and are left out.
    Source: Breslow & Day (1980), Statistical Methods in Cancer Research I, eq. 4.30 (without Tarone's
    correction).
    """
    return many.breslow_day(Strata.of(k1, n1, k2, n2)).each()[0]


def woolf(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> Test:
    """Whether the log odds ratio is the same in all strata, about its inverse-variance mean.

    A half is added to every cell, which takes the bias out of small strata and allows empty cells (Haldane
    1956, Ann. Hum. Genet. 20:309-311). Strata with an empty margin are left out.
    Source: Woolf (1955), Ann. Hum. Genet. 19:251-253; as in the examples of R's `mantelhaen.test`.
    """
    return many.woolf(Strata.of(k1, n1, k2, n2)).each()[0]
