"""The A/A floor: what random halves of the same group differ by."""

from __future__ import annotations

import numpy as np
import pytest

from audits.engine.bias.noise_floor import DayCount, half_split_error, noise_floor


def days(rates: np.ndarray, *, n: int, seed: int) -> list[DayCount]:
    drawn = np.random.default_rng(seed).binomial(n, rates)
    return [DayCount(int(k), n) for k in drawn]


def test_independent_conversations_have_the_binomial_error():
    found = [half_split_error(days(np.full(60, 0.2), n=50, seed=seed), seed=seed) for seed in range(20)]
    assert np.mean(found) == pytest.approx(np.sqrt(0.2 * 0.8 / 3_000), rel=0.15)


def test_days_that_differ_raise_the_floor():
    rates = np.where(np.arange(60) % 2, 0.05, 0.35)
    assert half_split_error(days(rates, n=50, seed=1), seed=1) > 1.8 * np.sqrt(0.2 * 0.8 / 3_000)


def test_two_alike_groups_seldom_differ_by_more_than_the_floor():
    beyond = 0
    for seed in range(200):
        rates = np.random.default_rng(seed).beta(8, 32, size=60)
        ours, theirs = days(rates, n=20, seed=2 * seed), days(rates[::-1], n=20, seed=2 * seed + 1)
        difference = abs(sum(day.k for day in ours) - sum(day.k for day in theirs)) / 1_200
        beyond += difference > noise_floor(ours, theirs, seed=seed)
    assert beyond / 200 <= 0.08


@pytest.mark.parametrize("counts", [[], [DayCount(0, 0)], [DayCount(0, 10)] * 20, [DayCount(3, 10)]])
def test_little_data_gives_a_finite_floor(counts):
    assert 0 <= noise_floor(counts, counts, seed=1) < 1
