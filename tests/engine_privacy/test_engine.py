"""The engine as a whole: its answer to overlaps, its version, and what it does when it cannot read."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.privacy import (
    ENGINE_VERSION,
    TYPES,
    BadPattern,
    Candidate,
    DetectionError,
    Detector,
    DetectorSet,
    Hit,
    Span,
    compile_detectors,
    detect,
    detect_many,
    explain,
)
from audits.engine.privacy import detection as engine
from audits.engine.privacy.matching import Pattern, PatternSet, encoded, for_ascii, in_order
from audits.engine.privacy.resolution import Ranked, resolve


def test_types_limit_the_answer_not_the_judgement() -> None:
    text = "4111 1111 1111 1111 and a@b.co"

    assert [span.type for span in detect(text, types={"EMAIL_ADDRESS"})] == ["EMAIL_ADDRESS"]
    assert detect("4111 1111 1111 1111", types={"PHONE_NUMBER"}) == ()


def test_checked_types_outrank_names() -> None:
    card, name = Span(0, 16, "CREDIT_CARD", 1.0), Span(0, 30, "PERSON", 0.75)

    assert resolve([Ranked(30, name), Ranked(80, card)]) == (card,)


@pytest.mark.parametrize("text", ["My ſocial ſecurity is 536-90-4399", "My SOCİAL and social ſecurity is 536-90-4399"])
def test_a_word_in_letters_that_only_folding_knows_announces_too(text: str) -> None:
    assert detect(text) == (Span(len(text) - 11, len(text), "US_SSN", 0.9),)


def test_every_detector_explains_itself() -> None:
    assert [type_ for type_ in TYPES if not explain(Span(0, 1, type_, 1.0))] == []


def test_the_version_is_the_same_in_another_process() -> None:
    program = "from audits.engine.privacy import ENGINE_VERSION; print(ENGINE_VERSION)"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert other.stdout.strip() == ENGINE_VERSION


def test_the_engine_imports_no_django() -> None:
    program = "import sys, audits.engine.conversation, audits.engine.privacy.stream; print('django' in sys.modules)"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert other.stdout.strip() == "False"


#: Expressions in which letters of other scripts could make a difference to a text of ASCII, and their two compilations.
_WRITTEN = {
    source: (Pattern(source), Pattern(for_ascii(source)))
    for source in (
        "(?i)ſ+", "(?i)[ø-ʯ]", "(?i)[ø-ž]", "[ø-ʯ]", "(?i)[^ø-ʯ]", "(?i)[a-jł-€]", "(?i)[₠-⅏]", "(?i:Kelvin)", "K|k",
        "é?b", "[A-ʯ]x", "[^à-ÿ]k", "(?i)straße|gaße", "(?:рахунок|invoice)$", "[一-鿿]{0,2}[0-9]", "[א-ת]", "(?i)İ|i",
        "aéü*b", "aéüö?b", "[éà-ž]|[à-öéø-ʯ]", "(?i)[à-öéø-ʯ]", "(?i)[éü]*ſ",
    )
}  # fmt: skip


@given(st.text("sSkKiIabxz5 \nelvinoc", max_size=20))
def test_a_pattern_made_for_ascii_finds_in_ascii_what_the_pattern_finds(text: str) -> None:
    data = encoded(text)

    found = {source: [each.search(data, 0) for each in both] for source, both in _WRITTEN.items()}

    assert {source: answers for source, answers in found.items() if answers[0] != answers[1]} == {}


_SORTED = {
    source: (Pattern(source), Pattern(in_order(source)))
    for source in (
        "(?:ba|b|ab)", "(?:b|a|)b", "(b|ab)a?", "(?i:B|a.)(?:b|a)", "(?im:^b|a$)", r"(?:b\.|a\)|ab)", r"(?:\(|b)a",
        "(?:a[b|a]|b)", "[(b|a)]b", "(?s:b|a).", "(?:bb|(?:b|a)|a)", "(?:b{2}|a+|ab?)b",
    )
}  # fmt: skip


@given(st.text("abAB.()|\n", max_size=12))
def test_a_pattern_with_its_alternatives_in_order_finds_something_in_the_same_texts(text: str) -> None:
    data = encoded(text)

    found = {source: [each.search(data, 0) is not None for each in both] for source, both in _SORTED.items()}

    assert {source: answers for source, answers in found.items() if answers[0] != answers[1]} == {}


def test_words_that_begin_alike_are_put_together() -> None:
    assert in_order("(?i:is b|my a|is a)x|(?:d|[ba]|c)") == "(?i:is a|is b|my a)x|(?:d|[ba]|c)"


def test_an_exhausted_pattern_set_is_an_error_not_a_clean_text(monkeypatch: pytest.MonkeyPatch) -> None:
    exhausted: PatternSet[tuple[()]] = PatternSet(["a"], lambda occurring: ())
    exhausted._match = lambda data: []
    monkeypatch.setattr(engine._BUILT_IN, "_armed_for_ascii", exhausted.plan_for)

    with pytest.raises(DetectionError):
        detect("abc")


@pytest.mark.parametrize("error", [ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError, RecursionError])
def test_a_failing_detector_is_an_error_not_a_clean_text(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(*arguments: object) -> list[Ranked]:
        raise error("broken")

    monkeypatch.setattr(DetectorSet, "find", fail)

    with pytest.raises(DetectionError):
        detect("a@b.co")


@pytest.mark.parametrize("text", ["+ 788 1245", "the sum of 222 + 788 1245", "tlf 2220++ 788(/1245"])
def test_too_few_digits_behind_a_plus_are_no_failure(text: str) -> None:
    assert detect(text) == ()


def test_a_failing_detector_leaves_no_text_of_many_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> dict[int, list[Ranked]]:
        raise ValueError("broken")

    monkeypatch.setattr(DetectorSet, "find_in", fail)

    with pytest.raises(DetectionError):
        detect_many(["nothing", "a@b.co"])


def test_the_standard_library_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import sys; sys.modules['re2'] = None\n"
        "from audits.engine.privacy import detect, detect_many\n"
        "text = ('Жанна, я Иван: a@b.co, +1 415 555 0132, 4111 1111 1111 1111, '"
        " 'ul. Długa 5, www.x.pl, 10.0.0.1, my name is Ann Lee')\n"
        "print([tuple(s[:3]) for s in detect(text)], detect_many(['', text, 'none']) == [(), detect(text), ()])"
    )
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    with_re2 = subprocess.run(
        [sys.executable, "-c", program.split("\n", 1)[1]], capture_output=True, text=True, check=True
    )

    assert other.stdout == with_re2.stdout
    assert other.stdout.count("(") == 9
    assert other.stdout.endswith("True\n")


def _believes(candidate: Candidate) -> Hit | None:
    return candidate.hit(0.9) if candidate.stands_alone else None


def _own(**facts: object) -> Detector:
    declared = {
        "triggers": ("KD-[0-9]",),
        "pattern": "KD-[0-9]{6}",
        "judge": _believes,
        "explanation": "KD and six digits",
    }
    return Detector(**{"type": "CUSTOMER_NUMBER"} | declared | facts)


def test_own_detectors_run_beside_those_of_the_engine() -> None:
    own = compile_detectors([_own()])

    spans = detect("КD? KD-123456, a@b.de", own=own)

    assert [(span.start, span.end, span.type) for span in spans] == [
        (4, 13, "CUSTOMER_NUMBER"),
        (15, 21, "EMAIL_ADDRESS"),
    ]
    assert explain(spans[0], own=own) == "KD and six digits"


def test_a_set_of_detectors_has_the_version_of_its_declarations() -> None:
    assert compile_detectors([_own()]).version == compile_detectors([_own()]).version
    assert compile_detectors([_own()]).version != compile_detectors([_own(pattern="KD-[0-9]{7}")]).version


@pytest.mark.parametrize(
    "facts", [{"pattern": "(?=a)"}, {"pattern": r"(a)\1"}, {"triggers": ("a(?!b)",)}, {"pattern": "("}]
)
def test_an_expression_that_needs_more_than_linear_time_is_refused(facts: dict[str, object]) -> None:
    with pytest.raises(BadPattern):
        compile_detectors([_own(**facts)])
