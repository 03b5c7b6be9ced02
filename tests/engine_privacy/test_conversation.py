"""What the conversation said before tells what the number in a short answer is."""

from collections.abc import Sequence
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.engine.privacy import TYPES, DetectionError, Span, Spans, detect, detect_conversation, detect_many, explain
from audits.engine.privacy.conversation import Said, detect_turns
from tests.engine_privacy.found import nothing_is_lost
from tests.engine_privacy.made import made_rows
from tests.engine_privacy.made_texts import SAID
from tests.engine_privacy.made_values import MAKERS

Turns = list[tuple[str, str]]
#: A customer's side only, in which the social security number was named.
_NAMED = "my ssn is 4182"


def _found(turns: Turns, language: str | None = None) -> list[list[tuple[str, str, float]]]:
    roles, texts = [role for role, _ in turns], [text for _, text in turns]
    spans = detect_conversation(texts, roles=roles, languages=[language] * len(texts))
    return [
        [(text[span.start : span.end], span.type, span.score) for span in each]
        for text, each in zip(texts, spans, strict=True)
    ]


def _answer(question: str, answer: str, *, asker: str = "assistant") -> list[tuple[str, str, float]]:
    return _found([(asker, question), ("customer", answer)])[1]


def _last_type(*texts: str) -> list[str]:
    return [type_ for _, type_, _ in _found([("customer", text) for text in texts])[-1]]


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("Could you tell me the last four digits of the card?", "8569", [("8569", "CREDIT_CARD", 0.45)]),
        ("Thanks. May I have your card number please", "it's 89644513354", [("89644513354", "CREDIT_CARD", 0.45)]),
        ("And the last four digits of your SSN, please?", "ok 8569", [("8569", "US_SSN", 0.45)]),
        ("What is your account number?", "43262 😀", [("43262", "ACCOUNT_NUMBER", 0.45)]),
        ("¿Cuál es el número de su tarjeta?", "８５６９", [("８５６９", "CREDIT_CARD", 0.45)]),
        ("Wie lautet Ihre Kartennummer?", "4182", [("4182", "CREDIT_CARD", 0.45)]),
        ("Podaj numer karty.", "4182", [("4182", "CREDIT_CARD", 0.45)]),
        ("Назовите номер карты", "4182", [("4182", "CREDIT_CARD", 0.45)]),
        ("Your card number, please?", "3498723766", [("3498723766", "CREDIT_CARD", 0.45)]),
        ("Your phone number, please?", "7689689087", [("7689689087", "PHONE_NUMBER", 0.5)]),
    ],
)
def test_the_question_names_the_number(question: str, answer: str, expected: list[object]) -> None:
    assert _answer(question, answer) == expected


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("Your card number?", "4111 1111 1111 1111", [("4111 1111 1111 1111", "CREDIT_CARD", 1.0)]),
        ("Your card number?", "my phone is 415-555-0132", [("415-555-0132", "PHONE_NUMBER", 0.8)]),
        # What is more than a guess stays a finding, whatever somebody asks.
        ("Your card number?", "7689689087", [("7689689087", "PHONE_NUMBER", 0.5)]),
        ("Your account number?", "4111111111111112", [("4111111111111112", "CREDIT_CARD", 0.5)]),
        ("Your order number?", "my order is 85691", []),
        ("Do you pay by card? What time suits you?", "1830", [("1830", "US_SSN", 0.3)]),
        ("I see your card. How many people will come?", "12", []),
        (
            "Your card number?",
            "I have none with me, but I remember that I paid with it on the 12 03 2024",
            [],
        ),
    ],
)
def test_what_says_itself_what_it_is_stays_that(question: str, answer: str, expected: list[object]) -> None:
    assert _answer(question, answer) == expected


def test_what_a_customer_asks_names_no_number_of_theirs() -> None:
    assert _answer("What is my card number?", "43262", asker="customer") == []


def test_a_question_waits_for_its_answer() -> None:
    turns = [("assistant", "The last four of your card?"), ("customer", "one moment"), ("customer", "4182")]

    assert _found(turns)[-1] == [("4182", "CREDIT_CARD", 0.45)]


def test_an_answered_question_names_no_further_number() -> None:
    turns = [("assistant", "The last four of your card?"), ("customer", "4182"), ("customer", "and 5 of us at 1830")]

    assert _found(turns)[-1] == []


