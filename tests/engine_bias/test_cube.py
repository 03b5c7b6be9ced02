"""The joint cube: every slice is the sum of its cells, and no suppressed group can be worked out."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.engine.bias.cube import Cube, distinct
from audits.engine.bias.groups import GroupCount

DIMENSIONS = ("intent", "channel", "attribute:age")
LEVELS = (("bill", "move", None), ("chat", "voice"), ("old", "young", None))


def cube_of(rows: list[tuple[tuple[int, int, int], str, int]]) -> Cube:
    """One cell a row: level codes, value of `outcome.resolved`, count."""
    codes = np.array([place for place, _, _ in rows], dtype=np.intp).reshape(-1, 3).T
    counts = {value: np.array([n * (one == value) for _, one, n in rows]) for value in ("true", "false")}
    return Cube(DIMENSIONS, LEVELS, codes, {"outcome.resolved": counts})


ROWS = st.lists(
    st.tuples(
        st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 2)),
        st.sampled_from(["true", "false"]),
        st.integers(1, 40),
    ),
    max_size=30,
)


@given(rows=ROWS, groups=st.permutations(DIMENSIONS), split=st.integers(1, 3))
def test_a_slice_is_the_sum_of_its_cells(rows, groups, split):
    found = cube_of(rows).group_counts("outcome.resolved", "true", groups=groups[:split], strata=groups[split:])
    expected: Counter = Counter()
    hits: Counter = Counter()
    for place, value, n in rows:
        levels = {name: LEVELS[axis][code] for axis, (name, code) in enumerate(zip(DIMENSIONS, place, strict=True))}
        group = tuple(levels[name] for name in groups[:split])
        stratum = tuple(levels[name] or "unknown" for name in groups[split:]) or None
        expected[group, stratum] += n
        hits[group, stratum] += n * (value == "true")
    assert {(one.levels, one.stratum): (one.favourable, one.n) for one in found} == {
        key: (hits[key], n) for key, n in expected.items()
    }
    assert len(found) == len(expected)


@given(rows=ROWS)
def test_what_is_shown_tells_no_group_under_ten(rows):
    cube, hidden = cube_of(rows).small_hidden("attribute:age", "outcome.resolved")
    shown = {one.group: one.n for one in cube.group_counts("outcome.resolved", "true", groups=["attribute:age"])}
    assert sum(shown.values()) == sum(n for _, _, n in rows)
    assert all(n >= 10 for group, n in shown.items() if group is not None)
    if hidden:
        # Unless everybody there is together makes fewer than ten.
        assert shown[None] >= 10 or len(shown) == 1


def test_a_small_group_without_unknown_ones_takes_the_next_along():
    cube, hidden = cube_of([((0, 0, 0), "true", 4), ((0, 0, 1), "false", 30)]).small_hidden(
        "attribute:age", "outcome.resolved"
    )
    assert hidden == 2
    assert cube.group_counts("outcome.resolved", "true", groups=["attribute:age"]) == [GroupCount(None, 4, 34)]


def test_one_level_and_one_measure_are_picked():
    cube = cube_of([((0, 0, 0), "true", 4), ((1, 0, 1), "false", 30)])
    assert cube.where("intent", "move").n("outcome.resolved").tolist() == [30]
    assert cube.where("intent", "elsewhere").cells == 0
    assert cube.only(["outcome.other"]).cells == 0
    assert cube.values("outcome.other", "true").tolist() == [0, 0]
    with pytest.raises(LookupError, match="no dimension 'shoe_size'"):
        cube.marginal(["shoe_size"])


@given(
    st.lists(st.tuples(*[st.integers(0, 3)] * 4), max_size=40),
    st.sampled_from([4, 1 << 16, 1 << 40]),
)
def test_distinct_columns_are_found_however_many_levels_there_are(columns, size):
    codes = np.array(columns, dtype=np.int64).reshape(-1, 4).T
    found, place = distinct(codes, [size] * 4, cells=len(columns))
    assert found.T.tolist() == [list(column) for column in sorted(set(columns))]
    assert found[:, place].T.tolist() == [list(column) for column in columns]


@given(seed=st.integers(0, 1000), groups=st.permutations(DIMENSIONS), split=st.integers(1, 3))
@settings(max_examples=20)
def test_a_large_cube_answers_as_a_small_one_also_where_cells_repeat(seed, groups, split):
    rng = np.random.default_rng(seed)
    places = [tuple(int(rng.integers(len(one))) for one in LEVELS) for _ in range(3_000)]
    rows = [(place, "true" if rng.random() < 0.7 else "false", int(rng.integers(1, 5))) for place in places]
    large = cube_of(rows)
    summed: Counter = Counter()
    for place, value, n in rows:
        summed[place, value] += n
    small = cube_of([(place, value, n) for (place, value), n in summed.items()])
    assert large.cells > 1_000 > small.cells
    ask = {"groups": groups[:split], "strata": groups[split:]}
    assert large.group_counts("outcome.resolved", "true", **ask) == small.group_counts(
        "outcome.resolved", "true", **ask
    )
    assert large.marginal(groups[:split]).n("outcome.resolved").sum() == sum(n for _, _, n in rows)
