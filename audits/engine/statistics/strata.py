"""Many comparisons of two groups within strata, laid end to end, so that one pass answers all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audits.engine.statistics.intervals import counts

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Strata:
    """One entry a stratum of a comparison: k₁ of n₁ in the group, k₂ of n₂ in the reference; no n is 0.

    `comparison` is the number (0 … comparisons − 1) of the comparison that an entry belongs to, in any order.
    """

    k1: FloatArray
    n1: FloatArray
    k2: FloatArray
    n2: FloatArray
    comparison: NDArray[np.intp]
    comparisons: int

    @classmethod
    def of(
        cls,
        k1: ArrayLike,
        n1: ArrayLike,
        k2: ArrayLike,
        n2: ArrayLike,
        *,
        comparison: ArrayLike | None = None,
        comparisons: int = 1,
    ) -> Strata:
        """Without strata in which one side has no members: they say nothing about a gap. One comparison by default.

        Raises ValueError unless 0 ≤ k ≤ n everywhere.
        """
        arrays = [np.atleast_1d(array).ravel() for array in counts(k1, n1, k2, n2)]
        codes = np.zeros(arrays[0].size) if comparison is None else comparison
        both = (arrays[1] > 0) & (arrays[3] > 0)
        k1, n1, k2, n2 = (array[both] for array in arrays)
        return cls(k1, n1, k2, n2, np.asarray(codes, dtype=np.intp)[both], comparisons)

    @property
    def total(self) -> FloatArray:
        return self.n1 + self.n2

    @property
    def column(self) -> FloatArray:
        """Favourable members of both sides."""
        return self.k1 + self.k2

    def sum(self, values: FloatArray) -> FloatArray:
        """The sum over the strata of each comparison."""
        return np.bincount(self.comparison, weights=values, minlength=self.comparisons).astype(np.float64, copy=False)

    def spread(self, values: FloatArray) -> FloatArray:
        """One value a comparison, repeated for each of its strata."""
        return values[self.comparison]

    def where(self, chosen: NDArray[np.bool_]) -> Strata:
        """The chosen strata; the comparisons keep their numbers."""
        k1, n1, k2, n2 = (array[chosen] for array in (self.k1, self.n1, self.k2, self.n2))
        return Strata(k1, n1, k2, n2, self.comparison[chosen], self.comparisons)

    def informative(self) -> Strata:
        """The strata in which the outcome varies: the only ones that have an odds ratio."""
        return self.where((self.column > 0) & (self.column < self.total))
