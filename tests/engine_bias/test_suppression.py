"""Small cells are hidden, and nothing that is shown gives them away."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from audits.engine.bias.suppression import suppressed


def test_a_small_cell_takes_a_neighbour_in_its_row_and_column_along():
    table = [[4, 20, 50], [30, 60, 70], [25, 80, 90]]
    assert suppressed(table).tolist() == [[True, True, False], [False, False, False], [True, True, False]]


def test_large_and_empty_cells_are_shown():
    assert not suppressed([[0, 20], [10, 0]]).any()


def test_two_small_cells_that_make_less_than_ten_take_a_third_along():
    assert suppressed([[2, 3, 40, 50]])[0].tolist() == [True, True, True, False]


def test_a_table_by_one_of_two_strata_gives_no_cell_of_both_away():
    rows = [("bill", "chat"), ("bill", "voice"), ("move", "chat"), ("move", "voice")]
    table = [[20, 90], [5, 80], [30, 70], [12, 60]]
    # By intent the first group has 25 that asked about bills: 20 of them shown by chat would tell the 5 by voice.
    assert suppressed(table)[:, 0].tolist() == [False, True, False, True]
    assert suppressed(table, rows=rows).all()


@given(arrays(np.int64, st.tuples(st.just(6), st.integers(1, 4)), elements=st.integers(0, 60)))
def test_no_sum_over_a_shared_level_gives_a_small_cell_away(table):
    rows = [(intent, channel) for intent in ("a", "b", "c") for channel in ("x", "y")]
    hidden = suppressed(table, rows=rows)
    assert not ((table > 0) & (table < 10) & ~hidden).any()
    for axis in (0, 1):
        for level in {levels[axis] for levels in rows}:
            shared = [levels[axis] == level for levels in rows]
            for line, covered in zip(table[shared].T, hidden[shared].T, strict=True):
                if covered.any() and (~covered & (line > 0)).any():
                    assert covered.sum() > 1
                    assert line[covered].sum() >= 10


@given(arrays(np.int64, st.tuples(st.integers(1, 5), st.integers(1, 6)), elements=st.integers(0, 60)))
def test_no_line_gives_a_small_cell_away(table):
    hidden = suppressed(table)
    assert not ((table > 0) & (table < 10) & ~hidden).any()
    for lines, mask in ((table, hidden), (table.T, hidden.T)):
        for line, covered in zip(lines, mask, strict=True):
            if covered.any() and (~covered & (line > 0)).any():
                assert covered.sum() > 1
                assert line[covered].sum() >= 10
