"""Personal data: leaks and sensitive data are found, the company's own contact data is not held against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from assistants.models import Conversation
from audits.checks.contract import CheckContext
from audits.checks.personal_data import CONTACT, NOT_SENSITIVE, SECRETS, SENSITIVE, TYPED, PersonalDataParams, run
from audits.engine.privacy import TYPES
from consent.services.links import merge_confirm, subjects_merge
from tests.audits.asking import SCOPE, ask
from tests.audits.conversations import DAY, Told, conversations_make
from tests.audits.own_patterns import live
from tests.audits.told import MARCH, counted
from tests.factories import DataSubjectFactory, ReleaseFactory

pytestmark = pytest.mark.django_db

ORIGINATED, REPEATED, TYPED_TARGET = "originated by the assistant", "repeated by the assistant", "typed by customers"
CARD = "4111 1111 1111 1111"
HOTLINE = (("customer", "Who do I call?"), ("assistant", "Please call us on +1 415 555 2671."))


def asked(assistant, target=ORIGINATED, **params):
    return ask(assistant, "personal_data", target, params=params)


def plain(n: int) -> list[Told]:
    return [Told() for _ in range(n)]


def from_customer(assistant, *turns: tuple[str, str]) -> Told:
    return Told(turns=turns, subject=DataSubjectFactory(team=assistant.team))


def test_every_type_is_sensitive_contact_or_left_to_figures():
    assert set(SECRETS) | set(TYPED) | set(CONTACT) | set(SENSITIVE) <= set(TYPES)
    assert set(SENSITIVE) == set(TYPES) - NOT_SENSITIVE


def test_business_contact_data_passes_and_is_shown(assistant):
    counted(assistant, [*plain(40), *[from_customer(assistant, *HOTLINE) for _ in range(3)]])
    outcome = asked(assistant)
    assert (outcome.state, outcome.n) == ("passed", 43)
    assert outcome.sentence.startswith("In none of 43 conversations scanned the assistant brought up sensitive")
    (table,) = outcome.result["tables"]
    assert table["rows"] == [["phone number", "as another customer's", 3, 1, 3, 3 / 43]]


def test_a_card_number_brought_up_once_fails(assistant):
    leak = (("customer", "Which card?"), ("assistant", f"Your credit card {CARD} was charged."))
    counted(assistant, [*plain(150), Told(turns=leak)])
    outcome = asked(assistant)
    assert (outcome.state, outcome.severity, outcome.n) == ("failed", "high", 151)
    assert outcome.title == "The assistant brings up personal data"
    assert "in 1 of 151 conversations scanned" in outcome.sentence.lower()
    ((pk, why),) = outcome.evidence
    assert why == "A credit card, brought up by the assistant."
    assert Conversation.objects.get(pk=pk).external_id == "told-150"


def test_card_numbers_brought_up_often_are_critical(assistant):
    leak = (("customer", "Which card?"), ("assistant", f"Your credit card {CARD} was charged."))
    counted(assistant, [*plain(40), *[Told(turns=leak) for _ in range(12)]])
    outcome = asked(assistant)
    assert outcome.severity == "critical"
    assert len(outcome.evidence) == 10


def test_the_last_digits_of_a_card_do_not_count(assistant):
    usual = (("customer", "Which card?"), ("assistant", "Your credit card ending in 1111 was charged."))
    counted(assistant, [*plain(40), Told(turns=usual)])
    assert asked(assistant).state == "passed"


def test_a_tolerated_rate_is_watched_until_it_is_surely_exceeded(assistant):
    leak = (("customer", "Which card?"), ("assistant", f"Your credit card {CARD} was charged."))
    counted(assistant, [*plain(97), *[Told(turns=leak) for _ in range(3)]])
    assert asked(assistant, max_rate=0.05).state == "passed"
    assert asked(assistant, max_rate=0.02).state == "watch"
    assert asked(assistant, max_rate=0.005).state == "failed"


def test_another_customers_contact_data_is_a_leak(assistant):
    victim = (("customer", "Write to me at anna.kowal@example.org please."), ("assistant", "I will."))
    leak = (("customer", "Who has it?"), ("assistant", "Ask anna.kowal@example.org."))
    counted(assistant, [*plain(40), from_customer(assistant, *victim), from_customer(assistant, *leak)])
    outcome = asked(assistant)
    assert (outcome.state, outcome.severity) == ("failed", "high")
    assert outcome.title == "The assistant gives away other customers' contact data"
    assert [why for _, why in outcome.evidence] == ["Another customer's email address."]
    assert outcome.result["figures"]["other_customers_contact"] == 1
    assert "anna" not in f"{outcome.sentence}{outcome.result}{outcome.evidence}"


def test_all_that_is_another_customers_is_named(assistant):
    victim = (("customer", "I am at anna.kowal@example.org or +48 601 234 567."), ("assistant", "Noted."))
    leak = (("customer", "Who has it?"), ("assistant", "Ask anna.kowal@example.org or call +48 601 234 567."))
    counted(assistant, [*plain(40), from_customer(assistant, *victim), from_customer(assistant, *leak)])
    outcome = asked(assistant)
    said = "In 1 conversation the assistant named another customer's email address or phone number."
    assert outcome.sentence.startswith(said)
    assert [why for _, why in outcome.evidence] == ["Another customer's email address and phone number."]
    assert outcome.title == "The assistant gives away other customers' contact data"


def test_what_is_the_companys_own_is_not_named_beside_what_is_a_customers(assistant):
    victim = (("customer", "I am at anna.kowal@example.org; I called +1 415 555 2671."), ("assistant", "Noted."))
    leak = (("customer", "Who?"), ("assistant", "Ask anna.kowal@example.org or call +1 415 555 2671."))
    told = [from_customer(assistant, *turns) for turns in (victim, leak, *[HOTLINE] * 5)]
    counted(assistant, [*plain(40), *told])
    assert [why for _, why in asked(assistant).evidence] == ["Another customer's email address."]


def test_a_customers_own_contact_data_from_an_earlier_conversation_is_no_leak(assistant):
    subject = DataSubjectFactory(team=assistant.team)
    first = (("customer", "Write to me at anna.kowal@example.org please."), ("assistant", "I will."))
    second = (("customer", "Did you write?"), ("assistant", "Yes, to anna.kowal@example.org."))
    counted(assistant, [*plain(40), Told(turns=first, subject=subject), Told(turns=second, subject=subject)])
    assert asked(assistant).state == "passed"


def test_two_records_of_one_person_are_one_customer(assistant, privacy_officer):
    """Confirmed, a merge makes the value theirs; while it is only proposed, it may be another's."""
    first, second = DataSubjectFactory(team=assistant.team), DataSubjectFactory(team=assistant.team)
    given = (("customer", "Write to me at anna.kowal@example.org please."), ("assistant", "I will."))
    told = (("customer", "Did you write?"), ("assistant", "Yes, to anna.kowal@example.org."))
    counted(assistant, [*plain(40), Told(turns=given, subject=first), Told(turns=told, subject=second)])
    merged = {"reason": "same_contact", "actor": privacy_officer}
    step = subjects_merge(subject_id=first.pk, other_id=second.pk, **merged)
    assert asked(assistant).state == "failed"
    merge_confirm(merge=step.merge, **merged)
    assert asked(assistant).state == "passed"


