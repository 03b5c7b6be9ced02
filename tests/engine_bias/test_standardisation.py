from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.statistics.intervals import newcombe_difference
from audits.engine.statistics.standardisation import standardise
from tests.engine_bias.published_tables import BERKELEY_1973, by_stratum

BERKELEY = by_stratum(list(BERKELEY_1973.values()))


@st.composite
def strata(draw):
    sizes = draw(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=6))
    n1, n2 = (np.array(column) for column in zip(*sizes, strict=True))
    shares = draw(st.lists(st.floats(0, 1), min_size=2 * len(sizes), max_size=2 * len(sizes)))
    k1, k2 = (np.round(np.array(part) * n) for part, n in ((shares[::2], n1), (shares[1::2], n2)))
    return k1, n1, k2, n2


def test_berkeley_rates_at_the_mix_of_all_applicants_are_the_published_ones():
    men_and_women = standardise(*BERKELEY)
    found = (men_and_women.rate.value, men_and_women.reference_rate.value)
    assert found == pytest.approx((0.3873185826894222, 0.4299553804607251), rel=1e-12)
    assert men_and_women.difference.value == pytest.approx(found[0] - found[1], rel=1e-12)
    assert men_and_women.ratio.value == pytest.approx(found[0] / found[1], rel=1e-12)
    assert (men_and_women.strata, men_and_women.share) == (6, 1.0)


def test_weights_of_the_reference_leave_its_own_rate_as_it_is():
    k1, n1, k2, n2 = BERKELEY
    found = standardise(k1, n1, k2, n2, weights=n2)
    assert found.reference_rate.value == pytest.approx(sum(k2) / sum(n2), rel=1e-12)


def test_one_stratum_is_the_plain_comparison():
    found = standardise(56, 70, 48, 80)
    lower, upper = newcombe_difference(56, 70, 48, 80)
    assert (found.difference.lower, found.difference.upper) == pytest.approx((float(lower), float(upper)))
    assert found.ratio.value == pytest.approx((56 / 70) / (48 / 80))


@given(strata())
def test_estimates_lie_in_their_intervals_and_turn_round_with_the_groups(tables):
    k1, n1, k2, n2 = tables
    found, turned = standardise(*tables), standardise(k2, n2, k1, n1)
    assert not any(np.isnan(bound) for e in vars_of(found) for bound in (e.lower, e.upper))
    if not found.strata:
        assert np.isnan(found.rate.value)
        return
    for estimate in (found.rate, found.difference):
        assert estimate.lower - 1e-12 <= estimate.value <= estimate.upper + 1e-12
    assert turned.difference.value == pytest.approx(-found.difference.value, abs=1e-12)
    assert turned.difference.lower == pytest.approx(-found.difference.upper, abs=1e-12)
    if found.rate.value > 0 and found.reference_rate.value > 0:
        assert found.ratio.lower <= found.ratio.value * (1 + 1e-12) <= found.ratio.upper * (1 + 1e-11)
        if np.isfinite(turned.ratio.upper) and turned.ratio.upper > 0:
            assert found.ratio.lower == pytest.approx(1 / turned.ratio.upper, rel=1e-6, abs=1e-9)


def vars_of(found):
    return found.rate, found.reference_rate, found.difference, found.ratio


@given(strata(), st.randoms())
def test_order_and_scale_of_the_strata_change_nothing(tables, random):
    order = list(range(len(tables[0])))
    random.shuffle(order)
    one = standardise(*tables)
    other = standardise(*(np.asarray(column)[order] for column in tables), weights=7 * (tables[1] + tables[3])[order])
    for left, right in zip(vars_of(one), vars_of(other), strict=True):
        expected = pytest.approx((left.value, left.lower, left.upper), rel=1e-9, abs=1e-9, nan_ok=True)
        assert (right.value, right.lower, right.upper) == expected


@pytest.mark.parametrize(
    ("base", "n1", "n2"),
    [
        pytest.param([0.2, 0.4, 0.6, 0.8, 0.3], [40, 60, 30, 80, 25], [90, 50, 60, 40, 70], id="middling-strata"),
        pytest.param([0.02, 0.05, 0.9, 0.97] * 8, [8, 6, 10, 12] * 8, [8, 16, 10, 12] * 8, id="many-sparse-strata"),
    ],
)
def test_intervals_cover_the_truth_as_often_as_they_say(base, n1, n2):
    random = np.random.default_rng(14)
    base, n1, n2 = np.array(base), np.array(n1), np.array(n2)
    raised, weights = np.minimum(base + 0.05, 1.0), n1 + n2
    truth, reference = (float(np.average(rates, weights=weights)) for rates in (raised, base))
    covered = np.zeros(2)
    for _ in range(500):
        found = standardise(random.binomial(n1, raised), n1, random.binomial(n2, base), n2)
        covered += (
            found.difference.lower <= truth - reference <= found.difference.upper,
            found.ratio.lower <= truth / reference <= found.ratio.upper,
        )
    assert (covered / 500 >= 0.93).all()


def test_strata_of_one_group_only_are_left_out_and_counted():
    found = standardise([3, 5], [10, 10], [2, 0], [10, 0])
    assert (found.strata, found.share) == (1, pytest.approx(2 / 3))


@pytest.mark.parametrize("weights", [[1.0], [1.0, -1.0], [1.0, float("nan")]])
def test_weights_that_are_none_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        standardise([1, 1], [2, 2], [1, 1], [2, 2], weights=weights)
