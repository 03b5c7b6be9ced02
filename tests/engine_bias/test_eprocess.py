"""The e-process and the CUSUM: against scipy and by hand; then simulated years of daily looks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom, nchypergeom_fisher, norm

from audits.engine.statistics.cusum import change_since, page, threshold_for
from audits.engine.statistics.eprocess import (
    LOG_ODDS_RATIOS,
    evidence_after,
    evidence_process,
    log_likelihood_ratios,
)

DAYS, RUNS = 90, 200
ALARM = math.log(20)


@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_likelihood_ratio_is_that_of_fishers_noncentral_hypergeometric(n1, n2, data):
    k1, k2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    given_margins = (n1 + n2, n1, k1 + k2)
    null = hypergeom(n1 + n2, n1, k1 + k2).logpmf(k1)
    expected = [nchypergeom_fisher(*given_margins, math.exp(beta)).logpmf(k1) - null for beta in LOG_ODDS_RATIOS]
    np.testing.assert_allclose(log_likelihood_ratios(k1, n1, k2, n2), expected, rtol=1e-7, atol=1e-9)


@given(st.integers(0, 15), st.integers(0, 15), st.floats(0.01, 0.99))
def test_expected_evidence_of_a_day_without_a_gap_is_one(n1, n2, rate):
    k1, k2 = np.meshgrid(np.arange(n1 + 1), np.arange(n2 + 1), indexing="ij")
    chance = hypergeom_free(k1, n1, rate) * hypergeom_free(k2, n2, rate)
    evidence = np.exp(evidence_process(*(x[..., None, None] for x in (k1, n1 + 0 * k1, k2, n2 + 0 * k2)))[..., 0])
    assert float((chance * evidence).sum()) == pytest.approx(1, abs=1e-9)


def hypergeom_free(k, n, rate):
    """Binomial probabilities."""
    return np.vectorize(math.comb, otypes=[float])(n, k) * rate**k * (1 - rate) ** (n - k)


def test_days_without_the_group_or_without_the_reference_say_nothing():
    evidence = evidence_process([[[0], [3]]], [[[0], [5]]], [[[4], [0]]], [[[5], [0]]])
    np.testing.assert_allclose(evidence, 0.0, atol=1e-12)


def test_carrying_on_day_by_day_gives_what_all_days_at_once_do():
    random = np.random.default_rng(5)
    daily = random.normal(-0.1, 0.4, (3, 30, LOG_ODDS_RATIOS.size))
    at_once, state = evidence_after(daily)
    first, half = evidence_after(daily[:, :13])
    second, whole = evidence_after(daily[:, 13:], state=half)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), at_once)
    np.testing.assert_allclose(whole, state)


def test_large_tables_keep_their_accuracy():
    ratios = log_likelihood_ratios(70_000, 100_000, 320_000, 400_000)
    assert np.all(np.isfinite(ratios))
    reversed_roles = log_likelihood_ratios(320_000, 400_000, 70_000, 100_000)
    np.testing.assert_allclose(ratios, reversed_roles[::-1], rtol=1e-6)


def test_counts_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="between 0 and the number of trials"):
        log_likelihood_ratios(6, 5, 1, 2)


def years(random, *, sizes, reference, base, mix=None, gap=0.0, since=0, runs=RUNS):
    """Counts (runs, groups, days, strata) of groups with so many conversations a day, and of the reference."""
    strata = base.size
    mix = np.full((DAYS, strata), 1 / strata) if mix is None else mix
    n = random.poisson(np.asarray(sizes)[None, :, None, None] * mix, (runs, len(sizes), DAYS, strata))
    n_reference = random.poisson(reference * mix, (runs, 1, DAYS, strata))
    lower = np.where(np.arange(DAYS) >= since, gap, 0.0)[:, None]
    first_only = (np.arange(len(sizes)) == 0)[:, None, None]
    return (
        random.binomial(n, base - lower * first_only),
        n,
        random.binomial(n_reference, base + 0 * lower),
        n_reference,
    )


def drifting(strata):
    """A mix of intents that turns over completely within the 90 days."""
    early, late = np.geomspace(8, 1, strata), np.geomspace(1, 8, strata)
    share = np.linspace(0, 1, DAYS)[:, None]
    return (1 - share) * early / early.sum() + share * late / late.sum()


def z_score(k1, n1, k2, n2):
    """The pooled two-sample statistic; 0 where it is not defined."""
    pooled = (k1 + k2) / np.maximum(n1 + n2, 1)
    variance = pooled * (1 - pooled) * (1 / np.maximum(n1, 1) + 1 / np.maximum(n2, 1))
    difference = k1 / np.maximum(n1, 1) - k2 / np.maximum(n2, 1)
    return np.divide(difference, np.sqrt(variance), out=np.zeros(k1.shape), where=variance > 0)


NULLS = {
    "one-group": {"sizes": [50], "reference": 200, "base": np.array([0.8])},
    "small-group-many-strata": {"sizes": [4], "reference": 30, "base": np.linspace(0.6, 0.95, 8)},
    "rare-failures": {"sizes": [20], "reference": 60, "base": np.array([0.97, 0.99])},
    "six-groups": {"sizes": [40, 30, 20, 10, 5, 3], "reference": 80, "base": np.linspace(0.7, 0.9, 4)},
    "drifting-mix": {"sizes": [30], "reference": 150, "base": np.linspace(0.5, 0.95, 6), "mix": drifting(6)},
}


@pytest.mark.parametrize("null", NULLS.values(), ids=NULLS)
def test_ninety_daily_looks_without_a_gap_raise_an_alarm_in_at_most_one_run_in_twenty(null):
    k1, n1, k2, n2 = years(np.random.default_rng(7), **null)
    share = math.log(len(null["sizes"]))
    looks = evidence_process(k1, n1, *np.broadcast_arrays(k2 + 0 * k1, n2 + 0 * n1)) - share
    assert (looks >= ALARM).any(axis=(1, 2)).mean() <= 0.05


def test_naive_daily_tests_cry_wolf_where_the_e_process_does_not():
    k1, n1, k2, n2 = (x[:, 0, :, 0] for x in years(np.random.default_rng(8), **NULLS["one-group"]))
    bar = norm.ppf(0.975)
    each_day = np.abs(z_score(k1, n1, k2, n2)) >= bar
    cumulative = np.abs(z_score(*(x.cumsum(axis=-1) for x in (k1, n1, k2, n2)))) >= bar
    evidence = evidence_process(*(x[..., None] for x in (k1, n1, k2, n2))) >= ALARM
    rates = [float(looks.any(axis=1).mean()) for looks in (each_day, cumulative, evidence)]
    assert rates[0] >= 0.95
    assert 0.25 <= rates[1] <= 0.50
    assert rates[2] <= 0.05


def test_unstratified_evidence_takes_a_drifting_mix_that_differs_by_group_for_a_gap():
    random = np.random.default_rng(9)
    base = np.array([0.5, 0.95])
    towards_hard, towards_easy = np.array([0.7, 0.3]), np.array([0.3, 0.7])
    n1 = random.poisson(60 * towards_hard, (RUNS, DAYS, 2))
    n2 = random.poisson(60 * towards_easy, (RUNS, DAYS, 2))
    tables = random.binomial(n1, base), n1, random.binomial(n2, base), n2
    pooled = evidence_process(*(x.sum(axis=-1, keepdims=True) for x in tables))
    assert (pooled >= ALARM).any(axis=1).mean() == 1.0
    assert (evidence_process(*tables) >= ALARM).any(axis=1).mean() <= 0.05


@pytest.mark.parametrize(
    ("sizes", "reference", "gap", "since", "median_days"),
    [
        pytest.param([50], 200, 0.08, 0, 8, id="8-points-of-250-a-day"),
        pytest.param([50], 200, 0.08, 60, 15, id="after-60-days-without-a-gap"),
        pytest.param([50, 40, 30], 200, 0.08, 0, 10, id="among-three-groups"),
        pytest.param([10], 40, 0.20, 0, 9, id="20-points-of-50-a-day"),
    ],
)
def test_planted_gap_is_found_within_days(sizes, reference, gap, since, median_days, record_property):
    random, base = np.random.default_rng(10), np.linspace(0.7, 0.9, 6)
    planted = years(random, sizes=sizes, reference=reference, base=base, gap=gap, since=since, runs=200)
    k1, n1, k2, n2 = (x[:, 0] for x in planted)
    alarms = evidence_process(k1, n1, k2, n2) - math.log(len(sizes)) >= ALARM
    assert alarms.any(axis=1).mean() >= 0.95
    delay = np.median(alarms.argmax(axis=1) + 1 - since)
    record_property("median_delay_days", float(delay))
    assert delay <= median_days


def test_page_begins_again_where_the_sum_falls_below_zero():
    np.testing.assert_allclose(page([1.0, -3.0, 2.0, 1.0, -1.0]), [1, 0, 2, 3, 2])


def test_change_with_a_release_is_told_with_its_beginning():
    random = np.random.default_rng(11)
    n1, n2 = np.full((60, 3), 10), np.full((60, 3), 40)
    rate = np.where(np.arange(60) >= 20, 0.6, 0.8)[:, None]
    change = change_since(random.binomial(n1, rate), n1, random.binomial(n2, 0.8), n2)
    assert change.worse
    assert change.began == pytest.approx(20, abs=4)
    assert change.signalled == pytest.approx(25, abs=5)


def test_gap_that_was_there_before_the_release_is_no_change():
    random = np.random.default_rng(12)
    n1, n2 = np.full((40, 60, 2), 10), np.full((40, 60, 2), 40)
    k1, k2 = random.binomial(n1, 0.6), random.binomial(n2, 0.8)
    before = math.log(0.6 / 0.4) - math.log(0.8 / 0.2)
    told = [change_since(k1[i], n1[i], k2[i], n2[i], log_odds_before=before).signalled for i in range(40)]
    assert sum(day is not None for day in told) <= 4


def test_false_signals_are_further_apart_than_the_run_length_says():
    """180 days from each of many releases at a run length of 60, counted by days a signal."""
    random = np.random.default_rng(13)
    n1, n2 = random.poisson(6, (RUNS, 180, 3)), random.poisson(25, (RUNS, 180, 3))
    ratios = log_likelihood_ratios(
        random.binomial(n1, 0.8), n1, random.binomial(n2, 0.8), n2, log_odds_ratios=[-0.5, 0.5]
    ).sum(axis=-2)
    sums = np.maximum(page(ratios[..., 0]), page(ratios[..., 1]))
    over = sums >= threshold_for(60)
    run_length = np.where(over.any(axis=1), over.argmax(axis=1) + 1, 180)
    assert run_length.sum() / over.any(axis=1).sum() >= 60
