from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.bias.rate_cube import CellCounts, cell_rates, fold
from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.intervals import newcombe_difference, wilson
from audits.engine.statistics.multiplicity import holm


@st.composite
def columns(draw):
    sizes = draw(st.lists(st.integers(1, 40), min_size=1, max_size=3))
    rows, outcomes = draw(st.integers(0, 60)), draw(st.integers(0, 18))
    random = np.random.default_rng(draw(st.integers(0, 999)))
    codes = [random.integers(0, size, rows).astype(draw(st.sampled_from(["i1", "i2", "u2", "i8"]))) for size in sizes]
    kinds = draw(st.lists(st.sampled_from(["?", "i1", "i8"]), min_size=outcomes, max_size=outcomes))
    return codes, sizes, [random.integers(0, 2, rows).astype(kind) for kind in kinds]


@given(columns())
def test_folded_rows_are_those_that_pandas_counts(given_columns):
    codes, sizes, outcomes = given_columns
    counts = fold(codes, sizes, outcomes)
    frame = pd.DataFrame({"cell": np.ravel_multi_index([code.astype(int) for code in codes], sizes)})
    cells = pd.RangeIndex(int(np.prod(sizes)))
    assert counts.n.tolist() == frame.groupby("cell").size().reindex(cells, fill_value=0).tolist()
    for favourable, column in zip(counts.favourable, outcomes, strict=True):
        expected = frame.assign(k=column.astype(int)).groupby("cell")["k"].sum().reindex(cells, fill_value=0)
        assert favourable.tolist() == expected.tolist()


def test_rows_are_counted_across_blocks():
    random = np.random.default_rng(91)
    code, outcome = random.integers(0, 3, 200_000).astype(np.int8), random.integers(0, 2, 200_000).astype(np.int8)
    counts = fold([code], [3], [outcome])
    assert counts.n.tolist() == np.bincount(code).tolist()
    assert counts.favourable[0].tolist() == np.bincount(code, weights=outcome).astype(int).tolist()


@pytest.mark.parametrize(
    ("codes", "outcomes", "words"),
    [
        pytest.param([0, 3], [0, 1], "0 to 2", id="code-too-large"),
        pytest.param([0, -1], [0, 1], "0 to 2", id="code-negative"),
        pytest.param([0, 1], [0, 2], "0 to 1", id="outcome-not-binary"),
        pytest.param([0, 1], [0, -1], "0 to 1", id="outcome-unknown"),
        pytest.param([0, 1], [0], "same number of rows", id="lengths"),
    ],
)
def test_columns_that_cannot_be_counted_are_refused(codes, outcomes, words):
    with pytest.raises(ValueError, match=words):
        fold([np.array(codes, dtype=np.int8)], [3], [np.array(outcomes, dtype=np.int8)])


def test_rates_have_the_intervals_tests_and_corrections_of_the_statistics():
    counts = CellCounts(np.array([[80, 60, 0, 9], [50, 75, 0, 1]]), np.array([100, 100, 0, 10]))
    found = cell_rates(counts)
    assert found.reference.tolist() == [0, 1]
    k, n = counts.favourable, np.broadcast_to(counts.n, (2, 4))
    k0, n0 = np.array([[80], [75]]), np.array([[100], [100]])
    np.testing.assert_array_equal(found.rates[:, [0, 1, 3]], k[:, [0, 1, 3]] / n[:, [0, 1, 3]])
    assert np.isnan(found.rates[:, 2]).all()
    np.testing.assert_array_equal(found.rate_intervals, wilson(k, n))
    np.testing.assert_array_equal(found.difference_intervals, newcombe_difference(k, n, k0, n0))
    np.testing.assert_array_equal(found.p_values, fisher_exact(k, n, k0, n0))
    # Three cells have rows: three pairs for each of two outcomes, but never fewer than the p-values given.
    np.testing.assert_array_equal(found.p_holm.ravel(), holm(found.p_values.ravel(), family_size=8))
    assert (found.p_bh <= found.p_holm + 1e-15).all()


def test_cells_too_small_for_a_reference_serve_where_there_is_no_other():
    found = cell_rates(CellCounts(np.array([[3, 9]]), np.array([4, 20])))
    assert found.reference.tolist() == [0]
