"""Thousands of audits at once, by the rule of the product: which of them raise a disparity.

The product judges one audit at a time. Here the same statistics answer for all audits together; the tests hold this
against the product on the first audits of every design, so that what is simulated is what is shipped.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from audits.engine.bias.groups import GroupCount
from audits.engine.bias.outcome_gap import TableCounts
from audits.engine.bias.verdict import Policy
from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.strata import Strata
from audits.engine.statistics.stratified_many import cochran_mantel_haenszel, mantel_haenszel_rates


def tables_of(k, n, audit, *, reference=None, name="group"):
    """One audit's row of the arrays as the product takes it; with a last axis of strata if there is one."""
    counts = [
        GroupCount(f"g{cell[0]}", int(k[audit][cell]), int(n[audit][cell]), cell[1:] or None)
        for cell in np.ndindex(k[audit].shape)
    ]
    return TableCounts((name,), tuple(counts), reference)


def aggregate_disparities(tables, *, policy, named):
    """`tables` are (k, n) of shape (audits, groups), one family; True where any comparison is a disparity."""
    return disparities(*aggregate_tests(tables, policy=policy, named=named), policy.alpha)


def aggregate_tests(tables, *, policy, named):
    """p-values adjusted by Holm within each audit, and where the effect is material; an entry a comparison."""
    p_values, material = [], []
    for k, n in tables:
        groups = k.shape[1]
        pairs = [(g, 0) for g in range(1, groups)] if named else list(combinations(range(groups), 2))
        one, other = np.array(pairs).T
        p_values.append(fisher_exact(k[:, one], n[:, one], k[:, other], n[:, other]))
        share = n / n.sum(axis=1, keepdims=True)
        in_ratios = share >= min(policy.minimum_share, 1 / (2 * groups))
        rates = k / n
        with_ratios = in_ratios[:, one] & in_ratios[:, other]
        material.append(is_material(rates[:, one], rates[:, other], with_ratios, policy))
    return _stepped(np.hstack(p_values), np.hstack(material))


def error_tests(fp, negatives, fn, positives, k, n, *, policy):
    """The same of both error rates of two groups, of shape (audits, 2), against the one with the better rate."""
    best = (k / n).argmax(axis=1)[:, None]
    p_values, material = [], []
    for errors, of in ((fp, negatives), (fn, positives)):
        cells = [np.take_along_axis(part, side, axis=1) for side in (1 - best, best) for part in (errors, of)]
        p_values.append(fisher_exact(*cells))
        lower, higher = np.sort([cells[0] / cells[1], cells[2] / cells[3]], axis=0)
        material.append((higher - lower >= policy.delta - 1e-12) | (higher > policy.adverse_ratio * lower + 1e-12))
    return _stepped(np.hstack(p_values), np.hstack(material))


def adjusted_disparities(k, n, *, policy):
    """k and n of shape (audits, groups, strata); every group against the best rate, within strata."""
    return disparities(*adjusted_tests(k, n, policy=policy), policy.alpha)


def adjusted_tests(k, n, *, policy):
    """As `aggregate_tests`, within strata."""
    audits, groups, strata = k.shape
    reference = (k.sum(axis=2) / n.sum(axis=2)).argmax(axis=1)
    others = np.array([[g for g in range(groups) if g != best] for best in reference])
    rows = np.arange(audits)[:, None]
    cells = k[rows, others], n[rows, others], k[rows, reference[:, None]], n[rows, reference[:, None]]
    comparisons = audits * (groups - 1)
    shape = (audits, groups - 1, strata)
    flat = Strata.of(
        *(np.broadcast_to(part, shape).ravel() for part in cells),
        comparison=np.repeat(np.arange(comparisons), strata),
        comparisons=comparisons,
    )
    rates = (side.reshape(audits, groups - 1) for side in mantel_haenszel_rates(flat))
    p_values = cochran_mantel_haenszel(flat).p_value.reshape(audits, groups - 1)
    material = is_material(*rates, True, policy)
    return _stepped(p_values, material, family_size=groups * (groups - 1) // 2)


def is_material(rates, others, with_ratios, policy: Policy):
    lower, higher = np.minimum(rates, others), np.maximum(rates, others)
    ratios = (lower < policy.impact_ratio * higher - 1e-12) | (1 - lower > policy.adverse_ratio * (1 - higher) + 1e-12)
    return (higher - lower >= policy.delta - 1e-12) | (with_ratios & ratios)


def disparities(p_adjusted, material, alpha):
    """Any comparison that is both significant and material; `alpha` is one, or one an audit."""
    return ((p_adjusted <= np.broadcast_to(alpha, len(p_adjusted))[:, None]) & material).any(axis=1)


def levels_of_questions(questions, *, alpha):
    """Holm over the smallest p-values of an audit's questions: an array of levels a question."""
    smallest = np.stack([p.min(axis=1) for p, _ in questions], axis=1)
    order = np.argsort(smallest, axis=1)
    bars = alpha / (len(questions) - np.arange(len(questions)))
    passed = np.logical_and.accumulate(np.take_along_axis(smallest, order, axis=1) <= bars, axis=1)
    levels = np.empty_like(smallest)
    np.put_along_axis(levels, order, np.where(passed, alpha, 0.0), axis=1)
    return levels.T


def _stepped(p_values, material, family_size=None):
    """Holm within each audit; both in the order of its p-values."""
    order = np.argsort(p_values, axis=1)
    factors = (family_size or p_values.shape[1]) - np.arange(p_values.shape[1])
    stepped = np.maximum.accumulate(np.take_along_axis(p_values, order, axis=1) * factors, axis=1)
    return stepped, np.take_along_axis(material, order, axis=1)