@pytest.mark.parametrize(
    ("before", "answer", "types"),
    [
        ([_NAMED], "8569", ["ACCOUNT_NUMBER"]),
        ([_NAMED], "sure 8569", ["ACCOUNT_NUMBER"]),
        (["my ssn is 123-45-4182"], "8569", ["ACCOUNT_NUMBER"]),
        # The same digits again, or what was meant to be the same.
        ([_NAMED], "4182", ["US_SSN"]),
        (["my ssn is 123-45-4182"], "4182", ["US_SSN"]),
        ([_NAMED], "4183", ["US_SSN"]),
        ([_NAMED], "4128", ["US_SSN"]),
        # Taken back, or named.
        ([_NAMED], "sorry, 8569", ["US_SSN"]),
        ([_NAMED], "not 8569", ["US_SSN"]),
        ([_NAMED], "sorry my ssn is 8569", ["US_SSN"]),
        ([_NAMED, "my ssn is 8569"], "8569", ["US_SSN"]),
        ([_NAMED], "my account number is 8569", ["ACCOUNT_NUMBER"]),
        ([_NAMED], "card ending in 8569", ["CREDIT_CARD"]),
        # A guess settles nothing.
        (["4182"], "8569", ["US_SSN"]),
        # What the conversation is about.
        (["I want to check my account", _NAMED], "8569", ["ACCOUNT_NUMBER"]),
        (["my card is lost", _NAMED], "8569", ["CREDIT_CARD"]),
        (["my account says my card is lost", _NAMED], "8569", ["ACCOUNT_NUMBER"]),
        (["my card is 4111 1111 1111 1111", _NAMED], "8569", ["ACCOUNT_NUMBER"]),
        # Not an answer: it says itself what its numbers are.
        ([_NAMED], "I would like to know how many of the 8569 people in this town came to you before me", []),
    ],
)
def test_nobody_has_two_social_security_numbers(before: list[str], answer: str, types: list[str]) -> None:
    assert _last_type(*before, answer) == types


@pytest.mark.parametrize(
    ("before", "answer", "types"),
    [
        ("4182", "89644513354", ["CREDIT_CARD"]),
        ("4182", "3498723766", ["CREDIT_CARD"]),
        ("my account, ssn 4182", "3498723766", ["ACCOUNT_NUMBER"]),
        # In the plan of the United States, in the shape of a telephone number, with an international prefix, named.
        ("4182", "4155550132", ["PHONE_NUMBER"]),
        ("4182", "349-872-3766", ["PHONE_NUMBER"]),
        ("4182", "+48 601 234 567", ["PHONE_NUMBER"]),
        ("4182", "call me on 3498723766", ["PHONE_NUMBER"]),
        ("my PESEL is 44051401359", "601234567", ["PHONE_NUMBER"]),
        # Of another country than the guess before would have it, or written as only telephone numbers are.
        ("1830", "07911123456", ["PHONE_NUMBER"]),
        ("1830", "02079460123", ["PHONE_NUMBER"]),
        ("1830", "0891234567", ["PHONE_NUMBER"]),
        ("my PESEL is 44051401359", "3498723766", ["CREDIT_CARD"]),
        ("my name is Deborah Whitfield", "89644513354", ["PHONE_NUMBER"]),
    ],
)
def test_bare_digits_in_no_numbering_plan_are_no_telephone(before: str, answer: str, types: list[str]) -> None:
    assert _last_type(before, answer) == types


@pytest.mark.parametrize(
    ("turns", "types"),
    [
        ([("customer", "4182"), ("customer", " 908154. ")], ["CREDIT_CARD"]),
        ([("customer", "thank you"), ("customer", "908154")], []),
        ([("customer", "4182"), ("customer", "420")], []),
        ([("customer", "4182"), ("customer", "I owe you 908154")], []),
        ([("assistant", "How much?"), ("customer", "4182"), ("assistant", "And now?"), ("customer", "908154")], []),
    ],
)
def test_a_bare_number_of_an_identified_customer_is_masked_if_nobody_asks(turns: Turns, types: list[str]) -> None:
    assert [type_ for _, type_, _ in _found(turns)[-1]] == types


