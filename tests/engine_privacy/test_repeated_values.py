"""A personal value that is said again is found, and not in words and numbers that hold its letters by chance."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.conversation.repeated_values import places_of


@pytest.mark.parametrize(
    ("value", "text", "found"),
    [
        ("Mark", "Mark and Market, Marketing, Marked", [0]),
        ("rose", "rose, a primrose, prose", [0]),
        ("MARK", "MARKET MARK", [7]),
        ("pass", "pass is my password", [0]),
        ("2024", "2024-05-01, no 120245", [0]),
        ("Elm 12 Road", "Elm 12 Roads", [0]),
        # A longer word or number that is none of everyday is about the same.
        ("james", "jameshardengmailcom, sjames1 sirjames", [0, 22, 32]),
        ("Mark", "Marks, Marka, Markowi, Mark's and MARK", [0, 7, 14, 23]),
        ("Rose", "Roses, Rosemary", [0, 7]),
        ("Mark", "JMark85 myMark MarkSmith x_Mark_y", [1, 10, 15, 27]),
        ("4182", "xxxx4182, ****4182, 4111111111114182, 4182kg, 41820", [4, 14, 32, 38, 46]),
        ("hunter", "hunter2", [0]),
        ("restaur", "restaurant", []),
        ("restaura", "restaurant", [0]),
        ("Иван", "Ивана, Иванов", [0, 7]),
        # Particles are written against words, or there are no spaces.
        ("欧阳修远", "请欧阳修远先生", [1]),
        ("김철수님", "안김철수님은", [1]),
        ("محمود", "ومحمودي", [1]),
        # As before, nothing shorter.
        ("Jan", "Jan", []),
        ("aaaa", "aaaaaaaa aaaa", [0, 4, 9]),
    ],
)
def test_where_a_value_is_said_again(value, text, found):
    assert list(places_of(value, text)) == found


ALPHABET = "abM19 .-@_é李ش"


@given(st.text(ALPHABET, min_size=4, max_size=6), st.text(ALPHABET, max_size=12), st.text(ALPHABET, max_size=12))
def test_a_value_that_stands_by_itself_is_always_found(value, before, behind):
    text = f"{before} {value} {behind}"
    covered = {at for start in places_of(value, text) for at in range(start, start + len(value))}
    assert covered.issuperset(range(len(before) + 1, len(before) + 1 + len(value)))


@given(st.text(ALPHABET, min_size=1, max_size=9), st.text(ALPHABET, max_size=30))
def test_only_the_value_itself_is_found_and_no_place_twice(value, text):
    found = list(places_of(value, text))
    assert all(text.startswith(value, start) for start in found)
    assert all(next_ - start >= len(value) for start, next_ in pairwise(found))
