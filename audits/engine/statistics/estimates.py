"""What a method answers: a test or an estimate with its bounds, one at a time or many in step."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

FloatArray = NDArray[np.float64]


class Test(msgspec.Struct, frozen=True, gc=False):
    """A chi-squared statistic, its degrees of freedom and upper-tail p-value. Undetermined: 0, 0 and 1."""

    statistic: float
    degrees_of_freedom: int
    p_value: float


class Estimate(msgspec.Struct, frozen=True, gc=False):
    """A point estimate (nan if undetermined) and its confidence bounds (infinite where unbounded)."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Tests:
    """Many tests in step; those without degrees of freedom are undetermined."""

    statistic: FloatArray
    degrees_of_freedom: FloatArray
    p_value: FloatArray

    @classmethod
    def of(cls, statistic: FloatArray, degrees_of_freedom: FloatArray) -> Tests:
        """p-values from the chi-squared distribution, 1 without degrees of freedom."""
        determined = degrees_of_freedom > 0
        statistic = np.where(determined, statistic, 0.0)
        p_value = np.where(determined, chdtrc(np.maximum(degrees_of_freedom, 1.0), statistic), 1.0)
        return cls(statistic, np.where(determined, degrees_of_freedom, 0.0), p_value)

    def each(self) -> list[Test]:
        """One by one."""
        columns = self.statistic.tolist(), self.degrees_of_freedom.astype(int).tolist(), self.p_value.tolist()
        return [Test(*answer) for answer in zip(*columns, strict=True)]


@dataclass(frozen=True, slots=True)
class Estimates:
    """Many estimates in step."""

    value: FloatArray
    lower: FloatArray
    upper: FloatArray

    def each(self) -> list[Estimate]:
        """One by one."""
        columns = self.value.tolist(), self.lower.tolist(), self.upper.tolist()
        return [Estimate(*answer) for answer in zip(*columns, strict=True)]
