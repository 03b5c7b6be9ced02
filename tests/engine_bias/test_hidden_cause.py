from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.statistics.hidden_cause import of_odds_ratio, of_risk_difference, of_risk_ratio, strength
from audits.engine.statistics.stratified import Estimate

RATIOS = st.floats(1e-6, 1e6)


def test_strength_of_the_published_examples():
    found = of_risk_ratio(Estimate(10.73, 8.02, 14.36))
    assert (found.estimate, found.interval) == pytest.approx((20.94777, 15.52336), abs=5e-6)
    assert float(strength(3.9)) == pytest.approx(7.263034, abs=5e-7)


def test_protective_ratio_counts_as_its_inverse():
    found = of_risk_ratio(Estimate(1 / 10.73, 1 / 14.36, 1 / 8.02))
    assert (found.estimate, found.interval) == pytest.approx((20.94777, 15.52336), abs=5e-6)


def test_interval_that_includes_no_association_needs_no_hidden_cause():
    assert of_risk_ratio(Estimate(1.2, 0.9, 1.6)).interval == 1.0
    assert of_risk_ratio(Estimate(1.2, 1.0, 1.6)).interval == 1.0


@given(RATIOS, RATIOS)
def test_strength_is_symmetric_and_grows_with_the_ratio(one, other):
    assert strength(one) == pytest.approx(strength(1 / one), rel=1e-9)
    near, far = sorted((max(one, 1 / one), max(other, 1 / other)))
    assert 1 <= strength(near) <= strength(far) * (1 + 1e-12)


@given(RATIOS)
def test_a_hidden_cause_of_that_strength_just_explains_the_ratio(ratio):
    """The bounding factor of Ding & VanderWeele (2016), at equal strength on both sides, is the ratio itself."""
    needed = float(strength(ratio))
    bounding_factor = needed * needed / (needed + needed - 1)
    assert bounding_factor == pytest.approx(max(ratio, 1 / ratio), rel=1e-6)


def test_odds_ratios_and_differences_are_restated_as_risk_ratios():
    assert of_odds_ratio(Estimate(4.0, 2.25, 9.0), rare=False) == of_risk_ratio(Estimate(2.0, 1.5, 3.0))
    assert of_odds_ratio(Estimate(4.0, 2.25, 9.0), rare=True) == of_risk_ratio(Estimate(4.0, 2.25, 9.0))
    found = of_risk_difference(Estimate(-0.2, -0.3, -0.1), reference_rate=0.8)
    assert (found.estimate, found.interval) == pytest.approx((float(strength(0.75)), float(strength(0.875))))
    assert of_risk_difference(Estimate(-0.5, -0.9, 0.1), reference_rate=0.5).estimate == math.inf


def test_undetermined_ratios_stay_undetermined():
    assert math.isnan(of_risk_ratio(Estimate(math.nan, 0.0, math.inf)).estimate)
    assert of_risk_ratio(Estimate(math.nan, 0.0, math.inf)).interval == 1.0
    assert of_risk_ratio(Estimate(0.0, 0.0, 0.4)).estimate == math.inf


@pytest.mark.parametrize("rate", [0.0, -0.1, 1.1])
def test_reference_rate_must_be_a_rate(rate):
    with pytest.raises(ValueError, match="reference rate"):
        of_risk_difference(Estimate(0.1, 0.0, 0.2), reference_rate=rate)


def test_negative_ratio_is_refused():
    with pytest.raises(ValueError, match="negative"):
        strength(-1.0)
