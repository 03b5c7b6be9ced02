"""Consent coverage, disclosure and data sufficiency: what passes, what fails, what cannot be known."""

from __future__ import annotations

import pytest

from assistants.models import Conversation
from tests.audits.asking import ask
from tests.audits.conversations import DAY, Told, conversations_make
from tests.audits.told import counted
from tests.factories import PurposeFactory

pytestmark = pytest.mark.django_db

DISCLOSED = (("assistant", "I am a virtual assistant."), ("customer", "Hello"))


@pytest.fixture
def purpose(assistant):
    return PurposeFactory(team=assistant.team, code="service", name="Answers")


def consents(purpose, *, permitted: int, denied: int = 0, unknown: int = 0, none: int = 0) -> list[Told]:
    statuses = ["permitted"] * permitted + ["denied"] * denied + ["unknown"] * unknown
    return [Told(consents={purpose: status}) for status in statuses] + [Told() for _ in range(none)]


def covered(assistant, **params):
    return ask(assistant, "consent_coverage", "service", params=params)


def disclosed(assistant, **params):
    return ask(assistant, "disclosure", "first assistant turn", params=params)


def sufficient(assistant, **params):
    return ask(assistant, "data_sufficiency", "conversations of the period", params=params)


def test_full_consent_passes(assistant, purpose):
    counted(assistant, consents(purpose, permitted=20))
    outcome = covered(assistant)
    assert (outcome.state, outcome.n) == ("passed", 20)
    assert outcome.sentence == "All 20 conversations were used for “Answers” inside the consent that was given."


def test_one_denied_conversation_fails_with_the_conversation(assistant, purpose):
    counted(assistant, consents(purpose, permitted=99, denied=1))
    outcome = covered(assistant)
    assert (outcome.state, outcome.severity) == ("failed", "high")
    ((pk, why),) = outcome.evidence
    assert why == "Consent for “Answers” was denied."
    assert Conversation.objects.get(pk=pk).consents.get().status == "denied"
    assert covered(assistant, max_denied=0.01).state == "passed"


def test_unknown_consent_fails_beyond_its_bar(assistant, purpose):
    counted(assistant, consents(purpose, permitted=95, unknown=3, none=2))
    outcome = covered(assistant)
    assert outcome.state == "passed"
    assert outcome.result["figures"] == {
        "n": 100,
        "permitted": 95,
        "denied": 0,
        "unknown": 5,
        "not_evaluated": 2,
    }
    counted(assistant, consents(purpose, permitted=0, unknown=1))
    outcome = covered(assistant)
    assert (outcome.state, outcome.severity) == ("failed", "medium")
    assert "of 6 (5.9 %) it is not known" in outcome.sentence


def test_disclosure_passes_when_even_the_lower_end_reaches_the_bar(assistant):
    counted(assistant, [Told(turns=DISCLOSED) for _ in range(400)])
    outcome = disclosed(assistant)
    assert (outcome.state, outcome.n) == ("passed", 400)
    assert outcome.result["figures"]["lower"] >= 0.99


def test_disclosure_of_a_few_proves_nothing(assistant):
    counted(assistant, [Told(turns=DISCLOSED) for _ in range(50)])
    assert disclosed(assistant).state == "insufficient_data"
    assert disclosed(assistant, min_rate=0.9).state == "passed"


def test_a_silent_channel_fails_with_examples(assistant):
    silent = [Told(channel="messenger") for _ in range(100)]
    counted(assistant, [*[Told(turns=DISCLOSED, channel="web") for _ in range(100)], *silent])
    outcome = disclosed(assistant)
    assert (outcome.state, outcome.severity) == ("failed", "high")
    examples = Conversation.objects.filter(pk__in=[pk for pk, _ in outcome.evidence])
    assert {one.channel for one in examples} == {"messenger"}
    assert outcome.result["tables"][0]["rows"] == [["messenger", 100, 0, 0.0], ["web", 100, 100, 1.0]]


def test_a_rate_under_the_bar_that_chance_explains_is_watched(assistant):
    counted(assistant, [*[Told(turns=DISCLOSED) for _ in range(98)], Told(), Told()])
    assert disclosed(assistant).state == "watch"


def test_enough_data_passes(assistant):
    told = [Told(attributes={"age": age}) for age in ("young", "old") for _ in range(300)]
    counted(assistant, told)
    outcome = sufficient(assistant)
    assert (outcome.state, outcome.sentence) == ("passed", "600 conversations, all of them scanned.")


def test_unread_conversations_fail(assistant):
    conversations_make(assistant, [Told(attributes={"age": "young"}) for _ in range(20)])
    Conversation.objects.filter(pk__in=Conversation.objects.values("pk")[:2]).update(sealed=None)
    counted(assistant, [])
    outcome = sufficient(assistant)
    assert outcome.state == "failed"
    assert "2 of 20 conversations (10 %) are unscanned and prove nothing." in outcome.sentence
    rows = outcome.result["tables"][0]["rows"]
    assert rows == [["scanned", 18, 0.9], ["not yet scanned", 0, 0.0], ["could not be read", 2, 0.1]]


def test_unknown_attributes_are_watched(assistant):
    told = [Told(attributes={"age": age}) for age in ("young", "old") for _ in range(300)]
    counted(assistant, [*told, *[Told() for _ in range(700)]])
    outcome = sufficient(assistant)
    assert outcome.state == "watch"
    assert "Age is not known in 53.8 % of them." in outcome.sentence


def test_groups_too_small_to_show_a_gap_are_said(assistant):
    told = [Told(attributes={"age": "young"}) for _ in range(60)]
    counted(assistant, [*told, *[Told(attributes={"age": "old"}) for _ in range(50)]])
    outcome = sufficient(assistant)
    assert outcome.state == "insufficient_data"
    assert "By age a gap under 25 points could not have been seen" in outcome.sentence


def test_nothing_at_all_is_not_enough(assistant, purpose):
    conversations_make(assistant, [Told(day=DAY.replace(year=2024))])
    assert {outcome.state for outcome in (covered(assistant), disclosed(assistant), sufficient(assistant))} == {
        "insufficient_data"
    }
