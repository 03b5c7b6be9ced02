"""Adjusted p-values for many comparisons: compare an adjusted value with alpha itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def holm(p_values: ArrayLike, *, family_size: int | None = None) -> FloatArray:
    """Holm's step-down adjusted p-values, in the order given: controls the chance of any false rejection.

    `family_size` ≥ the number of p-values counts comparisons that belong to the family but were not computed;
    they are taken as p = 1, which keeps the control and can only raise the adjusted values.
    Source: Holm (1979), Scand. J. Stat. 6:65-70; adjusted form of Wright (1992), Biometrics 48:1005-1013,
    eq. 2.
    """
    p = _probabilities(p_values)
    size = p.size if family_size is None else family_size
    if size < p.size:
        raise ValueError(f"a family of {size} cannot hold {p.size} p-values")
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * (size - np.arange(p.size)))
    adjusted = np.empty(p.size)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def benjamini_hochberg(p_values: ArrayLike) -> FloatArray:
    """Step-up adjusted p-values, in the order given: controls the false discovery rate (independent tests).

    Source: Benjamini & Hochberg (1995), JRSS B 57:289-300, procedure (1).
    """
    p = _probabilities(p_values)
    order = np.argsort(p, kind="stable")[::-1]
    ranks = np.arange(p.size, 0, -1)
    stepped = np.minimum.accumulate(p[order] * (p.size / ranks))
    adjusted = np.empty(p.size)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def _probabilities(p_values: ArrayLike) -> FloatArray:
    p = np.atleast_1d(np.asarray(p_values, dtype=np.float64))
    if p.ndim != 1 or not np.all((p >= 0) & (p <= 1)):
        raise ValueError("p-values must be one row of numbers between 0 and 1")
    return p
