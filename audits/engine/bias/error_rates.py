"""Is the outcome wrong equally often for every group? Counts of outcome against truth in, error rates out.

The positive prediction is the *unfavourable* outcome (flagged, denied, rated a high risk), and a positive truth is
that it was deserved. A false positive therefore harms somebody who did not deserve it:

    FPR = fp / (fp + tn)   of those whom the truth clears, how many got the unfavourable outcome
    FNR = fn / (fn + tp)   of those whom it does not clear, how many got the favourable one

Each rate has a denominator of its own, and every test of it uses that denominator (testing false positives among all
members, as aequitas 1.1.0 does, calls the gap of COMPAS "not significant" at p = 0.05; it is 5e-38).

Both rates cannot be equal in all groups, together with equally trustworthy predictions, where the groups differ in
how often the truth is positive (`IMPOSSIBILITY`): a gap here is a fact to weigh, not by itself proof of a bad rule.

Sources: rates as in Hardt, Price & Srebro (2016), NeurIPS 29, definition 2.1 (equalised odds); intervals, ratios and
tests as in `audits.engine.bias.outcome_gap`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from msgspec.structs import replace

from audits.engine.bias.error_table import ErrorCount, ErrorRate, ErrorTable, GroupErrors
from audits.engine.bias.groups import (
    GroupCount,
    Level,
    Member,
    choose_reference,
    find_reference,
    group_key,
    known_effect,
    members,
    whole_effective,
)
from audits.engine.bias.json_numbers import finite
from audits.engine.bias.verdict import Evidence, Policy, Verdict, exact, judge
from audits.engine.statistics import intervals
from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.multiplicity import holm

__all__ = [
    "IMPOSSIBILITY",
    "ErrorCount",
    "ErrorCounts",
    "ErrorFamily",
    "audit_error_families",
    "audit_error_tables",
    "audit_errors",
]

IMPOSSIBILITY = (
    "Where groups differ in how often the truth is unfavourable, no rule short of a perfect one can give them equal "
    "false positive rates, equal false negative rates and equally trustworthy predictions at once (Chouldechova 2017; "
    "Kleinberg, Mullainathan & Raghavan 2016). Decide which error harms people here, and hold that one equal."
)

_NOBODY = Member(())


@dataclass(frozen=True, slots=True)
class ErrorCounts:
    """What one table is made of. `reference` is a group's label or levels; None lets the data choose.

    `chosen` says that the named reference was itself chosen from the same data, which the family of tests pays for.
    `effects`: design effects of both rates by label, where members are not independent (repeat customers), as in
    `comparisons.TableCounts`; intervals and tests of a rate rest on its effective counts.
    """

    attributes: tuple[str, ...]
    counts: tuple[ErrorCount, ...]
    reference: str | tuple[Level, ...] | None = None
    chosen: bool = False
    effects: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for label, effects in self.effects.items():
            if not all(1 <= effect < math.inf for effect in effects):
                raise ValueError(f"group {label!r}: a design effect is a finite number of 1 or more, got {effects}")

    def effect(self, count: ErrorCount) -> tuple[float, float]:
        """Of a group's false positive and false negative rate."""
        return known_effect(self.effects, count.levels, (1.0, 1.0))


@dataclass(frozen=True, slots=True)
class ErrorFamily:
    """Tables whose tests are one family, and who is compared with whom in each: all that precedes the tests."""

    plans: tuple[_Plan, ...]
    policy: Policy

    @classmethod
    def of(cls, tables: Iterable[ErrorCounts], *, policy: Policy) -> ErrorFamily:
        """Raises LookupError if a named reference is none of its table's groups."""
        return cls(tuple(_Plan.of(table, policy=policy) for table in tables), policy)


def audit_errors(
    counts: Sequence[ErrorCount], *, policy: Policy, reference: str | None = None, attribute: str = "group"
) -> ErrorTable:
    """Compare the error rates of the groups of one attribute with the reference; see `audit_error_families`.

    Raises LookupError if `reference` names none of the groups.
    """
    return audit_error_tables([ErrorCounts((attribute,), tuple(counts), reference)], policy=policy)[0]


def audit_error_tables(tables: Sequence[ErrorCounts], *, policy: Policy) -> list[ErrorTable]:
    """Both error rates of every group against the reference, as one family of tests; see `audit_error_families`.

    Raises LookupError if a named reference is none of its table's groups.
    """
    return audit_error_families([ErrorFamily.of(tables, policy=policy)])[0]


