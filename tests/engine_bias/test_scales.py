from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.bias.scales import BELOW, SCORES, SECONDS, TURNS, middle

MOST = 41  # what the cube keeps of one measure is 50


@pytest.mark.parametrize("scale", [SCORES, TURNS, SECONDS])
def test_scales_are_bounded_and_rise(scale):
    assert len(scale.labels) <= MOST
    assert list(scale.edges) == sorted(set(scale.edges))
    assert len(set(scale.labels)) == len(scale.labels)


@given(st.floats(-10, 1e9), st.floats(-10, 1e9))
def test_a_higher_number_is_never_in_a_lower_bin(one, other):
    low, high = sorted((one, other))
    assert SCORES.labels.index(SCORES.label(low)) <= SCORES.labels.index(SCORES.label(high))


def test_whole_scores_keep_a_bin_of_their_own():
    assert [SCORES.label(number) for number in range(11)] == [str(number) for number in range(11)]


@pytest.mark.parametrize(
    ("scale", "number", "label", "words"),
    [
        (SCORES, -1, BELOW, "under 0"),
        (SCORES, 4, "4", "4"),
        (SCORES, 25_000, "10000", "10000 and more"),
        (TURNS, 7, "7", "7 turns"),
        (SECONDS, 25, "20", "20 to 30 s"),
    ],
)
def test_bins_are_called_by_their_lower_edge(scale, number, label, words):
    assert (scale.label(number), scale.words(scale.label(number))) == (label, words)


def test_counts_come_in_the_order_of_the_scale():
    counts = TURNS.counts({"3": 2, "0": 1, "200": 4})
    assert [(label, n) for label, n in zip(TURNS.labels, counts, strict=True) if n] == [("0", 1), ("3", 2), ("200", 4)]
    with pytest.raises(ValueError, match="no bin 'many'"):
        TURNS.counts({"many": 1})


@pytest.mark.parametrize(("counts", "place"), [([0, 3, 1], 1), ([1, 1, 0], 0), ([1, 2, 0], 1), ([0, 0], None)])
def test_middle_is_the_lower_median(counts, place):
    assert middle(counts) == place
