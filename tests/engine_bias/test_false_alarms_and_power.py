"""Simulated audits with fixed seeds: how often a disparity is raised without a gap, and found with one."""

from __future__ import annotations

import numpy as np
import pytest

from audits.engine.bias.groups import GroupCount
from audits.engine.bias.outcome_gap import TableCounts, audit_gap, audit_gaps
from audits.engine.bias.verdict import Policy, Verdict

POLICY = Policy()
AUDITS = 200


def simulated(random, sizes, rates):
    successes = random.binomial(sizes, rates)
    return [GroupCount(f"g{i}", int(k), int(n)) for i, (k, n) in enumerate(zip(successes, sizes, strict=True))]


@pytest.mark.parametrize(
    ("sizes", "rate"),
    [
        pytest.param([200, 200], 0.8, id="two-groups"),
        pytest.param([2_000, 2_000], 0.97, id="rare-failures"),
        pytest.param([100] * 6, 0.5, id="six-groups"),
        pytest.param([900, 300, 100, 40, 15], 0.7, id="uneven-groups"),
    ],
)
def test_data_without_a_gap_raises_a_disparity_in_at_most_one_audit_in_twenty(sizes, rate):
    random = np.random.default_rng(21)
    verdicts = [audit_gap(simulated(random, sizes, [rate] * len(sizes)), policy=POLICY).verdict for _ in range(AUDITS)]
    assert verdicts.count(Verdict.DISPARITY) <= 0.05 * AUDITS


def test_audit_of_several_attributes_raises_a_disparity_in_at_most_one_audit_in_twenty():
    random = np.random.default_rng(22)
    alarms = 0
    for _ in range(AUDITS):
        tables = [
            TableCounts((f"attribute {i}",), tuple(simulated(random, [150] * groups, [0.6] * groups)))
            for i, groups in enumerate((2, 3, 5))
        ]
        alarms += any(table.verdict is Verdict.DISPARITY for table in audit_gaps(tables, policy=POLICY))
    assert alarms <= 0.05 * AUDITS


def test_small_groups_without_a_gap_hardly_ever_cry_watch():
    random = np.random.default_rng(23)
    verdicts = [audit_gap(simulated(random, [25] * 4, [0.7] * 4), policy=POLICY).verdict for _ in range(AUDITS)]
    assert verdicts.count(Verdict.WATCH) == 0
    assert verdicts.count(Verdict.NOT_ENOUGH_DATA) >= 0.95 * AUDITS


def test_ten_point_gap_is_found_among_a_few_thousand():
    random = np.random.default_rng(24)
    found = 0
    for _ in range(100):
        table = audit_gap(simulated(random, [2_000] * 4, [0.8, 0.8, 0.7, 0.8]), policy=POLICY)
        found += {row.label for row in table.groups if row.verdict is Verdict.DISPARITY} == {"g2"}
    assert found >= 99


def test_equal_rates_of_many_are_recognised_as_no_material_difference():
    random = np.random.default_rng(25)
    verdicts = [audit_gap(simulated(random, [5_000] * 2, [0.8] * 2), policy=POLICY).verdict for _ in range(100)]
    assert verdicts.count(Verdict.NO_MATERIAL_DIFFERENCE) >= 90
