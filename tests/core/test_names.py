from __future__ import annotations

import pytest

from portal.core.names import name_title, name_words


@pytest.mark.parametrize(
    ("name", "words", "title"),
    [
        ("csat", "CSAT", "CSAT"),
        ("first_answer", "first answer", "First answer"),
        ("nps_after_chat", "NPS after chat", "NPS after chat"),
        ("was_eBill", "was eBill", "Was eBill"),
        ("", "", ""),
    ],
)
def test_names_are_told_in_words(name, words, title):
    assert (name_words(name), name_title(name)) == (words, title)