def audit_error_families(families: Sequence[ErrorFamily]) -> list[list[ErrorTable]]:
    """For each family its tables, as if it were audited alone.

    Without a named reference it is the group with the highest favourable rate among those large enough. Rates have
    Wilson intervals, differences Newcombe's method 10, ratios log intervals; p-values are Fisher's exact test on the
    rate's own denominator, adjusted by Holm over both rates of all comparisons of the family (all pairs of groups where
    the reference was chosen from the data). A rate with a denominator under `policy.small_cell`, in the group or in the
    reference, is shown with its p-value but not tested. An effect is material where the rates differ by
    `policy.delta` or the higher is more than `policy.adverse_ratio` times the lower.
    Data without any true gap gives a disparity in at most `policy.alpha` of audits. Raises ValueError unless all
    policies have one confidence.
    """
    if not families:
        return []
    if len({family.policy.confidence for family in families}) > 1:
        raise ValueError("families can only be audited together at one confidence")
    compared = [
        [
            (group, _both(group, plan.table), _both(base, plan.table))
            for plan in family.plans
            for group, base in plan.pairs
        ]
        for family in families
    ]
    alone = [(group, plan) for family in families for plan in family.plans for group in plan.alone]
    cells = [(own[place], base[place]) for place in (0, 1) for pairs in compared for _, own, base in pairs]
    cells += [(_both(group, plan.table)[place], _NOBODY) for place in (0, 1) for group, plan in alone]
    rates = iter(_rates(cells, confidence=families[0].policy.confidence))
    fpr, fnr = ([[next(rates) for _ in pairs] for pairs in compared] for _ in range(2))
    judged = iter(
        [
            GroupErrors(group, *both)
            for family, pairs, own_fpr, own_fnr in zip(families, compared, fpr, fnr, strict=True)
            for (group, _, _), both in zip(
                pairs, _judged(own_fpr, own_fnr, [base for *_, base in pairs], family=family), strict=True
            )
        ]
    )
    lone_fpr, lone_fnr = ([_by_itself(next(rates), group is plan.reference) for group, plan in alone] for _ in range(2))
    lone = iter(
        [
            GroupErrors(group, one, other, group is plan.reference)
            for (group, plan), one, other in zip(alone, lone_fpr, lone_fnr, strict=True)
        ]
    )
    return [[_table(plan, family, judged, lone) for plan in family.plans] for family in families]