def test_what_was_asked_for_is_known() -> None:
    turns = [("agent", "Last four of your SSN?"), ("customer", "4182"), ("agent", "Thank you."), ("customer", "8569")]

    assert [each[0][1] for each in _found(turns) if each] == ["US_SSN", "ACCOUNT_NUMBER"]


def test_the_question_counts_more_than_what_is_known() -> None:
    turns = [("customer", _NAMED), ("agent", "That is not it. Your SSN again?"), ("customer", "8569")]

    assert _found(turns)[-1] == [("8569", "US_SSN", 0.3)]


def test_only_what_the_customer_says_is_the_customers() -> None:
    turns = [("assistant", "The SSN 4182 is another customer's."), ("customer", "8569"), ("assistant", "8569")]

    assert [each[0][1] for each in _found(turns)] == ["US_SSN", "US_SSN", "US_SSN"]


def test_what_the_assistant_repeats_is_read_by_itself() -> None:
    assert _found([("customer", _NAMED), ("assistant", "8569")])[-1] == [("8569", "US_SSN", 0.3)]


def test_two_conversations_know_nothing_of_each_other() -> None:
    first, second = Said(), Said()
    found = detect_turns([_NAMED, "8569", "8569", "8569"], [first, second, first, None])

    assert [each[0].type for each in found] == ["US_SSN", "US_SSN", "ACCOUNT_NUMBER", "US_SSN"]


def test_the_same_number_again_is_the_same_thing() -> None:
    turns = [
        ("agent", "The last four of your card?"),
        ("customer", "8569"),
        ("agent", "8569"),
        ("customer", "yes 8569"),
        ("customer", "８５６９"),
        ("agent", "And the last four of your SSN?"),
        ("customer", "8569"),
    ]

    assert [type_ for each in _found(turns) for _, type_, _ in each] == ["CREDIT_CARD"] * 4 + ["US_SSN"]


def test_a_number_is_the_same_in_digits_of_another_script() -> None:
    assert _last_type(_NAMED, "４１８２") == ["US_SSN"]
    assert _last_type("my ssn is ４１８２", "4182") == ["US_SSN"]


@pytest.mark.parametrize(
    ("answer", "later", "again"),
    [
        ("4182", "So I use 4182 for this?", "4182"),
        ("4182", "第4182号", "4182"),
        ("４１８２", "it is 4182, right", "4182"),
        ("4111 1111 1111 1112", "noted: 4111111111111112", ""),  # found by itself
        ("my account number is 4326 2811", "so 43262811 then", "43262811"),
        ("my account number is AB43262", "moved to ab 43262", "ab 43262"),
        # Part of something longer, another grouping of a short number, or no number of a person at all.
        ("4182", "order 41825 and B4182", ""),
        ("4182", "41 82", ""),
        ("4182", "that is $4182, € 4182, 4182 euros or 4182%", ""),
        ("4182", "4182.50 at 12:4182", ""),
        ("4182", "1,4182 and 4182,5", ""),
        ("418", "418", ""),
    ],
)
def test_a_number_is_masked_where_it_is_said_again_in_a_sentence(answer: str, later: str, again: str) -> None:
    turns = [("assistant", "Your account number?"), ("customer", answer), ("assistant", later)]

    found = _found(turns)[-1]
    assert [value for value, _, score in found if score == 0.45] == ([again] if again else [])


def test_a_year_is_the_customers_only_where_it_was_asked_for() -> None:
    later = ("assistant", "The plan of 2024 has changed.")

    assert _found([("customer", "2024"), later])[-1] == []
    assert _found([("agent", "The last four of your card?"), ("customer", "2024"), later])[-1] == [
        ("2024", "CREDIT_CARD", 0.45)
    ]


def test_a_number_said_again_makes_nothing_the_customers() -> None:
    turns = [("assistant", "Account number 43262."), ("customer", "is 43262 mine"), ("customer", "8569")]

    assert [type_ for each in _found(turns) for _, type_, _ in each] == ["ACCOUNT_NUMBER", "ACCOUNT_NUMBER", "US_SSN"]


def test_a_guess_gives_way_only_to_what_was_asked_for_in_all_of_it() -> None:
    alone = (Span(0, 12, "ADDRESS", 0.4),)

    def finding(texts: Sequence[str], *, languages: Sequence[str | None]) -> list[Spans]:
        return [
            () if "?" in text else alone if text[0].isdigit() else (Span(6, 10, "CREDIT_CARD", 0.6),) for text in texts
        ]

    assert detect_turns(["card?", "4182 Elm Str"], [Said()] * 2, roles=["agent", "customer"], detect_many=finding) == [
        (),
        alone,
    ]