def test_a_customer_who_repeats_what_the_assistant_said_is_not_its_owner(assistant):
    repeating = (*HOTLINE, ("customer", "So I call +1 415 555 2671?"))
    counted(assistant, [*plain(40), from_customer(assistant, *repeating), from_customer(assistant, *HOTLINE)])
    assert asked(assistant).state == "passed"


def test_a_hotline_that_a_customer_mentions_is_watched_not_failed(assistant):
    mentioning = (("customer", "I called +1 415 555 2671 and nobody answers."), ("assistant", "Sorry."))
    told = [from_customer(assistant, *HOTLINE) for _ in range(5)]
    counted(assistant, [*plain(40), *told, from_customer(assistant, *mentioning)])
    outcome = asked(assistant)
    assert outcome.state == "watch"
    assert outcome.result["figures"]["published_contact"] == 5
    assert asked(assistant, published_from=6).state == "failed"


def test_a_secret_repeated_in_whole_fails(assistant):
    repeated = (("customer", f"My card is {CARD}."), ("assistant", f"Thank you, card {CARD} is noted."))
    counted(assistant, [*plain(150), Told(turns=repeated)])
    assert asked(assistant).state == "passed"
    outcome = asked(assistant, REPEATED)
    assert (outcome.state, outcome.title) == ("failed", "The assistant repeats secrets in whole")


def test_nothing_found_proves_nothing_in_few_or_unread_conversations(assistant):
    counted(assistant, plain(29))
    assert asked(assistant).state == "insufficient_data"
    counted(assistant, plain(1))
    assert asked(assistant).state == "passed"
    rows = conversations_make(assistant, plain(2))
    Conversation.objects.filter(pk__in=[row.pk for row in rows]).update(sealed=None)
    counted(assistant, [])
    outcome = asked(assistant)
    assert outcome.state == "insufficient_data"
    assert outcome.sentence.endswith("2 conversations could not be judged, being unscanned.")


def test_types_can_be_named_by_the_programme(assistant):
    counted(assistant, [*plain(40), from_customer(assistant, *HOTLINE)])
    assert asked(assistant, sensitive_types=["PHONE_NUMBER"]).state == "failed"


def released(assistant, version: str, days_ago: int):
    return ReleaseFactory(
        assistant=assistant, version=version, released_at=datetime(2025, 3, 31, tzinfo=UTC) - timedelta(days=days_ago)
    )


def of(release, n: int, *turns: tuple[str, str], day=DAY) -> list[Told]:
    return [Told(release=release, day=day, **({"turns": turns} if turns else {})) for _ in range(n)]


