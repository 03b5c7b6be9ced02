"""Many rates at once: each drawn towards their common mean as far as its own sample is small.

The extreme of a thousand small slices is extreme mostly by luck. Empirical Bayes takes the spread of all rates
beyond binomial noise as the prior of each: k of n becomes (k + Mμ) / (n + M), with the mean μ and the concentration
M (in members) estimated from all rates together. For ranking and for saying "about", never in place of a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincinv, betaln, digamma

from audits.engine.statistics.intervals import FloatArray, counts

Method = Literal["moments", "likelihood"]

_LEAST_CONCENTRATION = 1.0
_JEFFREYS = (0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Prior:
    """Beta distribution of the true rates: its mean, and how many members it is worth."""

    mean: float
    concentration: float

    @property
    def shapes(self) -> tuple[float, float]:
        return self.mean * self.concentration, (1 - self.mean) * self.concentration


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Posterior means of the rates with their credible intervals, in the shape of the counts.

    The intervals take the prior as known, so that with few rates (under about ten) they are too narrow.
    """

    rate: FloatArray
    lower: FloatArray
    upper: FloatArray
    prior: Prior
    shapes: tuple[FloatArray, FloatArray]

    def probability_below(self, rate: ArrayLike) -> FloatArray:
        """How probable it is (0 to 1) that a true rate lies below `rate`."""
        threshold = np.clip(np.asarray(rate, dtype=np.float64), 0.0, 1.0)
        probability: FloatArray = betainc(*self.shapes, threshold)
        return probability


def shrink(k: ArrayLike, n: ArrayLike, *, confidence: float = 0.95, method: Method = "likelihood") -> Shrunk:
    """Posterior of each rate, k of n; equal-tailed credible intervals. Rates without members get the prior.

    Sources: Robbins (1956) and Efron & Morris (1975), JASA 70:311-319, for the idea; beta-binomial form, Carlin &
    Louis (2009), Bayesian Methods for Data Analysis, 3rd ed., §5.2.
    """
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    k, n = counts(k, n)
    prior = fit_prior(k, n, method=method)
    alpha, beta = prior.shapes
    a, b = k + alpha, n - k + beta
    tail = (1 - confidence) / 2
    return Shrunk(a / (a + b), betaincinv(a, b, tail), betaincinv(a, b, 1 - tail), prior, (a, b))


def fit_prior(k: ArrayLike, n: ArrayLike, *, method: Method = "likelihood") -> Prior:
    """The beta prior of the rates.

    `moments`: the pooled rate, and the concentration that gives the observed spread (Kleinman 1973, JASA 68:46-54,
    with weights n). `likelihood`: beta-binomial maximum likelihood (Skellam 1948, JRSS B 10:257-261), started there.
    The concentration is at least 1, as of Jeffreys' prior, and at most Σn: rates that spread no more than chance does
    then shrink almost to their mean, with the uncertainty that the mean itself has. Fewer than two rates with members
    teach nothing about spread: Jeffreys' prior, half a success and half a failure. If all members succeed, or none,
    the mean is (Σk + ½) / (Σn + 1).
    """
    k, n = (np.ravel(array) for array in counts(k, n))
    k, n = k[n > 0], n[n > 0]
    total, successes = float(n.sum()), float(k.sum())
    if n.size < 2:
        return Prior(*_JEFFREYS)
    if successes in (0.0, total):
        return Prior((successes + 0.5) / (total + 1), total)
    start = _moments(k, n, successes / total, total)
    return start if method == "moments" else _likelihood(k, n, start, total)


def _moments(k: FloatArray, n: FloatArray, mean: float, total: float) -> Prior:
    spread = float(np.sum(n * (k / n - mean) ** 2)) / (mean * (1 - mean))
    degrees = n.size - 1
    correlation = (spread - degrees) / (total - float(np.sum(n * n)) / total - degrees or 1.0)
    concentration = 1 / correlation - 1 if correlation > 0 else total
    return Prior(mean, float(np.clip(concentration, _LEAST_CONCENTRATION, total)))


def _likelihood(k: FloatArray, n: FloatArray, start: Prior, total: float) -> Prior:
    from scipy.optimize import minimize  # slow to load, and seldom asked for

    # Equal counts have equal terms: thousands of small slices are a few hundred different ones.
    (k, n), times = np.unique(np.stack([k, n]), axis=1, return_counts=True)

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        mean, size = 1 / (1 + np.exp(-point[0])), np.exp(point[1])
        alpha, beta = mean * size, (1 - mean) * size
        value = np.sum(times * (betaln(k + alpha, n - k + beta) - betaln(alpha, beta)))
        common = digamma(alpha + beta) - digamma(n + alpha + beta)
        by_alpha = np.sum(times * (digamma(k + alpha) - digamma(alpha) + common))
        by_beta = np.sum(times * (digamma(n - k + beta) - digamma(beta) + common))
        gradient = [(by_alpha - by_beta) * size * mean * (1 - mean), by_alpha * alpha + by_beta * beta]
        return -float(value), -np.array(gradient)

    first = np.array([np.log(start.mean / (1 - start.mean)), np.log(start.concentration)])
    limits = [(first[0] - 10, first[0] + 10), (np.log(_LEAST_CONCENTRATION), np.log(total))]
    found = minimize(loss, first, jac=True, method="L-BFGS-B", bounds=limits, options={"ftol": 1e-13, "gtol": 1e-7})
    if not np.all(np.isfinite(found.x)) or found.fun > loss(first)[0]:
        return start
    return Prior(float(1 / (1 + np.exp(-found.x[0]))), float(np.exp(found.x[1])))
