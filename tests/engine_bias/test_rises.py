"""Rates from release to release: what counts as a rise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.rises import Step, compared


def step(k: int, n: int, k_before: int, n_before: int) -> Step:
    return Step("2.0", k, n, "1.4", k_before, n_before)


@pytest.mark.parametrize(
    ("counts", "rose"),
    [
        ((12, 600, 0, 600), True),  # the release before was clean
        ((30, 600, 5, 600), True),
        ((2, 600, 0, 600), False),  # may be chance
        ((600, 200_000, 300, 200_000), False),  # certain, but smaller than half a point
        ((5, 600, 30, 600), False),  # it fell
        ((12, 600, 0, 0), False),  # nothing to compare with
        ((0, 600, 0, 600), False),
    ],
)
def test_a_rise_is_certain_and_large_enough(counts, rose):
    (answer,) = compared([step(*counts)], alpha=0.05, least_rise=0.005)
    assert answer.rose is rose


def test_two_series_share_one_family_of_tests():
    one = step(7, 600, 1, 600)
    (alone,) = compared([one], alpha=0.05, least_rise=0.0)
    first, _ = compared([one, step(0, 600, 0, 600)], alpha=0.05, least_rise=0.0)
    assert alone.p_adjusted == pytest.approx(float(fisher_exact(7, 600, 1, 600)))
    assert first.p_adjusted == pytest.approx(2 * alone.p_adjusted)
    assert compared([], alpha=0.05, least_rise=0.0) == []


@given(n=st.integers(1, 400), before=st.integers(1, 400), data=st.data())
def test_a_rise_is_never_told_of_a_lower_rate_and_its_interval_holds_the_difference(n, before, data):
    counts = step(data.draw(st.integers(0, n)), n, data.draw(st.integers(0, before)), before)
    (answer,) = compared([counts], alpha=0.05, least_rise=0.0)
    assert answer.interval[0] - 1e-12 <= answer.difference <= answer.interval[1] + 1e-12
    assert not (answer.rose and answer.difference <= 0)