_WORDS = [
    "my ssn is 4182", "4182", "8569", "yes 8569", "not 8569", "1830", "07911123456", "7689689087", "3498723766",
    "89644513354", "４１８２", "call me on 3498723766", "4111111111111112", "my card is 4111 1111 1111 1111", "a@b.co",
    "my account number is 8569", "flat 3, 4182 Elm Street", "Jane Whitfield and 5425", "card", "account", "ssn",
    "my PESEL is 44051401359", "012345678", "908154", "phone?",
    "password", "order", "sorry", "card number?", "your account?", "?",
]  # fmt: skip
_SOME_TURNS = st.lists(
    st.tuples(
        st.sampled_from(("customer", "assistant", "agent", "system")),
        st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3).map(" ".join) | st.text("4182 a.?ssn", max_size=12),
    ),
    max_size=10,
)


@settings(max_examples=300)
@given(_SOME_TURNS)
def test_a_conversation_hides_and_finds_nothing_that_its_turns_do_not(turns: Turns) -> None:
    texts = [text for _, text in turns]

    assert nothing_is_lost(detect_many(texts), detect_conversation(texts, roles=[role for role, _ in turns]))


def test_what_is_remembered_is_bounded() -> None:
    said = Said()
    detect_turns([f"https://e{n}.example/user/{'a' * 3_000} and {n}@b.example" for n in range(50)], [said] * 50)

    assert 0 < sum(len(value) for type_ in TYPES for value in said.values(type_)) < 2_000


_TALK: Turns = [
    ("assistant", "Hello! The last four of your SSN, please?"),
    ("customer", "sure"),
    ("customer", "4182"),
    ("assistant", "And your card?"),
    ("customer", "８５６９"),
    ("agent", "Anything else about your account?"),
    ("customer", "3498723766"),
    ("customer", "a@b.co"),
    ("customer", "5555"),
]


@given(st.permutations([0] * len(_TALK) + [1] * len(_TALK)), st.integers(1, 2 * len(_TALK)))
def test_turn_by_turn_and_interleaved_is_as_at_once(order: list[int], together: int) -> None:
    said, places = (Said(), Said()), [0, 0]
    turns = []
    for which in order:
        turns.append((said[which], *_TALK[places[which]]))
        places[which] += 1
    read: list[Spans] = []
    for first in range(0, len(turns), together):
        whose, roles, texts = zip(*turns[first : first + together], strict=True)
        read += detect_turns(texts, whose, roles=roles)

    at_once = detect_conversation([text for _, text in _TALK], roles=[role for role, _ in _TALK])
    assert [[spans for spans, each in zip(read, order, strict=True) if each == which] for which in (0, 1)] == [
        at_once,
        at_once,
    ]


def test_a_conversation_of_one_turn_is_read_like_the_message() -> None:
    rows = [row for language in SAID for type_ in MAKERS for row in islice(made_rows(language, type_), 0, None, 40)]

    for row in rows:
        text, language = row["text"], row["language"]
        assert detect_conversation([text], languages=[language]) == [detect(text, language=language)]


@given(st.text("4182 a.?ssn", max_size=24))
def test_any_single_turn_is_read_like_the_message(text: str) -> None:
    assert detect_conversation([text]) == [detect(text)]


def test_types_limit_the_answer_and_not_the_judgement() -> None:
    assert detect_conversation([_NAMED, "8569"], types={"US_SSN"})[1] == ()


def test_why_an_answer_is_read_so_can_be_told() -> None:
    assert "known to end otherwise" in explain(Span(0, 4, "ACCOUNT_NUMBER", 0.3))
    assert "a given identity number" in explain(Span(0, 4, "ACCOUNT_NUMBER", 0.3))


def test_a_turn_that_cannot_be_read_is_remembered_of_none() -> None:
    def failing(texts: list[str], **options: object) -> list[Spans]:
        raise DetectionError("gone")

    said = Said()
    with pytest.raises(DetectionError):
        detect_turns([_NAMED], [said], detect_many=failing)

    assert detect_turns(["8569"], [said])[0][0].type == "US_SSN"
