"""Audits answered together say what each says alone, to the last bit: in `repr`, since undetermined numbers are nan."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from audits.engine.bias.comparisons import GapFamily, TableCounts
from audits.engine.bias.cube import Cube
from audits.engine.bias.error_rates import ErrorCount, ErrorCounts, ErrorFamily, audit_error_families
from audits.engine.bias.groups import GroupCount
from audits.engine.bias.ordered_gap import OrderedPlan, audit_ordered_plans
from audits.engine.bias.outcome_gap import audit_families
from audits.engine.bias.scales import SCORES, TURNS
from audits.engine.bias.slices import Look, looks_at_slices, worst_slices
from audits.engine.bias.verdict import Policy

SIZES = (0, 1, 9, 10, 40, 700, 30_000)
POLICIES = (Policy(alpha=0.05), Policy(alpha=0.003, delta=0.02), Policy(alpha=0.5, minimum_n=100, small_cell=5))


def rate(rng: Random, n: int) -> int:
    return rng.choice([0, n, rng.randint(0, n), round(0.8 * n)])


def gap_table(rng: Random) -> TableCounts:
    strata = rng.choice([(None,), ("bill", "move", "outage")])
    groups = ["a", "b", "c", "d", None][: rng.randint(1, 5)]
    counts = [GroupCount(group, rate(rng, n := rng.choice(SIZES)), n, one) for group in groups for one in strata]
    effects = {"a": 2.5, "b": 1.0} if rng.random() < 0.3 else {}
    named = rng.random() < 0.3 and any(count.group == "a" and count.n for count in counts)
    return TableCounts(("group",), tuple(counts), "a" if named else None, effects)


def test_families_of_tables_answer_together_as_alone():
    rng = Random(4)
    families = [
        GapFamily.of([gap_table(rng) for _ in range(rng.randint(0, 3))], policy=rng.choice(POLICIES)) for _ in range(60)
    ]
    assert repr(audit_families(families)) == repr([audit_families([family])[0] for family in families])


def test_families_of_error_rates_answer_together_as_alone():
    rng = Random(5)

    def counts(group: str | None) -> ErrorCount:
        return ErrorCount(group, *(rng.choice(SIZES) for _ in range(4)))

    families = [
        ErrorFamily.of(
            [ErrorCounts(("group",), tuple(map(counts, ["a", "b", "c", None])))] * rng.randint(0, 2),
            policy=rng.choice(POLICIES),
        )
        for _ in range(40)
    ]
    assert repr(audit_error_families(families)) == repr([audit_error_families([family])[0] for family in families])


def test_scales_of_different_lengths_are_compared_together_as_alone():
    rng = Random(6)
    plans = [
        OrderedPlan.of(
            {
                group: [rng.choice((0, 0, 3, 50, 4_000)) for _ in scale.labels]
                for group in ["a", "b", "c", None][: rng.randint(1, 4)]
            },
            scale=scale,
            policy=replace(rng.choice(POLICIES), delta=0.06),
            reference=None,
            attribute="group",
        )
        for scale in (SCORES, TURNS) * 15
    ]
    assert repr(audit_ordered_plans(plans)) == repr([audit_ordered_plans([plan])[0] for plan in plans])


def test_looks_at_slices_share_their_tables_and_nothing_else():
    rng = np.random.default_rng(7)
    levels = (("x", "y", "z"), ("p", "q", None), ("1", "2", "3", "4"))
    codes = np.stack([rng.integers(0, len(one), 4_000) for one in levels])
    counts = {}
    for name, base in (("outcome.a", 0.8), ("outcome.b", 0.3)):
        known, yes = rng.random(4_000) < 0.9, rng.random(4_000) < base - 0.2 * ((codes[0] == 1) & (codes[1] == 0))
        counts[name] = {"true": 1 * (known & yes), "false": 1 * (known & ~yes)}
    cube = Cube(("one", "two", "three"), levels, codes, counts)
    looks = [Look("outcome.a", "true", POLICIES[0]), Look("outcome.b", "false", POLICIES[1], fdr=0.5, most=2)]
    looks.append(Look("outcome.none", "true", POLICIES[0]))
    together = looks_at_slices(cube, looks, dimensions=cube.dimensions, about=["one"])
    assert together[0].nominated
    assert not together[2].looked_at
    for look, found in zip(looks, together, strict=True):
        assert found == worst_slices(
            cube,
            measure=look.measure,
            favourable=look.favourable,
            dimensions=cube.dimensions,
            about=["one"],
            policy=look.policy,
            fdr=look.fdr,
            most=look.most,
        )


def test_what_is_answered_together_has_one_confidence():
    table = TableCounts(("group",), (GroupCount("a", 5, 20), GroupCount("b", 9, 20)))
    families = [GapFamily.of([table], policy=Policy(confidence=one)) for one in (0.9, 0.95)]
    with pytest.raises(ValueError, match="one confidence"):
        audit_families(families)