def _table(plan: _Plan, family: ErrorFamily, judged: Iterator[GroupErrors], lone: Iterator[GroupErrors]) -> ErrorTable:
    reference = [next(lone)] if plan.reference is not None else []
    return ErrorTable(
        attributes=plan.table.attributes,
        groups=(*reference, *(next(judged) for _ in plan.compared), *(next(lone) for _ in plan.others)),
        comparisons=sum(one.family_size for one in family.plans),
        policy=family.policy,
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """Who is compared with whom, decided from the counts of outcomes alone."""

    table: ErrorCounts
    reference: ErrorCount | None
    compared: tuple[ErrorCount, ...]
    others: tuple[ErrorCount, ...]
    family_size: int

    @property
    def pairs(self) -> list[tuple[ErrorCount, ErrorCount]]:
        """Each compared group with the reference."""
        return [] if self.reference is None else [(group, self.reference) for group in self.compared]

    @property
    def alone(self) -> tuple[ErrorCount, ...]:
        """The reference, if there is one, and then all groups that are compared with nothing."""
        return self.others if self.reference is None else (self.reference, *self.others)

    @classmethod
    def of(cls, table: ErrorCounts, *, policy: Policy) -> _Plan:
        totals = _totals(table.counts)
        outcomes = [GroupCount(c.levels, c.tn + c.fn, c.negatives + c.positives) for c in totals]
        found = members(outcomes, policy=policy)
        if table.reference is None:
            member = choose_reference(found, policy=policy)
        else:
            member = find_reference(found, table.reference)
        by_key = {group_key(count.levels): count for count in totals}
        known = [by_key[group_key(m.levels)] for m in found if m.known and m.n]
        if member is None:
            return cls(table, None, (), tuple(totals), 0)
        reference = by_key[group_key(member.levels)]
        compared = tuple(count for count in known if count is not reference)
        others = tuple(by_key[group_key(m.levels)] for m in found if not (m.known and m.n))
        denominators = [(c.negatives, reference.negatives) for c in compared]
        denominators += [(c.positives, reference.positives) for c in compared]
        tested = [min(pair) >= policy.small_cell for pair in denominators]
        per_rate = (sum(tested[: len(compared)]), sum(tested[len(compared) :]))
        chosen = table.reference is None or table.chosen
        family_size = sum(t * (t + 1) // 2 if chosen else t for t in per_rate)
        return cls(table, reference, compared, others, family_size)


def _totals(counts: Iterable[ErrorCount]) -> list[ErrorCount]:
    by_group: dict[tuple[str, ...], list[ErrorCount]] = {}
    for count in counts:
        by_group.setdefault(group_key(count.levels), []).append(count)
    return [
        ErrorCount(
            same[0].levels,
            tn=sum(count.tn for count in same),
            fp=sum(count.fp for count in same),
            fn=sum(count.fn for count in same),
            tp=sum(count.tp for count in same),
        )
        for same in by_group.values()
    ]


def _by_itself(rate: ErrorRate, is_reference: bool) -> ErrorRate:
    """A rate without a comparison; the reference has the ratio 1 and the difference 0 with itself."""
    return replace(
        rate,
        ratio=1.0 if is_reference and rate.errors else None,
        difference=0.0 if is_reference and rate.n else None,
        verdict=Verdict.NO_MATERIAL_DIFFERENCE if is_reference else Verdict.NOT_ENOUGH_DATA,
    )


def _both(count: ErrorCount, table: ErrorCounts) -> tuple[Member, Member]:
    """Those whom an error could befall: of a false positive, of a false negative. Favourable ones are in error."""
    fpr, fnr = table.effect(count)
    return (
        Member(count.levels, count.fp, count.negatives, design_effect=fpr),
        Member(count.levels, count.fn, count.positives, design_effect=fnr),
    )


def _rates(cells: Sequence[tuple[Member, Member]], *, confidence: float) -> list[ErrorRate]:
    """Estimates and unadjusted p-values of the errors in a group against those in the reference."""
    flat = np.array([(a.favourable, a.n, b.favourable, b.n) for a, b in cells], dtype=np.float64).reshape(-1, 4).T
    effective = np.array([(*a.effective, *b.effective) for a, b in cells], dtype=np.float64).reshape(-1, 4).T
    tested = [whole_effective(a, b) if a.n and b.n else (a.favourable, a.n, b.favourable, b.n) for a, b in cells]
    k, n, k0, n0 = flat
    rates, reference_rates = intervals.proportion(k, n), intervals.proportion(k0, n0)
    columns = zip(
        rates.tolist(),
        zip(*_listed(intervals.wilson(*effective[:2], confidence=confidence)), strict=True),
        intervals.ratio(*flat).tolist(),
        zip(*_listed(intervals.log_ratio(*effective, confidence=confidence)), strict=True),
        (rates - reference_rates).tolist(),
        zip(*_listed(intervals.newcombe_difference(*effective, confidence=confidence)), strict=True),
        fisher_exact(*np.array(tested, dtype=np.float64).reshape(-1, 4).T).tolist(),
        strict=True,
    )
    return [
        ErrorRate(
            errors=one.favourable,
            n=one.n,
            rate=finite(rate),
            rate_interval=rate_interval,
            ratio=finite(ratio),
            ratio_interval=ratio_interval if one.n and base.n and (one.favourable or base.favourable) else None,
            difference=finite(difference),
            difference_interval=difference_interval if one.n and base.n else None,
            p_value=p_value if one.n and base.n else None,
            design_effect=one.design_effect,
        )
        for (one, base), (
            rate,
            rate_interval,
            ratio,
            ratio_interval,
            difference,
            difference_interval,
            p_value,
        ) in zip(cells, columns, strict=True)
    ]


def _judged(
    fpr: Sequence[ErrorRate],
    fnr: Sequence[ErrorRate],
    references: Sequence[tuple[Member, Member]],
    *,
    family: ErrorFamily,
) -> list[tuple[ErrorRate, ErrorRate]]:
    """The same rates, both of each comparison, with adjusted p-values and verdicts."""
    policy = family.policy
    bases = [base for place in (0, 1) for base in (both[place] for both in references)]
    rates = [*fpr, *fnr]
    tested = [i for i, rate in enumerate(rates) if min(rate.n, bases[i].n) >= policy.small_cell]
    family_size = sum(plan.family_size for plan in family.plans)
    adjusted = holm([rates[i].p_value or 0.0 for i in tested], family_size=family_size)
    p_adjusted = dict(zip(tested, adjusted.tolist(), strict=True))
    judged = [
        _with_verdict(rate, base, p_adjusted=p_adjusted.get(i), policy=policy)
        for i, (rate, base) in enumerate(zip(rates, bases, strict=True))
    ]
    return list(zip(judged[: len(fpr)], judged[len(fpr) :], strict=True))


def _with_verdict(rate: ErrorRate, base: Member, *, p_adjusted: float | None, policy: Policy) -> ErrorRate:
    evidence = Evidence(
        p_adjusted=p_adjusted,
        breaches=_breaches(rate.errors, rate.n, base.favourable, base.n, policy=policy),
        difference_interval=rate.difference_interval or (-1.0, 1.0),
        smaller_n=min(rate.n / rate.design_effect, base.effective[1]),
    )
    judgement = judge(evidence, policy=policy)
    return replace(rate, p_adjusted=p_adjusted, verdict=judgement.verdict, reasons=judgement.reasons)


def _breaches(errors: int, n: int, reference_errors: int, reference_n: int, *, policy: Policy) -> tuple[str, ...]:
    """The bars that the effect passes, in exact arithmetic as in `verdict.material_breaches`."""
    if not (n and reference_n):
        return ()
    lower, higher = sorted((Fraction(errors, n), Fraction(reference_errors, reference_n)))
    bars = {
        f"difference of at least {policy.delta * 100:g} points": higher - lower >= exact(policy.delta),
        f"error ratio above {policy.adverse_ratio:.2f}": higher > exact(policy.adverse_ratio) * lower,
    }
    return tuple(bar for bar, breached in bars.items() if breached)


def _listed(interval: intervals.Interval) -> tuple[list[float], list[float]]:
    lower, upper = interval
    return lower.tolist(), upper.tolist()
