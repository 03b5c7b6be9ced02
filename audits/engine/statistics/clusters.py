"""Repeat customers: conversations of one customer are alike, so they hold less than as many independent ones.

Three ways to count them honestly, by what is kept. With each customer's counts: the design effect of every group
(Rao & Scott), after which all methods for independent counts apply to *effective* counts, or a cluster bootstrap of
any statistic. With only Σn² of the customers' numbers of conversations: the worst design effect (Kish).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtri, stdtrit

from audits.engine.statistics.bootstrap import Bootstrap, Method, Statistic, bootstrap
from audits.engine.statistics.estimates import Test

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ClusterSums:
    """Per group, arrays of one shape: all that design effects need of any number of clusters.

    `clusters` with members; their Σk, Σn, Σk², Σkn and Σn², with k of n of a cluster's members favourable.
    """

    clusters: FloatArray
    k: FloatArray
    n: FloatArray
    kk: FloatArray
    kn: FloatArray
    nn: FloatArray

    @classmethod
    def of(cls, k: ArrayLike, n: ArrayLike, group: ArrayLike, *, groups: int) -> ClusterSums:
        """From one entry a cluster and group: k of n, and the group's number (0 … groups − 1).

        A customer who is in two groups (who changed age band) is one cluster in each.
        Raises ValueError unless 0 ≤ k ≤ n.
        """
        k, n = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64)
        if not np.all((k >= 0) & (k <= n)):
            raise ValueError("successes must lie between 0 and the number of trials")
        code = np.asarray(group, dtype=np.intp)
        parts = ((n > 0).astype(np.float64), k, n, k * k, k * n, n * n)
        clusters, *sums = (np.bincount(code, weights=part, minlength=groups).astype(np.float64) for part in parts)
        return cls(clusters, *sums)


@dataclass(frozen=True, slots=True)
class EffectiveCounts:
    """Counts that carry as much information as the clustered ones: k̃ of ñ with ñ = n / design effect.

    Not whole numbers: meant for intervals and `rao_scott_test`, not for Fisher's exact test.
    """

    k: FloatArray
    n: FloatArray
    design_effect: FloatArray


def rao_scott(sums: ClusterSums) -> EffectiveCounts:
    """Each group's counts divided by its design effect: observed over binomial variance of its rate.

    At least 1: by chance alone it comes out lower, and then would claim more than the data holds. Where it cannot be
    estimated (under two clusters, or a rate of 0 or 1) the worst case: all members of a cluster alike.
    Source: Rao & Scott (1992), Biometrics 48:577-585, §2.
    """
    n = np.where(sums.n > 0, sums.n, 1.0)
    rate = sums.k / n
    residual = np.maximum(sums.kk - 2 * rate * sums.kn + rate**2 * sums.nn, 0.0)
    binomial = rate * (1 - rate)
    estimable = (sums.clusters > 1) & (binomial > 0)
    small_sample = np.divide(sums.clusters, sums.clusters - 1, out=np.ones(n.shape), where=sums.clusters > 1)
    observed = np.divide(
        small_sample * residual, n * binomial, out=kish_design_effect(sums.nn, sums.n), where=estimable
    )
    effect = np.maximum(observed, 1.0)
    return EffectiveCounts(sums.k / effect, sums.n / effect, effect)


def cautious_design_effects(sums: ClusterSums, *, confidence: float = 0.95) -> FloatArray:
    """The design effects to widen by: those of `rao_scott`, held against having been estimated from few clusters.

    Exactly 1 where every cluster has one member. Else times (t / z)² with t of clusters − 1 degrees of freedom, so that
    normal intervals get the width of t intervals; that factor leads no further than Kish's worst case.
    Source of t: Cameron, Gelbach & Miller (2008), Rev. Econ. Stat. 90:414-427, §II.
    """
    observed = rao_scott(sums).design_effect
    degrees, tail = np.maximum(sums.clusters - 1, 1.0), 0.5 + confidence / 2
    few = (stdtrit(degrees, tail) / ndtri(tail)) ** 2
    worst = np.maximum(observed, kish_design_effect(sums.nn, sums.n))
    return np.where(sums.nn > sums.n, np.minimum(observed * few, worst), 1.0)


def rao_scott_test(counts: EffectiveCounts) -> Test:
    """Whether all groups have the same rate: Pearson's chi-squared on effective counts, groups − 1 degrees.

    Source: Rao & Scott (1992), §3.
    """
    k, n = counts.k[counts.n > 0], counts.n[counts.n > 0]
    pooled = float(k.sum() / n.sum()) if n.size else 0.0
    variance = pooled * (1 - pooled)
    if n.size < 2 or variance == 0:
        return Test(0.0, 0, 1.0)
    statistic = float(np.sum((k - n * pooled) ** 2 / (n * variance)))
    return Test(statistic, n.size - 1, float(chdtrc(n.size - 1, statistic)))


def kish_design_effect(sum_of_squares: ArrayLike, n: ArrayLike, *, correlation: float = 1.0) -> FloatArray:
    """1 + (Σn²/n − 1) ρ for n members in clusters whose sizes' squares add up to Σn²; 1 without members.

    ρ is how alike two members of a cluster are (0 to 1); 1 is the worst case, in which only customers count.
    Sources: Kish (1965), Survey Sampling, §5.4; unequal clusters, Gabler, Häder & Lahiri (1999), Survey Methodology
    25:105-106.
    """
    if not 0 <= correlation <= 1:
        raise ValueError(f"the correlation within clusters must lie between 0 and 1, got {correlation}")
    squares, n = np.broadcast_arrays(np.asarray(sum_of_squares, dtype=np.float64), np.asarray(n, dtype=np.float64))
    size = np.divide(squares, n, out=np.ones(n.shape), where=n > 0)
    return np.asarray(1.0 + (np.maximum(size, 1.0) - 1.0) * correlation)


def cluster_bootstrap(
    clusters: ArrayLike,
    statistic: Statistic,
    *,
    seed: int,
    replicates: int = 2_000,
    confidence: float = 0.95,
    method: Method = "bca",
) -> Bootstrap:
    """Resample whole customers; `clusters` holds one count table each, shape (clusters, …), whole numbers ≥ 0.

    The statistic gets the tables added up, as in `bootstrap`. Customers with equal tables are interchangeable, so
    the cost grows with the number of *different* tables, of which a million customers have a few hundred.
    Source: Davison & Hinkley (1997), Bootstrap Methods and their Application, §3.8 (clusters resampled whole).
    """
    tables = np.asarray(clusters, dtype=np.float64)
    if not tables.size or not np.all(np.isfinite(tables) & (tables >= 0)):
        raise ValueError("cluster counts must be numbers ≥ 0 of at least one cluster")
    different, times = np.unique(tables.reshape(len(tables), -1), axis=0, return_counts=True)

    def of_totals(drawn: FloatArray) -> FloatArray:
        return statistic((drawn @ different).reshape(-1, *tables.shape[1:]))

    return bootstrap(times, of_totals, seed=seed, replicates=replicates, confidence=confidence, method=method)
