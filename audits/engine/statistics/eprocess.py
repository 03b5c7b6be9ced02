"""Evidence against "no difference" that may be looked at every day: a stratified exact e-process for 2×2 counts.

**The null** is composite: on every day and in every stratum the group and the reference have the same favourable
rate, whatever that rate is. It may differ between strata and drift from day to day, and so may the mix of strata;
nothing has to be estimated beforehand.

**Why daily looks do no harm.** Given how many of both groups together had the favourable outcome, the group's number
among them is hypergeometric under the null, whatever the common rate (Fisher 1935, JRSS 98:39-82), and Fisher's
noncentral hypergeometric under an odds ratio ψ. Their likelihood ratio has expectation exactly 1 under the null, on
every day, given all the days before. E starts at 1, is spread evenly over fixed odds ratios ψ, ψ = 1 among them, and
each part is multiplied by its likelihood ratio of the day; after each day a sixtieth of everything is spread evenly
again. As the spread is decided before the day is seen, E is a nonnegative martingale, and by Ville (1939, *Étude
critique de la notion de collectif*) the chance that it *ever* reaches 1/α is at most α: after any number of looks, and
with any rule for when to stop. Sizes of groups and strata may depend on the past in any way; only outcomes must be
independent given them.

**Why the spreading.** A gap that begins after months without one meets evidence that has settled on "no difference".
Spreading a little again every day ("fixed share": Herbster & Warmuth 1998, Mach. Learn. 32:151-178) lets it turn
within days instead of taking as long as the quiet before, and costs almost nothing where the gap was always there.

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

#: Log odds ratios that the evidence is spread over: none, and from 3 points at a rate of 80 % (±0.2) to nearly
#: everything. Gaps of less than half the smallest do not gather evidence, however many conversations there are.
LOG_ODDS_RATIOS: FloatArray = np.array([-1.6, -0.8, -0.4, -0.2, 0.0, 0.2, 0.4, 0.8, 1.6])
#: Where every e-process begins: log E of each odds ratio's part, together 1.
START: FloatArray = np.full(LOG_ODDS_RATIOS.size, -math.log(LOG_ODDS_RATIOS.size))
#: What is spread evenly again after each day.
SPREAD = 1 / 60
_CHUNK_CELLS = 1 << 21


def log_likelihood_ratios(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, *, log_odds_ratios: ArrayLike = LOG_ODDS_RATIOS
) -> FloatArray:
    """Log-likelihood ratio of each odds ratio against 1, table by table, given the table's margins.

    k₁ of n₁ in the group, k₂ of n₂ in the reference; arguments broadcast to a shape S, the answer has S + (number of
    odds ratios,). 0 where a margin is empty: such a table says nothing. Raises ValueError unless 0 ≤ k ≤ n.
    Sum over strata before `evidence_after`.
    """
    beta = np.atleast_1d(np.asarray(log_odds_ratios, dtype=np.float64))
    broadcast = counts(k1, n1, k2, n2)
    shape = broadcast[0].shape
    a, row, c, other = (np.ravel(array).astype(np.int64) for array in broadcast)
    margins, place = np.unique(np.stack([row, other, a + c]), axis=1, return_inverse=True)
    normalisers = _log_normalisers(margins[0], margins[1], margins[2], beta)
    return (a[:, None] * beta - normalisers[place.ravel()]).reshape((*shape, beta.size))


def evidence_after(daily: ArrayLike, *, state: ArrayLike = START) -> tuple[FloatArray, FloatArray]:
    """(log E after each day, the state to go on from), for log-likelihood ratios of shape (…, days, odds ratios).

    `state` (…, odds ratios) is what the days before ended with: carrying it on day by day gives what all days at once
    do. log E has shape (…, days).
    """
    ratios = np.asarray(daily, dtype=np.float64)
    parts = np.broadcast_to(np.asarray(state, dtype=np.float64), (*ratios.shape[:-2], ratios.shape[-1]))
    log_e = np.empty(ratios.shape[:-1])
    for day in range(ratios.shape[-2]):
        parts = parts + ratios[..., day, :]
        log_e[..., day] = total = logsumexp(parts, axis=-1)
        spread = np.asarray(total)[..., None] + START + math.log(SPREAD)
        parts = np.logaddexp(parts + math.log1p(-SPREAD), spread)
    return log_e, np.asarray(parts)


def evidence_process(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> FloatArray:
    """log E after each day, for counts of shape (…, days, strata); the answer has shape (…, days)."""
    return evidence_after(log_likelihood_ratios(k1, n1, k2, n2).sum(axis=-2))[0]


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
