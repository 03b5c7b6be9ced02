"""Patterns written by people: what is refused and why, and that what is left runs in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.engine.privacy import BadPattern, detect
from audits.engine.privacy.own_patterns import OwnPattern, compile_own, engine_pattern, matches_alone, shape_of


@pytest.mark.parametrize(
    ("source", "read"),
    [
        (r"BW-\d{7}", r"BW\-[0-9]{7}"),
        (r"(?i)bw[- ]?\d{6,8}", r"(?i)bw[- ]?[0-9]{6,8}"),
        (r"(BW|XY)-\d{4}", r"(?:BW|XY)\-[0-9]{4}"),
        (r"[\d-]{9}", r"[0-9-]{9}"),
        (r"KD\.\w{5}", r"KD\.[0-9A-Za-z_]{5}"),
        ("ü{3}№", "ü{3}№"),
    ],
)
def test_what_people_write_is_read_alike_everywhere(source, read):
    assert engine_pattern(source) == read


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("", "Write a pattern"),
        ("a" * 201, "more than 200"),
        ("a\nb", "printed"),
        (r"BW-\d+", "repeats without end"),
        (r"BW-\d*", "repeats without end"),
        (r"BW-\d{3,}", "repeats without end"),
        (r"(?=BW)\d{7}", "look-around"),
        (r"(?P<n>BW)\d{7}", "look-around"),
        (r"(BW)\1", "refers back"),
        (r"^BW", "edges"),
        (r"\bBW\d{3}\b", "edges"),
        (r"\p{L}{9}", "not known"),
        (r"((a{1,8}){1,8}){1,8}", "more than 64"),
        (r"a{2}{3}", "repeated itself"),
        (r"a{3,2}", "larger number"),
        (r"a{0}", "larger number"),
        (r"a{x}", "written .7. or"),
        (r"{3}", "nothing before"),
        (r"[0-9", "without its ]"),
        (r"[[:alpha:]]", "bracket"),
        (r"(BW", "opening bracket"),
        (r"BW)", "closing bracket"),
        ("BW\\", "backslash"),
        (r"[z-a]{4}", "does not accept"),
        (r"(BW)?", "empty text"),
        (r"|", "nothing at all"),
        (r"\w{1,3}", "everyday"),
        (r".{8}", "everyday"),
    ],
)
def test_what_is_refused_says_why(source, reason):
    with pytest.raises(BadPattern, match=reason):
        engine_pattern(source)


OWN = compile_own(
    [
        OwnPattern("CUSTOMER_NUMBER", r"BW-\d{7}", 0.8, {}, 1),
        OwnPattern("TICKET", r"\d{10}", 0.8, {"en": ("ticket",), "de": ("vorgang",)}, 1),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("it is BW-1234567.", [(6, 16, "CUSTOMER_NUMBER")]),
        ("BW-12345678", []),
        ("xBW-1234567", []),
        ("账号BW-1234567", [(2, 12, "CUSTOMER_NUMBER")]),
        ("ＢＷ-1234567", [(0, 10, "CUSTOMER_NUMBER")]),
        ("ticket 4155550132", [(7, 17, "TICKET")]),
        ("Vorgang: 4155550132", [(9, 19, "TICKET")]),
        ("ring 4155550132", [(5, 15, "PHONE_NUMBER")]),
        ("card 4111111111111111", [(5, 21, "CREDIT_CARD")]),
    ],
)
def test_own_patterns_join_the_pass(text, found):
    assert [span[:3] for span in detect(text, own=OWN.detectors)] == found


def test_the_set_s_version_changes_with_any_declaration_and_not_with_the_order():
    one, two = OwnPattern("A_NUMBER", r"A-\d{5}", 0.8, {}, 1), OwnPattern("B_NUMBER", r"B-\d{5}", 0.8, {}, 1)
    assert compile_own([one, two]) is compile_own([two, one])
    versions = {
        compile_own([OwnPattern("A_NUMBER", *rest)]).version
        for rest in [
            (r"A-\d{5}", 0.8, {}, 1),
            (r"A-\d{5}", 0.8, {}, 2),
            (r"A-\d{5}", 0.7, {}, 1),
            (r"A-\d{6}", 0.8, {}, 1),
        ]
    }
    assert len(versions) == 4
    assert compile_own([]).version == ""


def test_matches_and_shapes_say_nothing_of_the_value():
    assert [span[:2] for span in matches_alone("ticket 4155550132", OWN)] == [(7, 17)]
    assert shape_of("BW-12 34/x№") == "AA-99 99/a?"


@settings(max_examples=200)
@given(st.text(alphabet=r"ab1(){}[]|?*+\d,.-^$ ", max_size=24))
def test_a_pattern_is_refused_or_finds_in_linear_time(source):
    try:
        engine_pattern(source)
    except BadPattern:
        return
    own = compile_own([OwnPattern("ANY_TYPE", source, 0.8, {}, 1)])
    begun = time.process_time()
    for text in ("a" * 5000, "ab1-" * 1250, "a1" * 2500):
        detect(text, own=own.detectors)
    assert time.process_time() - begun < 2
