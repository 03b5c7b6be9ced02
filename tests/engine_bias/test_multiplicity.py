from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from audits.engine.statistics.multiplicity import benjamini_hochberg, holm

# Benjamini & Hochberg (1995), section 4.1.
MYOCARDIAL_INFARCTION = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459),
    *(0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
]


def test_bh_1995_example_gives_the_published_rejections():
    p_values = np.array(MYOCARDIAL_INFARCTION)
    assert int((p_values * 15 <= 0.05).sum()) == 3
    assert int((holm(p_values) <= 0.05).sum()) == 3
    assert int((benjamini_hochberg(p_values) <= 0.05).sum()) == 4


def test_bh_1995_example_gives_the_published_adjusted_values():
    assert np.round(holm(MYOCARDIAL_INFARCTION), 4).tolist() == [
        *(0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213),
        *(1, 1, 1, 1, 1, 1),
    ]
    assert np.round(benjamini_hochberg(MYOCARDIAL_INFARCTION), 4).tolist() == [
        *(0.0015, 0.003, 0.0095, 0.0356, 0.0603, 0.0639, 0.0639, 0.0645, 0.0765),
        *(0.486, 0.5812, 0.7149, 0.7532, 0.8132, 1),
    ]


@pytest.mark.parametrize(("own", "method"), [(holm, "holm"), (benjamini_hochberg, "fdr_bh")])
def test_adjusted_values_agree_with_statsmodels_in_any_order(own, method):
    random = np.random.default_rng(3)
    for size in (1, 2, 7, 200):
        p_values = np.round(random.random(size) ** 3, 3)
        np.testing.assert_allclose(own(p_values), multipletests(p_values, method=method)[1], rtol=1e-12)


def test_holm_of_a_larger_family_is_holm_with_the_rest_at_one():
    full = holm([0.001, 0.02, 1.0, 1.0, 1.0])
    assert holm([0.001, 0.02], family_size=5).tolist() == full[:2].tolist() == [0.005, 0.08]


def test_no_p_values_give_no_adjusted_values():
    assert holm([]).tolist() == benjamini_hochberg([]).tolist() == []


@pytest.mark.parametrize("p_values", [[1.1], [-0.1], [float("nan")], [[0.1, 0.2]]])
def test_what_is_no_row_of_p_values_is_refused(p_values):
    with pytest.raises(ValueError, match="p-values"):
        holm(p_values)


def test_family_smaller_than_its_p_values_is_refused():
    with pytest.raises(ValueError, match="family"):
        holm([0.1, 0.2], family_size=1)
