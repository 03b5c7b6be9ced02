"""Logistic regression on one group effect and a constant for each stratum, for many comparisons at once.

The same answers as `logistic.grouped_logistic` with the strata as a factor, without its matrices: for a given odds
ratio the constant of each stratum has a closed form (its fitted counts are the root of a quadratic), so that one
number a comparison is left to search. As its likelihood is exact, the profile interval and the likelihood ratio test
hold where Wald's do not. With strata of two or three members the common odds ratio is biased away from 1 (Neyman &
Scott 1948, Econometrica 16:1-32); there the Mantel–Haenszel estimate is the one to report.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from audits.engine.statistics.estimates import Estimates, FloatArray, Tests
from audits.engine.statistics.intervals import critical_value
from audits.engine.statistics.strata import Strata
from audits.engine.statistics.stratified_many import fitted_under, fitted_variance

_UNBOUNDED = 40.0
_ITERATIONS = 200
_PRECISION = 1e-12

Curve = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
"""Log odds ratios, one a comparison → a value of each that falls through 0 as they rise, and its slope."""


@dataclass(frozen=True, slots=True)
class CommonEffects:
    """The common odds ratio of each comparison with its profile interval, and the likelihood ratio test of 1.

    0 or infinite where the outcome separates the groups, with the finite end of the interval; nan with (0, ∞) and
    p = 1 where no stratum can tell. `log_error` is Wald's standard error of the logarithm, infinite where separated.
    """

    odds_ratio: Estimates
    log_error: FloatArray
    test: Tests


def common_effects(strata: Strata, *, confidence: float = 0.95) -> CommonEffects:
    """Maximum likelihood by safeguarded Newton steps on the profile likelihood, each limit likewise.

    Sources: fitted counts and score, Breslow & Day (1980), Statistical Methods in Cancer Research I, §4.2;
    profile interval, Venzon & Moolgavkar (1988), Appl. Stat. 37:87-94.
    """
    strata = strata.informative()
    lowest, highest = np.maximum(strata.column - strata.n2, 0.0), np.minimum(strata.n1, strata.column)
    seen = strata.sum(strata.k1)
    at_bottom, at_top = seen <= strata.sum(lowest), seen >= strata.sum(highest)
    determined = strata.sum(np.ones(strata.k1.shape)) > 0
    interior = determined & ~at_bottom & ~at_top

    def score(effects: FloatArray) -> tuple[FloatArray, FloatArray]:
        fitted = _fitted(effects, strata)
        return strata.sum(strata.k1 - fitted), -strata.sum(fitted_variance(fitted, strata))

    ends = np.full(strata.comparisons, _UNBOUNDED)
    best = _root(score, -ends, ends, np.zeros(strata.comparisons), interior)
    attained = np.where(interior, best, np.where(at_top, np.inf, -np.inf))
    most = np.where(
        interior,
        _log_likelihood(_fitted(best, strata), strata),
        _log_likelihood(np.where(at_top[strata.comparison], highest, lowest), strata),
    )
    none = _log_likelihood(strata.n1 * strata.column / strata.total, strata)
    limits = _profile_limits(strata, score, best, most, interior, at_top, confidence)
    lower = np.where(determined & ~at_bottom, limits[0], -np.inf)
    upper = np.where(determined & ~at_top, limits[1], np.inf)
    error = 1 / np.sqrt(np.maximum(-score(best)[1], 1e-300))
    statistic = np.where(determined, np.maximum(2 * (most - none), 0.0), 0.0)
    return CommonEffects(
        Estimates(np.where(determined, np.exp(attained), np.nan), np.exp(lower), np.exp(upper)),
        np.where(interior, error, np.where(determined, np.inf, np.nan)),
        Tests.of(statistic, determined.astype(np.float64)),
    )


def _profile_limits(
    strata: Strata,
    score: Curve,
    best: FloatArray,
    most: FloatArray,
    interior: NDArray[np.bool_],
    at_top: NDArray[np.bool_],
    confidence: float,
) -> tuple[FloatArray, FloatArray]:
    """Where twice the log-likelihood has fallen by the square of the critical value, on either side."""
    half = critical_value(confidence) ** 2 / 2
    ends = np.full(strata.comparisons, _UNBOUNDED)
    inner = np.where(interior, best, np.where(at_top, ends, -ends))
    reach = np.where(interior, critical_value(confidence) / np.sqrt(np.maximum(-score(best)[1], 1e-6)), _UNBOUNDED / 2)

    def below(effects: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Falls from above 0 far below the estimate to less than 0 at it."""
        fitted = _fitted(effects, strata)
        return most - half - _log_likelihood(fitted, strata), -strata.sum(strata.k1 - fitted)

    def above(effects: FloatArray) -> tuple[FloatArray, FloatArray]:
        excess, slope = below(effects)
        return -excess, -slope

    open_below, open_above = below(-ends)[0] <= 0, below(ends)[0] <= 0
    lower = _root(below, -ends, inner, inner - reach, ~open_below)
    upper = _root(above, inner, ends, inner + reach, ~open_above)
    return np.where(open_below, -np.inf, lower), np.where(open_above, np.inf, upper)


def _fitted(effects: FloatArray, strata: Strata) -> FloatArray:
    return fitted_under(strata.spread(np.exp(effects)), strata)


def _log_likelihood(fitted: FloatArray, strata: Strata) -> FloatArray:
    """Of both sides of every stratum, at its own best constant."""
    p1, p2 = fitted / strata.n1, (strata.column - fitted) / strata.n2
    group = xlogy(strata.k1, p1) + xlogy(strata.n1 - strata.k1, np.maximum(1 - p1, 0.0))
    reference = xlogy(strata.k2, p2) + xlogy(strata.n2 - strata.k2, np.maximum(1 - p2, 0.0))
    # A fit at its very end gives what was seen there no chance at all: a floor keeps the search finite.
    return strata.sum(np.maximum(group + reference, -1e100))


def _root(curve: Curve, low: FloatArray, high: FloatArray, start: FloatArray, wanted: NDArray[np.bool_]) -> FloatArray:
    """Where each falling curve passes 0 between `low` and `high`: Newton's step, or half the bracket if it leaves.

    Each search ends for itself, so that what it finds does not depend on the others.
    """
    low, high = np.where(wanted, low, 0.0), np.where(wanted, high, 0.0)
    place = np.clip(start, low, high)
    for _ in range(_ITERATIONS):
        value, slope = curve(place)
        low, high = np.where(value > 0, place, low), np.where(value < 0, place, high)
        step = np.divide(-value, slope, out=np.full(value.shape, np.inf), where=slope < 0)
        following = place + np.clip(step, -2 * _UNBOUNDED, 2 * _UNBOUNDED)
        inside = (following > low) & (following < high)
        following = np.where(value == 0, place, np.where(inside, following, (low + high) / 2))
        moved = np.abs(following - place)
        place = np.where(wanted, following, place)
        wanted = wanted & (moved > _PRECISION * (1 + np.abs(place)))
        if not wanted.any():
            break
    return place
