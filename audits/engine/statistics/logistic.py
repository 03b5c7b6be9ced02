"""Logistic regression on counts: every group's odds ratio with all covariates held constant together.

The model is logit P(favourable) = constant + group + one term for each level of each covariate. One row a cell, k of
n, so that a million conversations cost no more than a hundred. What the data does not determine is said, not
guessed: an effect that the covariates make inestimable (a group that shares no stratum with the others) is nan, and
one that runs off to infinity (separation: a group that always succeeds) is ±∞ with the finite end of its profile
interval; its test stays valid, because the likelihood has a limit where the estimate has none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, expit, xlog1py, xlogy

from audits.engine.statistics.estimates import Estimate, Test
from audits.engine.statistics.intervals import counts, critical_value

FloatArray = NDArray[np.float64]

_ITERATIONS = 100
_TOLERANCE = 1e-12
# A fitted cell that holds less information than this is at its limit 0 or 1: it bounds no coefficient any more.
_NO_INFORMATION = 1e-7
_RANK = 1e-9
_UNBOUNDED = 40.0


@dataclass(frozen=True, slots=True)
class Effect:
    """A group's log odds ratio against the reference: `wald` with its standard error, `profile` by likelihood.

    `test` is the likelihood ratio test of no effect. Undetermined: nan, (−∞, ∞) and p = 1.
    """

    wald: Estimate
    standard_error: float
    profile: Estimate
    test: Test

    @property
    def odds_ratio(self) -> Estimate:
        """e to the log odds ratio, with the profile interval."""
        value, lower, upper = (float(np.exp(x)) for x in (self.profile.value, self.profile.lower, self.profile.upper))
        return Estimate(value, lower, upper)


@dataclass(frozen=True, slots=True)
class Fit:
    """One effect a group, in the order of their numbers; the reference's own is 0 with no error.

    `test` asks whether the groups differ at all (likelihood ratio, one degree for each determined effect);
    `deviance` is against one free rate a cell.
    """

    effects: tuple[Effect, ...]
    test: Test
    deviance: float


def grouped_logistic(
    k: ArrayLike,
    n: ArrayLike,
    group: ArrayLike,
    covariates: Sequence[ArrayLike] = (),
    *,
    reference: int = 0,
    confidence: float = 0.95,
) -> Fit:
    """Fit k of n, one entry a cell, on the group's number (0 …) and on factors given by their levels' numbers.

    Covariates enter additively; give a combined factor (intent × channel) for their interaction. With strata as a
    factor the number of strata should stay well below the number of members: common odds ratios from strata of two
    or three members are biased away from 1 (Neyman & Scott 1948), there Mantel–Haenszel is the estimate to report.
    Maximum likelihood by iteratively reweighted least squares (McCullagh & Nelder 1989, Generalized Linear Models,
    §2.5 and §4.4); profile intervals, Venzon & Moolgavkar (1988), Appl. Stat. 37:87-94; existence of the estimates,
    Albert & Anderson (1984), Biometrika 71:1-10. Raises ValueError for impossible counts or a reference that is none
    of the groups.
    """
    k, n = counts(k, n)
    codes, others = np.asarray(group, dtype=np.intp), [np.asarray(factor, dtype=np.intp) for factor in covariates]
    groups = int(codes.max(initial=-1)) + 1
    if not 0 <= reference < groups:
        raise ValueError(f"the reference must be one of the groups 0 … {groups - 1}, got {reference}")
    occupied = n > 0
    k, n, codes = k[occupied], n[occupied], codes[occupied]
    compared = [code for code in range(groups) if code != reference]
    effects = (codes[:, None] == np.array(compared, dtype=np.intp)).astype(np.float64)
    design = np.hstack([effects, _adjustment(k.size, [factor[occupied] for factor in others])])
    model = _Model(k, n, design)
    best = model.fit()
    null = _Model(k, n, design[:, len(compared) :]).fit()
    found = {code: _effect(model, best, j, confidence) for j, code in enumerate(compared)}
    found[reference] = _REFERENCE
    degrees = sum(not np.isnan(effect.profile.value) for effect in found.values()) - 1
    return Fit(
        effects=tuple(found[code] for code in range(groups)),
        test=_likelihood_ratio(best.log_likelihood, null.log_likelihood, degrees),
        deviance=2 * (_saturated(k, n) - best.log_likelihood),
    )


_REFERENCE = Effect(Estimate(0.0, 0.0, 0.0), 0.0, Estimate(0.0, 0.0, 0.0), Test(0.0, 0, 1.0))
_UNDETERMINED = Effect(Estimate(np.nan, -np.inf, np.inf), np.nan, Estimate(np.nan, -np.inf, np.inf), Test(0.0, 0, 1.0))


@dataclass(frozen=True, slots=True)
class _Point:
    coefficients: FloatArray
    log_likelihood: float
    residual: FloatArray
    information: FloatArray
    """k − n p and n p (1 − p) of each cell, as fitted."""


@dataclass(frozen=True, slots=True)
class _Model:
    k: FloatArray
    n: FloatArray
    design: FloatArray

    def fit(self, offset: FloatArray | float = 0.0) -> _Point:
        """The likelihood's supremum, approached as far as it is worth where no coefficients attain it."""
        coefficients = self._start(offset)
        current = self._at(coefficients, offset)
        for _ in range(_ITERATIONS):
            step = self._step(current)
            following = self._at(coefficients + step, offset)
            while following.log_likelihood < current.log_likelihood - 1e-9 and np.abs(step).max() > 1e-9:
                step = step / 2
                following = self._at(coefficients + step, offset)
            gain = following.log_likelihood - current.log_likelihood
            coefficients, current = coefficients + step, following
            if gain <= _TOLERANCE * (1 + abs(current.log_likelihood)):
                break
        return current

    def _at(self, coefficients: FloatArray, offset: FloatArray | float) -> _Point:
        eta = self.design @ coefficients + offset
        p, q = expit(eta), expit(-eta)
        log_likelihood = float(np.sum(xlogy(self.k, p) + xlogy(self.n - self.k, q)))
        return _Point(coefficients, log_likelihood, self.k - self.n * p, self.n * p * q)

    def _start(self, offset: FloatArray | float) -> FloatArray:
        """The least squares fit of the cells' own logits, half a success and half a failure added."""
        k, n = self.k + 0.5, self.n + 1
        root = np.sqrt(k * (n - k) / n)
        logits = np.log(k / (n - k)) - offset
        return np.asarray(np.linalg.lstsq(root[:, None] * self.design, root * logits, rcond=1e-12)[0])

    def _step(self, point: _Point) -> FloatArray:
        """Newton's step; the shortest one where the design or the information is singular."""
        root = np.sqrt(np.maximum(point.information, 1e-300))
        return np.asarray(np.linalg.lstsq(root[:, None] * self.design, point.residual / root, rcond=1e-12)[0])

    def without(self, column: int) -> _Model:
        return _Model(self.k, self.n, np.delete(self.design, column, axis=1))


