"""Does a data set look like those it is meant for? Shares of groups against a named reference.

Each known group's share is compared with its share in the reference, all groups of all attributes as one family of
tests. A reference of which the size is known is a sample itself: Fisher's exact test and Newcombe's interval of the
difference. One without a size (a census, a target) is taken as it stands: the exact binomial test, and Wilson's
interval of the share beside it. What is not known of the data is counted and shown, and compared with nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from msgspec.structs import replace

from audits.engine.bias.compared import Compared
from audits.engine.bias.json_numbers import Range, finite, finite_range
from audits.engine.bias.verdict import Evidence, Policy, Verdict, exact, judge, overall
from audits.engine.statistics import intervals
from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.multiplicity import holm


@dataclass(frozen=True, slots=True)
class ShareCounts:
    """One attribute: members by group (None: not known), and the reference's share of each group.

    `sample` is how many the reference's shares were counted from, None where they are no sample.
    """

    attribute: str
    counts: Mapping[str | None, int]
    reference: Mapping[str, float]
    sample: int | None = None


class ShareResult(Compared, frozen=True, gc=False):
    """One group's share of the known members against the reference; None where there is nothing to compare."""

    group: str | None
    n: int
    share: float | None = None
    interval: Range | None = None
    reference: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types under stable keys; null for what is not determined."""
        return {
            "group": self.group,
            "n": self.n,
            "share": finite(self.share),
            "share_interval": finite_range(self.interval),
            "reference": finite(self.reference),
            **self.compared_json(),
        }


@dataclass(frozen=True, slots=True)
class ShareTable:
    """All groups of one attribute by name, those of the reference that nobody belongs to included; the unknown last."""

    attribute: str
    groups: tuple[ShareResult, ...]
    comparisons: int

    @property
    def verdict(self) -> Verdict:
        return overall(group.verdict for group in self.groups if group.tested)


def audit_shares(tables: Sequence[ShareCounts], *, policy: Policy) -> list[ShareTable]:
    """Compare every group of every attribute with its reference, as one family by Holm's method.

    Material is a difference of `policy.delta`, or a share under `policy.impact_ratio` of the reference's. Fewer than
    `policy.small_cell` known members are not tested. Raises ValueError where shares of a reference are no shares, or
    add up to more than one.
    """
    plans = [_plan(table, policy=policy) for table in tables]
    p_values = [result.p_value for results in plans for result in results if result.p_value is not None]
    adjusted = iter(holm(p_values).tolist())
    told = []
    for table, results in zip(tables, plans, strict=True):
        judged = tuple(
            result if result.p_value is None else _judged(result, next(adjusted), table, policy=policy)
            for result in results
        )
        told.append(ShareTable(table.attribute, judged, comparisons=len(p_values)))
    return told


def _plan(table: ShareCounts, *, policy: Policy) -> list[ShareResult]:
    if any(not 0 <= share <= 1 for share in table.reference.values()) or sum(table.reference.values()) > 1 + 1e-6:
        raise ValueError(f"the reference of {table.attribute!r} holds no shares")
    known = {group: n for group, n in table.counts.items() if group is not None}
    total = sum(known.values())
    found = []
    for group in sorted({*known, *table.reference}):
        n, expected = known.get(group, 0), table.reference.get(group)
        if not total:
            found.append(ShareResult(group, n, reference=expected, reasons=("nobody is known",)))
            continue
        result = ShareResult(group, n, share=n / total, interval=_range(intervals.wilson(n, total)), reference=expected)
        found.append(_compared(result, total, expected, table.sample, policy=policy))
    if unknown := table.counts.get(None, 0):
        found.append(ShareResult(None, unknown, reasons=("value not known: counted, not compared",)))
    return found


def _compared(
    result: ShareResult, total: int, expected: float | None, sample: int | None, *, policy: Policy
) -> ShareResult:
    if expected is None:
        return replace(result, reasons=("not in the reference: counted, not compared",))
    if total < policy.small_cell:
        return replace(result, reasons=("too few to test",))
    if sample is None:
        # Here and not above: scipy.stats takes half a second to load, which every command and worker would spend.
        from scipy.stats import binomtest

        p_value = float(binomtest(result.n, total, expected).pvalue)
        lower, upper = intervals.wilson(result.n, total, confidence=policy.confidence)
        bounds = (float(lower) - expected, float(upper) - expected)
    else:
        there = round(expected * sample)
        p_value = float(fisher_exact(result.n, total, there, sample))
        bounds = _range(intervals.newcombe_difference(result.n, total, there, sample, confidence=policy.confidence))
    return replace(
        result,
        difference=result.n / total - expected,
        difference_interval=bounds,
        p_value=min(p_value, 1.0),
    )


def _judged(result: ShareResult, p_adjusted: float, table: ShareCounts, *, policy: Policy) -> ShareResult:
    total = sum(n for group, n in table.counts.items() if group is not None)
    share, expected = Fraction(result.n, total), exact(result.reference or 0.0)
    breaches = []
    if abs(share - expected) >= exact(policy.delta):
        breaches.append(f"difference of at least {policy.delta * 100:g} points")
    if share < exact(policy.impact_ratio) * expected:
        breaches.append(f"under {policy.impact_ratio * 100:g} % of its share in the reference")
    evidence = Evidence(
        p_adjusted=p_adjusted,
        breaches=tuple(breaches),
        difference_interval=result.difference_interval or (-1.0, 1.0),
        smaller_n=total if table.sample is None else min(total, table.sample),
    )
    judgement = judge(evidence, policy=policy)
    return replace(result, p_adjusted=p_adjusted, verdict=judgement.verdict, reasons=judgement.reasons)


def _range(bounds: tuple[np.ndarray, np.ndarray]) -> Range:
    return float(bounds[0]), float(bounds[1])
