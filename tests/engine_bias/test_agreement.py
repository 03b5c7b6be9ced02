"""Cohen's kappa: published figures, statsmodels on random tables, and an interval that holds what it says."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa as oracle

from audits.engine.statistics.agreement import cohens_kappa


def test_published_figures():
    """Bonett's `ci.kappa(.05, 31, 12, 4, 58)`: .6756757, .5317210 to .8196303; Wilson's lower end lies further out."""
    kappa = cohens_kappa(58, 4, 12, 31)
    assert kappa.value == pytest.approx(0.6756757, abs=1e-7)
    assert kappa.interval == pytest.approx((0.5035067, 0.8196303), abs=1e-7)
    assert (kappa.agreement, kappa.first_rate, kappa.second_rate) == (89 / 105, 62 / 105, 70 / 105)


def test_kappa_agrees_with_statsmodels_and_is_never_surer():
    generator = np.random.default_rng(1)
    for both, first, second, neither in generator.integers(0, 60, size=(150, 4)).tolist():
        kappa = cohens_kappa(both, first, second, neither)
        theirs = oracle(np.array([[both, first], [second, neither]]))
        assert kappa.value == pytest.approx(theirs.kappa, abs=1e-9)
        low, high = kappa.interval
        # The large-sample interval may leave [-1, 1].
        assert low <= max(-1, theirs.kappa_low) + 1e-9
        assert high >= min(1, theirs.kappa_upp) - 1e-9 or theirs.kappa_upp < -0.5


def test_perfect_agreement_is_not_certain_and_clusters_widen():
    perfect = cohens_kappa(5, 0, 0, 35)
    assert (perfect.value, perfect.interval[1]) == (1.0, 1.0)
    assert 0.5 < perfect.interval[0] < 0.7
    clustered = cohens_kappa(5, 0, 0, 35, design_effect=3)
    assert clustered.interval[0] < perfect.interval[0]


def test_readings_that_never_vary_have_no_kappa_and_opposite_ones_none_to_speak_of():
    assert cohens_kappa(0, 0, 0, 9).value is None
    assert cohens_kappa(9, 0, 0, 0).interval is None
    assert cohens_kappa(0, 9, 0, 0).value == 0
    assert cohens_kappa(0, 3, 0, 7).value == 0
    for wrong in ((0, 0, 0, 0), (-1, 2, 3, 4)):
        with pytest.raises(ValueError, match="counts"):
            cohens_kappa(*wrong)


@pytest.mark.parametrize(("n", "rate", "wrong"), [(60, 0.1, 0.02), (200, 0.05, 0.01), (400, 0.3, 0.05)])
def test_interval_covers_at_least_as_often_as_it_says(n, rate, wrong):
    """A judge that errs by chance alone: the true kappa lies in 95 % of the intervals or more."""
    shares = [rate * (1 - wrong), rate * wrong, (1 - rate) * wrong, (1 - rate) * (1 - wrong)]
    yes = shares[0] + shares[2]
    chance = rate * yes + (1 - rate) * (1 - yes)
    true = (1 - wrong - chance) / (1 - chance)
    drawn = [cohens_kappa(*table).interval for table in np.random.default_rng(2).multinomial(n, shares, 600).tolist()]
    known = [interval for interval in drawn if interval is not None]
    assert np.mean([low <= true <= high for low, high in known]) >= 0.95