def _effect(model: _Model, best: _Point, column: int, confidence: float) -> Effect:
    if not _estimable(model.design, column):
        return _UNDETERMINED
    rest = model.without(column)
    none = rest.fit()
    test = _likelihood_ratio(best.log_likelihood, none.log_likelihood, 1)
    bounded = best.information > _NO_INFORMATION
    direction = model.design[:, column]
    if not _estimable(model.design[bounded], column):
        value = np.inf if best.coefficients[column] > 0 else -np.inf
        error, start = np.inf, float(best.coefficients[column])
        wald = Estimate(value, -np.inf, np.inf)
    else:
        value = start = float(best.coefficients[column])
        weighted = np.sqrt(best.information[bounded])[:, None] * model.design[bounded]
        error = float(np.sqrt(np.linalg.pinv(weighted.T @ weighted, hermitian=True)[column, column]))
        half_width = critical_value(confidence) * error
        wald = Estimate(value, value - half_width, value + half_width)
    most = critical_value(confidence) ** 2

    def excess(effect: float) -> float:
        return 2 * (best.log_likelihood - rest.fit(effect * direction).log_likelihood) - most

    step = min(2 * critical_value(confidence) * error, 4.0)
    lower = -np.inf if value == -np.inf else _crossing(excess, start, -step)
    upper = np.inf if value == np.inf else _crossing(excess, start, step)
    if np.isinf(lower) and np.isinf(upper):
        return replace(_UNDETERMINED, test=test)
    return Effect(wald, error, Estimate(value, lower, upper), test)


def _crossing(excess: Callable[[float], float], start: float, step: float) -> float:
    """Where the likelihood has fallen to the interval's limit, seen from inside; infinite where it never does."""
    from scipy.optimize import brentq  # slow to load, and seldom asked for

    inside = start
    while abs(inside) <= _UNBOUNDED + abs(start):
        outside = inside + step
        if excess(outside) > 0:
            return float(brentq(excess, inside, outside, xtol=1e-9, rtol=1e-12))
        inside, step = outside, 2 * step
    return float(np.copysign(np.inf, step))


def _estimable(design: FloatArray, column: int) -> bool:
    """Whether the cells determine this coefficient: its unit vector lies in the space of their rows."""
    _, singular, rows = np.linalg.svd(design, full_matrices=False)
    inside = rows[singular > _RANK * singular.max(initial=0.0)][:, column]
    return bool(inside @ inside > 1 - 1e-6)


def _adjustment(cells: int, factors: Sequence[NDArray[np.intp]]) -> FloatArray:
    """The constant, and a column for each level of each factor but its first."""
    columns = [np.ones((cells, 1))]
    for factor in factors:
        _, levels = np.unique(factor, return_inverse=True)
        present = levels[:, None] == np.arange(1, levels.max(initial=0) + 1)
        columns.append(present.astype(np.float64))
    return np.hstack(columns)


def _likelihood_ratio(best: float, null: float, degrees: int) -> Test:
    if degrees < 1:
        return Test(0.0, 0, 1.0)
    statistic = max(2 * (best - null), 0.0)
    return Test(statistic, degrees, float(chdtrc(degrees, statistic)))


def _saturated(k: FloatArray, n: FloatArray) -> float:
    return float(np.sum(xlogy(k, k / n) + xlog1py(n - k, -k / n)))
