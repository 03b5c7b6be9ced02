"""Evidence against "no difference" that may be looked at every day: a stratified exact e-process for 2×2 counts.

**The null** is composite: on every day and in every stratum the group and the reference have the same favourable
rate, whatever that rate is. It may differ between strata and drift from day to day, and so may the mix of strata;
nothing has to be estimated beforehand.

**Why daily looks do no harm.** Given how many of both groups together had the favourable outcome, the group's number
among them is hypergeometric under the null, whatever the common rate (Fisher 1935, JRSS 98:39-82), and Fisher's
noncentral hypergeometric under an odds ratio ψ. Their likelihood ratio has expectation exactly 1 under the null, on
every day, given all the days before. Products over strata and days are therefore a nonnegative martingale that begins
at 1, for each ψ, and so is their average over fixed ψ, the E kept here. By Ville (1939, *Étude critique de la notion
de collectif*) the chance that E *ever* reaches 1/α is at most α: after any number of looks, and with any rule for when
to stop. Sizes of groups and strata may depend on the past in any way; only outcomes must be independent given them.

Source: Turner, Ly & Grünwald (2024), J. Stat. Plan. Inference 230:106116 (e-variables of two streams, block by block)
and Turner & Grünwald (2023), AISTATS, PMLR 206:4880-4893 (strata); in the conditional form that ter Schure,
Pérez-Ortiz, Ly & Grünwald (2024), NEJSDS 2:190-214, use for the log-rank test. Conditioning costs a little of each
table's information and saves learning the rate of every stratum, which is what small groups cannot afford.

Several streams of an audit share one α: by shares w₁ + w₂ + … ≤ 1, an alarm where w·E ≥ 1/α. The weighted average is
itself a martingale that begins at 1, so that the chance of *any* false alarm is at most α, however the streams hang
together.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp

from audits.engine.statistics.intervals import counts

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Odds ratios that the evidence is averaged over, equally: from 3 points at a rate of 80 % (ψ = e^±0.2) to nearly
#: everything. Gaps of less than half the smallest do not gather evidence, however many conversations there are.
LOG_ODDS_RATIOS: FloatArray = np.array([-1.6, -0.8, -0.4, -0.2, 0.2, 0.4, 0.8, 1.6])
_CHUNK_CELLS = 1 << 21


def log_likelihood_ratios(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, *, log_odds_ratios: ArrayLike = LOG_ODDS_RATIOS
) -> FloatArray:
    """Log-likelihood ratio of each odds ratio against 1, table by table, given the table's margins.

    k₁ of n₁ in the group, k₂ of n₂ in the reference; arguments broadcast to a shape S, the answer has S + (number of
    odds ratios,). 0 where a margin is empty: such a table says nothing. Raises ValueError unless 0 ≤ k ≤ n.
    Sum over strata and days, then `log_evidence`.
    """
    beta = np.atleast_1d(np.asarray(log_odds_ratios, dtype=np.float64))
    broadcast = counts(k1, n1, k2, n2)
    shape = broadcast[0].shape
    a, row, c, other = (np.ravel(array).astype(np.int64) for array in broadcast)
    margins, place = np.unique(np.stack([row, other, a + c]), axis=1, return_inverse=True)
    normalisers = _log_normalisers(*margins, beta)
    return (a[:, None] * beta - normalisers[place.ravel()]).reshape((*shape, beta.size))


def log_evidence(log_ratios: ArrayLike) -> FloatArray:
    """log E of summed log-likelihood ratios (last axis: the odds ratios): their equal average. 0 before any data."""
    ratios = np.asarray(log_ratios, dtype=np.float64)
    return np.asarray(logsumexp(ratios, axis=-1) - math.log(ratios.shape[-1]), dtype=np.float64)


def evidence_process(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, *, log_odds_ratios: ArrayLike = LOG_ODDS_RATIOS
) -> FloatArray:
    """log E after each day, for counts of shape (…, days, strata); the answer has shape (…, days)."""
    tables = log_likelihood_ratios(k1, n1, k2, n2, log_odds_ratios=log_odds_ratios)
    return log_evidence(tables.sum(axis=-2).cumsum(axis=-2))


def _log_normalisers(row: IntArray, other: IntArray, column: IntArray, beta: FloatArray) -> FloatArray:
    """log E[exp(β·x)] of the hypergeometric x with these margins: shape (tables, odds ratios)."""
    lowest = np.maximum(0, column - other)
    width = np.minimum(row, column) - lowest + 1
    answer = np.empty((row.size, beta.size))
    # Tables of similar width go together, so that little is padded and memory stays bounded.
    waiting = np.argsort(width, kind="stable")
    while waiting.size:
        fitting = np.arange(1, waiting.size + 1) * width[waiting] * beta.size <= _CHUNK_CELLS
        part, waiting = np.split(waiting, [max(1, int(np.count_nonzero(fitting)))])
        x = lowest[part, None] + np.arange(width[part[-1]])
        inside = x < (lowest + width)[part, None]
        log_pmf = _log_pmf(
            np.where(inside, x, lowest[part, None]), row[part, None], other[part, None], column[part, None]
        )
        terms = np.where(inside, log_pmf, -np.inf)[:, None, :] + beta[:, None] * x[:, None, :]
        answer[part] = logsumexp(terms, axis=-1)
    return answer


def _log_pmf(x: IntArray, row: IntArray, other: IntArray, column: IntArray) -> FloatArray:
    return _log_choose(row, x) + _log_choose(other, column - x) - _log_choose(row + other, column)


def _log_choose(n: IntArray, k: IntArray) -> FloatArray:
    return np.asarray(gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0), dtype=np.float64)
