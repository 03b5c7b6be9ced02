"""The table of LL144 and the EEOC: published examples, whole numbers at four fifths, and both directions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.bias.groups import GroupCount
from audits.engine.bias.impact_ratios import impact_ratios
from audits.engine.bias.verdict import Policy

POLICY = Policy()


def ratios(counts: dict[str | None, tuple[int, int]]):
    return {
        one.label: one for one in impact_ratios([GroupCount(g, k, n) for g, (k, n) in counts.items()], policy=POLICY)
    }


def test_the_example_of_the_eeoc_flags_one_group():
    """Questions and answers on the Uniform Guidelines (1979), no. 12."""
    found = ratios({"a": (60, 100), "b": (45, 100), "c": (48, 100), "d": (51, 100)})
    assert [round(one.favourable_ratio, 2) for one in found.values()] == [1.0, 0.75, 0.8, 0.85]
    assert [one.below_four_fifths for one in found.values()] == [False, True, False, False]


def test_high_rates_pass_while_failures_are_fourfold():
    found = ratios({"a": (950, 1000), "b": (800, 1000)})["b"]
    assert (round(found.favourable_ratio, 2), found.below_four_fifths) == (0.84, False)
    assert (round(found.adverse_ratio, 6), found.above_five_fourths, found.flagged) == (4.0, True, True)


def test_groups_under_two_percent_and_unknown_ones_are_shown_and_not_compared():
    found = ratios({"a": (500, 1000), "b": (400, 1000), "tiny": (20, 20), None: (10, 500)})
    assert found["a"].favourable_ratio == 1.0
    assert found["tiny"].favourable_ratio is None
    assert "under 2 %" in found["tiny"].excluded
    assert (found["unknown"].known, found["unknown"].n, found["unknown"].favourable_ratio) == (False, 500, None)
    assert not found["tiny"].flagged


@given(st.integers(1, 400), st.integers(1, 60))
def test_exactly_four_fifths_is_never_flagged(n, tenth):
    found = ratios({"a": (10 * tenth, 10 * tenth * n), "b": (8 * tenth, 10 * tenth * n)})["b"]
    assert not found.below_four_fifths
    worse = ratios({"a": (10 * tenth, 10 * tenth * n), "b": (8 * tenth - 1, 10 * tenth * n)})["b"]
    assert worse.below_four_fifths


@pytest.mark.parametrize("counts", [{}, {None: (3, 10)}, {"a": (0, 10), "b": (0, 12)}, {"a": (10, 10), "b": (12, 12)}])
def test_nothing_to_divide_by_is_no_ratio(counts):
    for one in ratios(counts).values():
        assert one.adverse_ratio is None or one.favourable_ratio is None
        assert not one.flagged
