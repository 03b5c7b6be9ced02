"""The exact counterpart of the Cochran–Mantel–Haenszel test, for strata too small for its approximation."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audits.engine.statistics.exact import hypergeometric_log_pmf
from audits.engine.statistics.intervals import counts

FloatArray = NDArray[np.float64]

# Sums that are as likely as the observed one must count as such in spite of rounding in the convolution.
_TIE = 1e-7


def exact_stratified_p_value(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> float:
    """Two-sided exact p-value of no association within strata, given all margins; 1 if nothing can vary.

    One entry a stratum: k₁ of n₁ in the group, k₂ of n₂ in the reference. The group's successes add up to a sum of
    independent hypergeometric counts; the p-value is the probability of all sums no likelier than the one observed.
    Time and memory grow with the product of the strata's ranges: meant for small tables.
    Source: Cox (1970), Analysis of Binary Data, ch. 5; as R's `mantelhaen.test(exact = TRUE)`.
    """
    a, row, c, other_row = (np.atleast_1d(array).ravel() for array in counts(k1, n1, k2, n2))
    distribution, observed = np.ones(1), 0
    for x, n, column, total in zip(a, row, a + c, row + other_row, strict=True):
        lowest, highest = max(0.0, n + column - total), min(n, column)
        if lowest == highest:
            continue
        support = np.arange(lowest, highest + 1)
        distribution = np.convolve(distribution, np.exp(hypergeometric_log_pmf(support, column, n, total)))
        observed += int(x - lowest)
    p_value = float(distribution[distribution <= distribution[observed] * (1 + _TIE)].sum())
    return min(p_value, 1.0)
