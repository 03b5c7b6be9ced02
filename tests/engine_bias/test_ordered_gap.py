from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from audits.engine.bias.ordered_gap import DELTA, audit_ordered, detectable_superiority
from audits.engine.bias.scales import SCORES
from audits.engine.bias.verdict import Policy, Verdict
from audits.engine.statistics.ranks import mann_whitney, mann_whitney_shuffled

POLICY = Policy(delta=DELTA)


def csat(*counts: int) -> list[int]:
    """Counts of the scores 1 to 5."""
    return SCORES.counts({str(score): n for score, n in enumerate(counts, 1)})


def audit(groups, **given):
    options = {"scale": SCORES, "policy": POLICY, "reference": None, "attribute": "age", **given}
    return audit_ordered(groups, **options)


def test_each_group_is_compared_with_the_largest():
    table = audit({"old": csat(40, 30, 10, 10, 10), "young": csat(20, 20, 40, 80, 90), None: csat(1, 1, 1, 1, 1)})
    reference, old, unknown = table.groups
    assert (reference.label, reference.is_reference, unknown.tested) == ("young", True, False)
    x = np.repeat([1, 2, 3, 4, 5], [40, 30, 10, 10, 10])
    y = np.repeat([1, 2, 3, 4, 5], [20, 20, 40, 80, 90])
    expected = stats.mannwhitneyu(x, y, method="asymptotic")
    assert (old.u, old.p_value) == (expected.statistic, pytest.approx(expected.pvalue))
    assert old.superiority == pytest.approx(expected.statistic / (100 * 250))
    assert (old.verdict, old.middle, reference.middle) == (Verdict.DISPARITY, "2", "4")
    assert table.verdict is Verdict.DISPARITY


def test_a_group_that_is_called_unknown_is_not_the_unknown():
    unknown, young, missing = csat(40, 30, 10, 10, 10), csat(20, 20, 40, 80, 90), csat(1, 1, 1, 1, 1)
    table = audit({"unknown": unknown, "young": young, None: missing})
    alike = audit({"other": unknown, "young": young, None: missing})
    assert [(row.n, row.u, row.middle) for row in table.groups] == [(row.n, row.u, row.middle) for row in alike.groups]


def test_the_same_answers_from_many_are_no_material_difference():
    table = audit({"a": csat(100, 100, 200, 400, 800), "b": csat(101, 99, 200, 400, 800)}, reference="b")
    assert (table.verdict, table.reference.label) == (Verdict.NO_MATERIAL_DIFFERENCE, "b")


def test_a_clear_but_small_effect_is_only_watched():
    table = audit({"a": csat(5000, 5000, 5000, 5000, 5000), "b": csat(4500, 4800, 5000, 5200, 5500)})
    assert (table.verdict, table.comparisons) == (Verdict.WATCH, 1)


def test_a_handful_of_answers_is_not_enough_data():
    table = audit({"a": csat(3, 3, 0, 2, 1), "b": csat(10, 10, 10, 40, 60)})
    assert (table.verdict, table.comparisons) == (Verdict.NOT_ENOUGH_DATA, 0)
    assert audit({}).verdict is Verdict.NOT_ENOUGH_DATA
    assert audit({None: csat(50, 50, 50, 50, 50)}).verdict is Verdict.NOT_ENOUGH_DATA


def test_an_unknown_reference_is_refused():
    with pytest.raises(LookupError, match="reference 'c'"):
        audit({"a": csat(10, 10, 10, 10, 10), "b": csat(10, 10, 10, 10, 10)}, reference="c")


def test_result_is_plain_json_without_nan():
    table = audit({"a": csat(50, 0, 0, 0, 0), "b": csat(0, 0, 0, 0, 60), "c": csat(1, 0, 0, 0, 0), None: csat(9)})
    told = json.loads(json.dumps(table.to_json(), allow_nan=False))
    assert [(row["group"]["age"], row["superiority"]) for row in told["groups"]] == [
        ("b", None),
        ("a", 0.0),
        ("c", None),
        (None, None),
    ]


def test_holm_shares_alpha_over_the_groups():
    same = csat(20, 20, 20, 20, 20)
    table = audit({"a": csat(30, 25, 20, 15, 10), "b": same, "c": same, "base": csat(30, 30, 30, 30, 30)})
    a = next(row for row in table.groups if row.label == "a")
    assert a.p_adjusted == pytest.approx(min(3 * a.p_value, 1))


def test_detectable_superiority_is_found_as_often_as_promised():
    """Noether's approximation holds for close alternatives on a continuous scale; coarse scales need a little more."""
    gap = detectable_superiority(200, 200, alpha=0.05, power=0.8)
    shift = stats.norm.ppf(0.5 + gap) * np.sqrt(2)
    rng = np.random.default_rng(3)
    found = [stats.mannwhitneyu(rng.normal(shift, 1, 200), rng.normal(0, 1, 200)).pvalue <= 0.05 for _ in range(600)]
    assert 0.76 <= np.mean(found) <= 0.85


def test_audits_without_a_gap_raise_a_disparity_in_at_most_alpha():
    rng = np.random.default_rng(4)
    shares = [0.1, 0.1, 0.2, 0.3, 0.3]
    audits = 400
    raised = sum(
        audit({name: csat(*rng.multinomial(n, shares)) for name, n in (("a", 60), ("b", 80), ("c", 200))}).verdict
        is Verdict.DISPARITY
        for _ in range(audits)
    )
    assert raised / audits <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / audits)


@pytest.mark.parametrize(("n", "m", "best"), [(10, 1_000, 0.95), (15, 1_000, 0.99), (30, 2_000, 0.95)])
def test_small_groups_of_whom_nearly_all_are_content_raise_no_more_than_alpha(n, m, best):
    rng = np.random.default_rng(20250304)
    strict, audits = replace(POLICY, alpha=0.002), 2_000
    scores = [0.5 * (1 - best), 0.0, 0.2 * (1 - best), 0.3 * (1 - best), best]
    a, b = (
        np.apply_along_axis(lambda row: csat(*row), 1, rng.multinomial(size, scores, size=audits)) for size in (n, m)
    )
    doubtful = np.flatnonzero(mann_whitney(a, b).p_value <= strict.alpha)
    assert doubtful.size > 5 * strict.alpha * audits / 2
    raised = sum(audit({"a": a[i], "b": b[i]}, policy=strict).verdict is Verdict.DISPARITY for i in doubtful)
    assert raised <= stats.binom.ppf(0.999, audits, 0.002)


def test_shuffles_give_the_exact_p_value():
    x, y = [1, 0, 3, 8], [0, 2, 4, 30]
    ranked = [np.repeat(range(4), row) for row in (x, y)]

    whole = stats.rankdata(np.concatenate(ranked))
    drawn = np.random.default_rng(1).permuted(np.tile(whole, (100_000, 1)), axis=1)[:, :12].sum(1)
    expected = (np.abs(drawn - 12 * whole.mean()) >= abs(whole[:12].sum() - 12 * whole.mean())).mean()
    assert mann_whitney_shuffled(x, y) == pytest.approx(expected, abs=0.005)
    assert mann_whitney_shuffled(x, y) == mann_whitney_shuffled(x, y)
    assert mann_whitney_shuffled([0, 0, 9], [9, 0, 0]) == pytest.approx(2 / math.comb(18, 9), abs=5e-5)


def test_a_group_among_more_than_a_thousand_million_is_shuffled_too():
    assert audit({"a": csat(9, 9, 9, 1, 1), "b": csat(0, 0, 0, 0, 2_000_000_000)}).verdict is Verdict.DISPARITY
