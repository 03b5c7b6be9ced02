from __future__ import annotations

import warnings

import numpy as np
import pytest
import statsmodels.api as sm

from audits.engine.statistics.logistic import grouped_logistic
from tests.engine_bias.published_tables import BERKELEY_1973

MEN, WOMEN = 0, 1


def berkeley():
    """k, n, gender and department of the twelve cells."""
    cells = []
    for department, (men, men_rejected, women, women_rejected) in enumerate(BERKELEY_1973.values()):
        cells.append((men, men + men_rejected, MEN, department))
        cells.append((women, women + women_rejected, WOMEN, department))
    return (np.array(column) for column in zip(*cells, strict=True))


def oracle(k, n, factors):
    """statsmodels' binomial GLM on the same cells; the coefficients of the first factor come after the constant."""
    dummies = [factor == level for factor in factors for level in range(1, factor.max() + 1)]
    design = np.column_stack([np.ones(k.size), *dummies]).astype(float)
    occupied = n > 0
    if np.linalg.matrix_rank(design[occupied]) < design.shape[1]:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = sm.GLM(np.column_stack([k, n - k])[occupied], design[occupied], family=sm.families.Binomial())
        return model.fit(tol=1e-12)


def test_berkeley_coefficient_of_women_is_the_published_one():
    k, n, gender, department = berkeley()
    women = grouped_logistic(k, n, gender, [department]).effects[WOMEN]
    assert women.wald.value == pytest.approx(0.09987008815935106, rel=1e-9)
    assert women.standard_error == pytest.approx(0.08084646653082161, rel=1e-6)
    assert women.test.p_value > 0.2


def test_without_covariates_it_is_the_plain_odds_ratio():
    found = grouped_logistic([40, 25], [100, 100], [0, 1])
    effect = found.effects[1]
    assert effect.odds_ratio.value == pytest.approx((25 / 75) / (40 / 60))
    assert effect.standard_error == pytest.approx(np.sqrt(1 / 25 + 1 / 75 + 1 / 40 + 1 / 60))
    assert found.test.p_value == pytest.approx(effect.test.p_value)
    assert found.deviance == pytest.approx(0.0, abs=1e-9)


def test_estimates_errors_and_deviance_agree_with_statsmodels_on_random_designs():
    random = np.random.default_rng(61)
    compared = 0
    for _ in range(120):
        shape = random.integers(2, 5), random.integers(1, 6), random.integers(1, 4)
        group, intent, channel = (factor.ravel() for factor in np.indices(shape))
        n = random.integers(0, 60, group.size)
        k = random.binomial(n, 0.1 + 0.8 * random.random(group.size))
        theirs = oracle(k, n, (group, intent, channel))
        if theirs is None or np.abs(theirs.params).max() > 15:
            continue
        ours = grouped_logistic(k, n, group, [intent, channel])
        null = oracle(k, n, (np.zeros_like(group), intent, channel))
        assert ours.deviance == pytest.approx(theirs.deviance, rel=1e-8, abs=1e-8)
        assert ours.test.statistic == pytest.approx(2 * (theirs.llf - null.llf), rel=1e-6, abs=1e-7)
        for code in range(1, shape[0]):
            assert ours.effects[code].wald.value == pytest.approx(theirs.params[code], abs=1e-7)
            assert ours.effects[code].standard_error == pytest.approx(theirs.bse[code], rel=1e-5)
        compared += 1
    assert compared > 80


def test_profile_limits_are_where_the_likelihood_has_fallen_by_half_a_chi_squared():
    k, n, gender, department = berkeley()
    profile = grouped_logistic(k, n, gender, [department]).effects[WOMEN].profile
    design = np.column_stack([department == level for level in range(6)]).astype(float)
    best = oracle(k, n, (gender, department)).llf
    for limit in (profile.lower, profile.upper):
        model = sm.GLM(np.column_stack([k, n - k]), design, family=sm.families.Binomial(), offset=limit * gender)
        assert 2 * (best - model.fit(tol=1e-12).llf) == pytest.approx(3.841458820694124, rel=1e-6)


def test_other_reference_turns_the_effect_round():
    k, n, gender, department = berkeley()
    one = grouped_logistic(k, n, gender, [department])
    other = grouped_logistic(k, n, gender, [department], reference=WOMEN)
    assert other.effects[MEN].profile.value == pytest.approx(-one.effects[WOMEN].profile.value, rel=1e-7)
    assert other.effects[MEN].profile.lower == pytest.approx(-one.effects[WOMEN].profile.upper, rel=1e-6)
    assert other.effects[WOMEN].profile.value == 0.0


@pytest.mark.parametrize(
    ("k", "sign"), [([5, 10], 1), ([5, 0], -1), ([0, 10], 1)], ids=["always", "never", "never-against-always"]
)
def test_separated_group_has_an_infinite_effect_with_one_finite_limit(k, sign):
    effect = grouped_logistic(k, [10, 10], [0, 1]).effects[1]
    assert effect.profile.value == sign * np.inf
    finite, open_end = sorted((effect.profile.lower, effect.profile.upper), key=lambda x: np.isinf(x))
    assert open_end == sign * np.inf
    assert 0 < sign * finite < 10
    assert effect.test.p_value < 0.01


def test_stratum_without_failures_leaves_the_effect_of_the_others():
    k, n = np.array([40, 25, 9, 14]), np.array([100, 100, 9, 14])
    with_it = grouped_logistic(k, n, [0, 1, 0, 1], [[0, 0, 1, 1]])
    without = grouped_logistic(k[:2], n[:2], [0, 1])
    assert with_it.effects[1].wald.value == pytest.approx(without.effects[1].wald.value, rel=1e-6)
    assert with_it.effects[1].standard_error == pytest.approx(without.effects[1].standard_error, rel=1e-4)
    assert with_it.effects[1].test.statistic == pytest.approx(without.effects[1].test.statistic, rel=1e-6)


@pytest.mark.parametrize(
    ("k", "n", "group", "strata"),
    [
        pytest.param([3, 4], [7, 9], [0, 1], [0, 1], id="no-shared-stratum"),
        pytest.param([7, 9], [7, 9], [0, 1], [0, 0], id="all-succeed"),
        pytest.param([0, 0], [7, 9], [0, 1], [0, 0], id="none-succeeds"),
        pytest.param([3, 0], [7, 0], [0, 1], [0, 0], id="group-empty"),
        pytest.param([0, 0], [0, 0], [0, 1], [0, 0], id="nobody"),
    ],
)
def test_effect_that_the_data_does_not_determine_is_said_to_be_so(k, n, group, strata):
    effect = grouped_logistic(k, n, group, [strata]).effects[1]
    assert np.isnan(effect.profile.value)
    assert (effect.profile.lower, effect.profile.upper, effect.test.p_value) == (-np.inf, np.inf, pytest.approx(1.0))


def test_reference_must_be_one_of_the_groups():
    with pytest.raises(ValueError, match="reference"):
        grouped_logistic([1, 2], [3, 3], [0, 1], reference=2)
