"""Means of paired differences whose pairs are not independent: they share a template, or a name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_CHUNK = 2_000
# Sums of signed clusters that equal the observed one but for rounding count as such.
_TIE = 1e-9


@dataclass(frozen=True, slots=True)
class ClusteredMean:
    """A mean, its standard error, the degrees of freedom of its t statistic, and the two-sided p-value against 0.

    `design_effect`: its variance over that of as many independent pairs; at least 1.
    """

    mean: float
    error: float
    freedom: int
    p_value: float
    design_effect: float


def sign_flip_p_values(differences: ArrayLike, clusters: ArrayLike, *, draws: int, seed: int) -> FloatArray:
    """Two-sided permutation p-values that differences are symmetric about 0, turning whole clusters at once.

    `differences` has one row a pair and one column a question; all columns share the drawn signs. Under the null
    hypothesis each cluster's sum is as likely with the other sign. All 2^G sign patterns where there are no more of
    them than `draws`, else that many random ones with the observed among them (Phipson & Smyth 2010, SAGMB 9:39).
    1 where no cluster has a sum other than 0.
    Source: Fisher (1935), The Design of Experiments, sec. 21; by cluster: Canay, Romano & Shaikh (2017), Econometrica
    85:1013-1030.
    """
    sums = cluster_sums(differences, clusters)
    size = sums.shape[0]
    bars = np.abs(sums.sum(axis=0)) * (1 - _TIE) - _TIE
    if 2**size <= draws:
        patterns = (np.arange(2**size)[:, None] >> np.arange(size)) & 1
        exact: FloatArray = np.mean(np.abs((2.0 * patterns - 1.0) @ sums) >= bars, axis=0)
        return exact
    generator = np.random.default_rng(seed)
    hits = np.zeros(sums.shape[1])
    for start in range(0, draws, _CHUNK):
        rows = min(_CHUNK, draws - start)
        signs = 2.0 * generator.integers(0, 2, size=(rows, size), dtype=np.int8) - 1.0
        hits += np.count_nonzero(np.abs(signs @ sums) >= bars, axis=0)
    return np.asarray((hits + 1) / (draws + 1))


def two_way_mean(differences: ArrayLike, first: ArrayLike, second: ArrayLike) -> ClusteredMean:
    """The mean with a variance that allows for dependence within both clusterings.

    V = V(first) + V(second) − V(pairs), each with its G/(G−1); where this is smaller than any one of the three, that
    one instead; t with one degree of freedom less than the smaller number of clusters. A clustering of one cluster
    only cannot vary: it is left out.
    Source: Cameron, Gelbach & Miller (2011), J. Bus. Econ. Stat. 29:238-249, eq. 2.8 and sec. 2.3.
    """
    d = np.asarray(differences, dtype=np.float64)
    n = d.size
    if n < 2:
        return ClusteredMean(float(d.mean()) if n else 0.0, np.inf, 0, 1.0, 1.0)
    mean = float(d.mean())
    residual = d - mean
    pairs = _variance(residual, np.arange(n))
    parts, sizes = [], []
    for labels in (first, second):
        codes = _codes(labels)
        groups = int(codes.max()) + 1
        if groups > 1:
            parts.append(_variance(residual, codes))
            sizes.append(groups)
    both = [*parts, pairs]
    if len(parts) == 2:
        both.append(parts[0] + parts[1] - pairs)
    variance = max(both)
    freedom = min(sizes, default=n) - 1
    error = float(np.sqrt(variance))
    p_value = 1.0 if error == 0 else float(2 * stdtr(freedom, -abs(mean) / error))
    if error == 0 and mean != 0:
        p_value = 0.0
    effect = variance / pairs if pairs > 0 else 1.0
    return ClusteredMean(mean, error, freedom, p_value, max(1.0, float(effect)))


def cluster_sums(differences: ArrayLike, clusters: ArrayLike) -> FloatArray:
    """The sums of the differences in each cluster: one row a cluster, one column a question."""
    columns = np.asarray(differences, dtype=np.float64)
    columns = columns[:, None] if columns.ndim == 1 else columns
    codes = _codes(clusters)
    sums = np.zeros((int(codes.max(initial=-1)) + 1, columns.shape[1]))
    np.add.at(sums, codes, columns)
    return sums


def _variance(residual: FloatArray, codes: IntArray) -> float:
    sums = np.bincount(codes, weights=residual)
    return float(sums.size / (sums.size - 1) * np.sum(sums**2) / residual.size**2)


def _codes(labels: ArrayLike) -> IntArray:
    return np.unique(np.asarray(labels), return_inverse=True)[1].ravel()
