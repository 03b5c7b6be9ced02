"""Mann–Whitney, Brunner–Munzel and the probability of superiority on counts, against scipy on the values themselves."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import stats

from audits.engine.statistics.ranks import mann_whitney, superiority

LOW, HIGH = np.array([0, 3, 4, 2, 2, 1]), np.array([0, 0, 2, 4, 5, 3])


def members(row: np.ndarray) -> np.ndarray:
    return np.repeat(np.arange(row.size), row)


def random_scales(seed: int, tables: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of groups on ten values, from dense ones to ones with nearly everything tied."""
    rng = np.random.default_rng(seed)
    size = rng.integers(2, 120, (2, tables))
    shape = rng.choice([0.05, 0.3, 1.0, 5.0], (2, tables))
    rows = [
        [rng.multinomial(size[side, i], rng.dirichlet(np.full(10, shape[side, i]))) for i in range(tables)]
        for side in range(2)
    ]
    return np.array(rows[0]), np.array(rows[1])


def test_mann_whitney_equals_scipy_on_thousands_of_tables():
    x, y = random_scales(1, 1500)
    found = mann_whitney(x, y)
    for i in range(len(x)):
        if np.count_nonzero(x[i] + y[i]) < 2:
            assert found.p_value[i] == 1  # scipy divides by zero here
            continue
        expected = stats.mannwhitneyu(members(x[i]), members(y[i]), method="asymptotic", use_continuity=True)
        assert found.u[i] == expected.statistic
        assert found.p_value[i] == pytest.approx(expected.pvalue, rel=1e-9)


def test_superiority_equals_brunner_munzel_of_scipy():
    x, y = random_scales(2, 1000)
    found = superiority(x, y)
    compared = 0
    for i in range(len(x)):
        p = found.probability[i]
        assert p == pytest.approx(np.mean(np.sign(members(x[i])[:, None] - members(y[i])[None]) / 2 + 0.5), abs=1e-12)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = stats.brunnermunzel(members(x[i]), members(y[i])).pvalue
        if 0 < p < 1 and expected > 0:
            compared += 1
            assert found.p_value[i] == pytest.approx(expected, rel=1e-7)
        assert 0 <= found.lower[i] <= p <= found.upper[i] <= 1
    assert compared > 700


def test_the_first_group_is_the_one_that_is_above():
    found = superiority(HIGH, LOW)
    assert found.probability == pytest.approx(1 - float(superiority(LOW, HIGH).probability))
    assert found.probability > 0.5
    assert found.lower == pytest.approx(1 - float(superiority(LOW, HIGH).upper))


def test_groups_that_do_not_overlap_have_newcombes_interval():
    """By hand: with θ̂ = 1 and m = n = 10 the lower bound solves (1−θ)·100 = z²·θ·(1 + 9·((1−θ)/(2−θ) + θ/(1+θ)))."""
    found = superiority([0, 10], [10, 0])
    theta, z2 = float(found.lower), stats.norm.ppf(0.975) ** 2
    assert (found.probability, found.upper) == (1, pytest.approx(1, abs=1e-12))
    right = z2 * theta * (1 + 9 * ((1 - theta) / (2 - theta) + theta / (1 + theta)))
    assert (1 - theta) * 100 == pytest.approx(right)
    assert 0.7 < theta < 0.95


def test_nothing_to_compare_is_no_difference_and_no_knowledge():
    nobody, all_alike = superiority([0, 0], [3, 4]), superiority([0, 30], [0, 40])
    assert (float(nobody.lower), float(nobody.upper), float(nobody.p_value)) == (0, 1, 1)
    assert np.isnan(nobody.probability)
    assert float(mann_whitney([0, 0], [3, 4]).p_value) == 1
    assert float(all_alike.probability) == 0.5
    assert float(all_alike.lower) < 0.5 < float(all_alike.upper)
    assert float(all_alike.p_value) == float(mann_whitney([0, 30], [0, 40]).p_value) == 1


@pytest.mark.parametrize("bad", [3, [-1, 2]])
def test_counts_that_are_none_are_refused(bad):
    with pytest.raises(ValueError, match="ordered scale"):
        mann_whitney(bad, [1, 2])


def test_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(5)
    shares_x, shares_y = np.array([0.1, 0.1, 0.2, 0.3, 0.3]), np.array([0.2, 0.2, 0.2, 0.2, 0.2])
    truth = float((shares_x * (np.cumsum(shares_y) - shares_y / 2)).sum())
    found = superiority(rng.multinomial(60, shares_x, 4000), rng.multinomial(40, shares_y, 4000))
    covered = np.mean((found.lower <= truth) & (truth <= found.upper))
    assert 0.94 <= covered <= 0.965


def test_equal_groups_are_called_different_in_no_more_than_alpha():
    rng = np.random.default_rng(6)
    shares = np.array([0.15, 0.05, 0.1, 0.3, 0.4])
    found = mann_whitney(rng.multinomial(50, shares, 8000), rng.multinomial(200, shares, 8000))
    assert np.mean(found.p_value <= 0.05) <= 0.055