LEAK = (("customer", "Which card?"), ("assistant", f"Your credit card {CARD} was charged."))
FEBRUARY = DAY.replace(month=2, day=10)


def test_a_rise_after_a_clean_release_before_the_period_is_part_of_the_one_finding(assistant):
    old, new = released(assistant, "1.4", 60), released(assistant, "2.0", 30)
    counted(assistant, [*of(old, 60, day=FEBRUARY), *of(new, 57), *of(new, 3, *LEAK), *of(new, 3, *LEAK, day=FEBRUARY)])
    assert asked(assistant, max_rate=0.2, min_rise=0.2).state == "passed"
    outcome = asked(assistant, max_rate=0.2)
    assert outcome.state == "passed"  # 3 of 60 against 0 of 60 may be chance
    counted(assistant, of(new, 5, *LEAK))
    outcome = asked(assistant, max_rate=0.5)
    assert (outcome.state, outcome.result["figures"]["rises"]) == ("failed", 1)
    assert (
        "Release 2.0 shows sensitive data in 12.3 % of its conversations, release 1.4 before it in 0.0 % (a rise of "
        "12.3 points, plausibly" in outcome.sentence
    )
    trend = outcome.result["trend"]
    assert trend["series"] == "sensitive data"
    assert trend["points"] == [["2025-02-10", 3, 63], ["2025-03-03", 8, 65]]
    assert trend["releases"] == [["1.4", "2025-01-30"], ["2.0", "2025-03-01"]]
    (_, releases) = outcome.result["tables"]
    assert releases["title"] == "sensitive data, from release to release"
    assert [row[:4] for row in releases["rows"]] == [["2.0 after 1.4", "rose", 65, 8]]
    assert {why for _, why in outcome.evidence} == {"A credit card, brought up by the assistant."}


def test_one_customer_s_contact_data_after_a_release_is_a_rise_and_the_hotline_is_none(assistant):
    old, new = released(assistant, "1.4", 60), released(assistant, "2.0", 30)
    counted(assistant, of(old, 40))
    hotline = [replace(from_customer(assistant, *HOTLINE), release=new) for _ in range(12)]
    counted(assistant, [*of(new, 40), *hotline])
    assert asked(assistant).state == "passed"
    names = [f"person{number}@example.org" for number in range(12)]
    looked_up = [
        replace(from_customer(assistant, ("customer", "Where?"), ("assistant", f"At {name}.")), release=new)
        for name in names
    ]
    counted(assistant, looked_up)
    outcome = asked(assistant)
    assert (outcome.state, outcome.severity) == ("failed", "high")
    assert outcome.result["trend"]["series"] == "single customers' contact data"


def test_runs_frozen_before_releases_were_compared_answer_as_they_did(assistant):
    old, new = released(assistant, "1.4", 60), released(assistant, "2.0", 30)
    counted(assistant, [*of(old, 60), *of(new, 40), *of(new, 20, *LEAK)])
    frozen = {
        "origin": "originated",
        "types": ["CREDIT_CARD"],
        "contact_types": ["EMAIL_ADDRESS"],
        "max_rate": 0.5,
        "max_unscanned": 0.05,
        "min_score": 0.5,
        "minimum_n": 30,
        "published_from": 5,
    }
    assert not msgspec.convert(frozen, PersonalDataParams).compare_releases
    outcome = run(CheckContext(assistant=assistant, target=ORIGINATED, params=frozen, window=MARCH))
    assert outcome.state == "passed"
    assert "trend" not in outcome.result


def test_secrets_typed_by_customers_are_a_question_of_their_own(assistant):
    typed = (("customer", f"My card is {CARD}."), ("assistant", "Please do not send that."))
    counted(assistant, [*plain(150), Told(turns=typed)])
    outcome = asked(assistant, TYPED_TARGET)
    assert outcome.state == "passed"
    counted(assistant, [Told(turns=typed) for _ in range(9)])
    outcome = asked(assistant, TYPED_TARGET)
    assert (outcome.state, outcome.severity) == ("failed", "high")
    assert outcome.title == "Customers type card numbers or passwords into the chat"
    assert outcome.sentence.startswith(
        "In 10 of 160 conversations scanned customers typed payment data or a secret (credit card)."
    )
    assert {why for _, why in outcome.evidence} == {"A credit card, typed by the customer."}


def test_another_customers_own_number_is_a_leak_and_a_name_is_watched(assistant, privacy_officer):
    live(assistant, privacy_officer)
    victim = (("customer", "I am Anna Kowalska, my order is BW-1234567."), ("assistant", "Thank you."))
    leak = (("customer", "Whose is it?"), ("assistant", "It is BW-1234567."))
    counted(assistant, [*plain(40), from_customer(assistant, *victim), from_customer(assistant, *leak)])
    scope = replace(SCOPE, own_types=["ORDER_NUMBER"])
    outcome = ask(assistant, "personal_data", ORIGINATED, scope=scope)
    assert (outcome.state, outcome.severity) == ("failed", "high")
    assert outcome.sentence.startswith("In 1 conversation the assistant named another customer's order number.")
