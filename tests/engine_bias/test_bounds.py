from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.statistics import bounds
from audits.engine.statistics.intervals import newcombe_difference, wilson


def assignments(k1, n1, k2, n2, unknown, unknown_favourable):
    """Every way to place the unknown members, as (k₁, n₁, k₂, n₂); None of `unknown_favourable` tries all."""
    possible = range(unknown + 1) if unknown_favourable is None else [unknown_favourable]
    for favourable in possible:
        for x1 in range(favourable + 1):
            for x2 in range(favourable - x1 + 1):
                for y1 in range(unknown - favourable + 1):
                    for y2 in range(unknown - favourable - y1 + 1):
                        yield k1 + x1, n1 + x1 + y1, k2 + x2, n2 + x2 + y2


@st.composite
def small_tables(draw):
    n1, n2, unknown = draw(st.integers(1, 7)), draw(st.integers(1, 7)), draw(st.integers(0, 6))
    k1, k2 = draw(st.integers(0, n1)), draw(st.integers(0, n2))
    return k1, n1, k2, n2, unknown, draw(st.none() | st.integers(0, unknown))


def test_ll144_bounds_are_the_published_ones():
    lower, upper = bounds.rate_bounds(271_433.888, 573_856, 397_979)
    assert (float(lower), float(upper)) == pytest.approx((0.27930038329551826, 0.688813315017467), rel=1e-14)


@given(small_tables())
def test_bounds_hold_every_assignment_and_are_attained_where_outcomes_are_known(table):
    placed = list(assignments(*table))
    rates = [k / n for k, n, _, _ in placed]
    differences = [k1 / n1 - k2 / n2 for k1, n1, k2, n2 in placed]
    k1, n1, _, n2, unknown, favourable = table
    lower, upper = bounds.rate_bounds(k1, n1, unknown, favourable)
    assert (float(lower), float(upper)) == pytest.approx((min(rates), max(rates)), abs=1e-12)
    lower, upper = bounds.difference_bounds(*table)
    one_member = 0.0 if favourable is not None else 1 / min(n1, n2)
    assert min(differences) - one_member - 1e-12 <= lower <= min(differences) + 1e-12
    assert max(differences) - 1e-12 <= upper <= max(differences) + one_member + 1e-12


@given(small_tables())
def test_ratio_bounds_hold_every_assignment(table):
    lower, upper = bounds.ratio_bounds(*table)
    for k1, n1, k2, n2 in assignments(*table):
        if k1 or k2:
            ratio = (k1 / n1) / (k2 / n2) if k2 else np.inf
            assert lower - 1e-12 <= ratio <= upper * (1 + 1e-12)


@given(small_tables())
def test_bounds_turn_round_with_the_groups_and_know_more_with_outcomes(table):
    k1, n1, k2, n2, unknown, favourable = table
    lower, upper = bounds.difference_bounds(*table)
    turned = bounds.difference_bounds(k2, n2, k1, n1, unknown, favourable)
    assert (float(-turned[1]), float(-turned[0])) == pytest.approx((float(lower), float(upper)), abs=1e-12)
    without = bounds.difference_bounds(k1, n1, k2, n2, unknown)
    assert without[0] - 1e-12 <= lower <= upper <= without[1] + 1e-12


def test_nobody_unknown_leaves_the_plain_rates_and_intervals():
    assert bounds.rate_bounds(3, 8, 0) == (3 / 8, 3 / 8)
    assert bounds.difference_bounds(3, 8, 1, 4, 0) == (1 / 8, 1 / 8)
    assert bounds.ratio_bounds(3, 8, 1, 4, 0) == (1.5, 1.5)
    assert bounds.rate_bounds_interval(3, 8, 0) == wilson(3, 8)
    assert bounds.difference_bounds_interval(3, 8, 1, 4, 0) == newcombe_difference(3, 8, 1, 4)


def test_intervals_reach_beyond_the_bounds_and_come_nearer_with_more_members():
    counts = np.array([80, 100, 60, 100, 20])
    bare = bounds.difference_bounds(*counts)
    few, many = bounds.difference_bounds_interval(*counts), bounds.difference_bounds_interval(*(100 * counts))
    assert few[0] < many[0] < bare[0] < bare[1] < many[1] < few[1]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param((0, 0, 3, 4, 0), (-1.0, 1.0), id="group-empty"),
        pytest.param((0, 0, 0, 0, 5), (-1.0, 1.0), id="all-unknown"),
        pytest.param((0, 3, 4, 4, 0), (-1.0, -1.0), id="never-against-always"),
    ],
)
def test_empty_groups_have_the_widest_bounds(table, expected):
    assert bounds.difference_bounds(*table) == expected
    lower, upper = bounds.ratio_bounds(*table)
    assert 0 <= lower <= upper


def test_more_favourable_than_unknown_is_refused():
    with pytest.raises(ValueError, match="successes"):
        bounds.rate_bounds(1, 2, 3, 4)
