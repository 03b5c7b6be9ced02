"""What one call tells about a conversation."""

import pytest

from audits.engine.conversation import (
    SCAN_VERSION,
    ConversationScan,
    Detection,
    Tone,
    Turn,
    originators,
    scan,
)
from audits.engine.privacy import ENGINE_VERSION, DetectionError, Span, Spans, detect


def origins(*turns: Turn, language: str = "en") -> list[tuple[str, str]]:
    """(type, origin) of every detection."""
    return [(found.type, found.origin) for found in scan(turns, language=language).detections]


def test_scan_reads_everything_in_one_call() -> None:
    turns = [
        Turn("customer", "hi, my number is 415-555-0132, let me talk to a human"),
        Turn("assistant", "I'm Ava, your virtual assistant. I can't refund this. Is it +1 415 555 0132?"),
        Turn("agent", "Hello"),
    ]

    assert scan(turns, language="en") == ConversationScan(
        engine_version=SCAN_VERSION,
        detections=[
            Detection(0, 17, 29, "PHONE_NUMBER", "customer", "volunteered", 0.8, "14155550132"),
            Detection(1, 4, 7, "PERSON", "assistant", "stated", 0.55, "ava"),
            Detection(1, 60, 75, "PHONE_NUMBER", "assistant", "echoed", 0.95, "14155550132"),
        ],
        disclosed=True,
        human_requested=True,
        human_request_met=True,
        refused=True,
        secrets_from_customer=False,
        tone=Tone(hostile=False, stereotype=False, condescending=False, cold=True),
    )


def test_a_value_that_only_the_assistant_knew_is_originated() -> None:
    assert origins(Turn("customer", "who has my order?"), Turn("assistant", "It went to eve@x.org")) == [
        ("EMAIL_ADDRESS", "originated")
    ]


def test_a_short_number_that_the_assistant_repeats_in_a_sentence_is_echoed() -> None:
    assert origins(
        Turn("assistant", "Your account number?"),
        Turn("customer", "43262"),
        Turn("assistant", "Thank you. So 43262 is yours, right?"),
    ) == [("ACCOUNT_NUMBER", "volunteered"), ("ACCOUNT_NUMBER", "echoed")]


@pytest.mark.parametrize(
    "words",
    [
        "Hello, this is Clara Meyer.",
        "You are chatting with Clara Meyer.",
        "Guten Tag, hier ist Clara Meyer.",
        "Hola, le atiende Clara Meyer.",
        "Bonjour, vous parlez avec Clara Meyer.",
        "Goedemiddag, u spreekt met Clara Meyer.",
    ],
)
def test_a_name_that_the_assistant_gives_itself_is_stated(words) -> None:
    assert {origin for type_, origin in origins(Turn("assistant", words)) if type_ == "PERSON"} <= {"stated"}


def test_a_value_that_the_customer_gives_later_was_still_originated() -> None:
    turns = Turn("assistant", "Are you eve@x.org?"), Turn("customer", "yes, eve@x.org")

    assert origins(*turns) == [("EMAIL_ADDRESS", "originated"), ("EMAIL_ADDRESS", "volunteered")]


@pytest.mark.parametrize(
    ("said", "repeated"),
    [
        ("mail EVE@x.org", "sent to eve@X.org"),
        ("my name is Maria Lopez", "Thank you, Maria"),
        ("i am maria lopez", "Hello Maria Lopez"),
        ("card 4111 1111 1111 1111", "your card ending in 1111"),
        ("call 415-555-0132", "calling +1 (415) 555-0132"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN DE89370400440532013000"),
    ],
)
def test_a_value_in_another_spelling_is_echoed(said: str, repeated: str) -> None:
    found = [
        origin for _, origin in origins(Turn("customer", said), Turn("assistant", repeated)) if origin != "volunteered"
    ]

    assert found == ["echoed"]


def test_a_human_agent_does_not_originate() -> None:
    assert origins(Turn("agent", "mail me at eve@x.org")) == [("EMAIL_ADDRESS", "stated")]


def test_originators_takes_the_spans_of_each_turn() -> None:
    turns = [Turn("customer", "a@b.co"), Turn("assistant", "a@b.co")]

    assert [(found.turn_index, found.span, found.origin) for found in originators(turns, [[], detect("a@b.co")])] == [
        (1, Span(0, 6, "EMAIL_ADDRESS", 0.95), "echoed")
    ]


@pytest.mark.parametrize(
    ("role", "text", "expected"),
    [
        ("customer", "my card is 4111 1111 1111 1111", True),
        ("customer", "password: Hunter22", True),
        ("customer", "a@b.co", False),
        ("customer", "4182", False),
        ("assistant", "your card is 4111 1111 1111 1111", False),
    ],
)
def test_secrets_from_customer(role: str, text: str, expected: bool) -> None:
    assert scan([Turn(role, text)], language="en").secrets_from_customer is expected


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ([], False),
        ([Turn("assistant", "I can do that for you.")], False),
        ([Turn("assistant", "Connecting you to an agent.")], True),
        ([Turn("system", "You are being transferred to an agent.")], True),
        ([Turn("assistant", "One moment"), Turn("agent", "Hi, Bob here")], True),
    ],
)
def test_human_request_met(later: list[Turn], expected: bool) -> None:
    result = scan([Turn("agent", "hello"), Turn("customer", "I want to talk to a human"), *later], language="en")

    assert (result.human_requested, result.human_request_met) == (True, expected)


def test_human_request_met_is_none_without_a_request() -> None:
    assert scan([Turn("customer", "hi")], language="en").human_request_met is None


def test_a_conversation_without_turns_is_clean() -> None:
    assert scan([], language=None) == ConversationScan(SCAN_VERSION, [], False, False, None, False, False)


def test_scan_does_not_call_an_unreadable_conversation_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(texts: list[str], **options: object) -> list[Spans]:
        raise DetectionError("gone")

    monkeypatch.setattr("audits.engine.conversation.scanning.detect_conversation", fail)

    with pytest.raises(DetectionError):
        scan([Turn("customer", "hi")], language="en")


def test_the_scan_version_carries_the_engine_version() -> None:
    assert SCAN_VERSION.startswith(ENGINE_VERSION + "-")
