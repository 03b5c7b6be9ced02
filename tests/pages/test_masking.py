"""Nothing personal reaches a page, and what cannot be masked for certain is not shown at all."""

from __future__ import annotations

import pytest
from django.urls import reverse

from assistants.models import AuditAttributes, Conversation
from assistants.transcripts import Turn
from audits.models import Detection
from audits.queries.masking import MaskingError, Place, Segment, Span, masked_turns
from audits.services.flags import flag_raise
from audits.services.scanning import conversations_scan
from portal.core.models import DataKey
from tests.audits.conversations import Told, conversation_revise, conversations_make
from tests.workflow.making import finding_make

EMAIL = "zofia.kowalska@poczta.example.org"
PHONE = "+48 601 234 567"
CARD = "4539 1488 0343 6467"
OTHERS_EMAIL = "j.smithers@mail.example.net"
PLANTED = (EMAIL, PHONE, CARD, OTHERS_EMAIL, "601 234 567", "0343", "smithers")
ATTRIBUTE = "left-handed-zebra"
REFERENCE = "customer-ref-77123"


@pytest.fixture
def leaky(assistant) -> Conversation:
    """A conversation full of personal data, scanned, with an audited attribute."""
    [made] = conversations_make(
        assistant,
        [
            Told(
                turns=[
                    ("assistant", "Hello, I am Ava, a virtual assistant."),
                    ("customer", f"I am at {EMAIL}, phone {PHONE}. My card is {CARD}."),
                    ("assistant", f"Thank you. I have sent it to {EMAIL} and to {OTHERS_EMAIL}."),
                ],
                attributes={"hand": ATTRIBUTE},
            )
        ],
    )
    conversations_scan(assistant_id=assistant.pk, shard=0)
    return made


def test_planted_values_appear_on_no_page(leaky, assistant, reviewer, as_user):
    finding = finding_make(assistant, evidence=[leaky])
    flag = flag_raise(conversation=leaky, kind="privacy", source="reviewer", actor=reviewer)
    client = as_user(reviewer)
    pages = [
        reverse("audits:conversation", args=[leaky.public_id]),
        reverse("audits:flag", args=[flag.pk]),
        reverse("audits:queue"),
        f"{reverse('audits:queue')}?item=flag-{flag.pk}",
        reverse("audits:findings"),
        reverse("audits:finding", args=[finding.pk]),
        reverse("audits:check-run", args=[finding.raised_by_run_id]),
        reverse("audits:cycle", args=[finding.raised_by_run.cycle_id]),
        reverse("assistants:detail", args=[assistant.slug]),
    ]
    found = {}
    for url in pages:
        text = client.get(url).content.decode()
        found[url] = [value for value in (*PLANTED, ATTRIBUTE) if value in text]
    assert found == {url: [] for url in pages}


def test_conversation_page_shows_what_was_masked_and_who_brought_it_up(leaky, reviewer, as_user):
    page = as_user(reviewer).get(reverse("audits:conversation", args=[leaky.public_id])).content.decode()
    assert page.count("[EMAIL_ADDRESS]") == 3
    assert page.count("[PHONE_NUMBER]") == 1
    assert page.count("[CREDIT_CARD]") == 1
    assert "Typed by the customer: credit card, email address, phone number" in page
    assert "Repeated by the assistant: email address · Brought up by the assistant: email address" in page


def _withheld(client, conversation) -> str:
    response = client.get(reverse("audits:conversation", args=[conversation.public_id]))
    shown = response.context["transcript"]
    assert shown.turns == []
    assert [value for value in PLANTED if value in response.content.decode()] == []
    return shown.withheld


def test_transcript_is_withheld_before_it_is_scanned(assistant, reviewer, as_user):
    [received] = conversations_make(assistant, [Told(turns=[("customer", f"Write to {EMAIL}")])])
    assert _withheld(as_user(reviewer), received).startswith("It has not been scanned yet")


def test_transcript_is_withheld_when_its_revision_was_not_scanned(leaky, reviewer, as_user):
    conversation_revise(leaky, turns=[("customer", f"Rather write to {OTHERS_EMAIL}")])
    assert _withheld(as_user(reviewer), leaky).startswith("It has not been scanned yet")


def test_transcript_is_withheld_when_the_scan_is_of_another_revision(leaky, reviewer, as_user):
    conversation_revise(leaky, turns=[("customer", f"Rather write to {OTHERS_EMAIL}")])
    Conversation.objects.filter(pk=leaky.pk).update(state="scanned")
    assert _withheld(as_user(reviewer), leaky).startswith("It has not been scanned yet")


def test_transcript_is_withheld_with_the_reason_when_it_is_unscannable(leaky, reviewer, as_user):
    Conversation.objects.filter(pk=leaky.pk).update(state="unscannable", unscannable_reason="SealBroken")
    assert _withheld(as_user(reviewer), leaky).startswith("It could not be scanned (SealBroken)")


def test_transcript_is_withheld_when_a_span_does_not_fit(leaky, reviewer, as_user):
    Detection.objects.filter(conversation=leaky, turn=1).update(end=5000)
    assert _withheld(as_user(reviewer), leaky).startswith("The scan does not fit")


def test_transcript_is_withheld_when_it_was_altered(leaky, reviewer, as_user):
    Conversation.objects.filter(pk=leaky.pk).update(sealed=bytes(leaky.sealed)[:-1] + b"\x00")
    assert _withheld(as_user(reviewer), leaky).startswith("It does not open")


def test_transcript_says_erased_when_the_key_is_destroyed(leaky, reviewer, as_user):
    DataKey.objects.filter(pk=leaky.subject.data_key_id).update(wrapped=None, destroyed_at="2025-04-01T00:00Z")
    assert _withheld(as_user(reviewer), leaky).startswith("It was erased")


def test_transcript_says_erased_when_the_conversation_is(leaky, reviewer, as_user):
    AuditAttributes.objects.filter(conversation=leaky).delete()
    Conversation.objects.filter(pk=leaky.pk).update(state="erased", sealed=None)
    client = as_user(reviewer)
    assert _withheld(client, leaky).startswith("It was erased")
    assert b"Raise the flag" not in client.get(reverse("audits:conversation", args=[leaky.public_id])).content


def test_masked_turns_merges_overlapping_spans_and_masks_repeated_values():
    turns = [Turn("customer", "I am Jan Kowal, call Jan Kowal"), Turn("assistant", "Hello Jan Kowal!")]
    spans = [Span(0, 5, 14, "PERSON", "volunteered"), Span(0, 9, 15, "ADDRESS", "volunteered")]
    first, second = masked_turns(turns, spans)
    both, again = "Typed by the customer", "The same value as elsewhere in this conversation"
    assert first.segments == (
        Segment(text="I am "),
        Segment(mask="PERSON", note=both, place=Place(0, 5, 15), types=("ADDRESS", "PERSON")),
        Segment(text=" call "),
        Segment(mask="PERSON", note=again, place=Place(0, 21, 30), types=("PERSON",)),
    )
    assert [segment.text for segment in second.segments] == ["Hello ", "", "!"]
    assert (first.index, first.meta, second.meta) == (1, "Typed by the customer: address, person", "")


def test_masked_turns_leaves_longer_words_and_numbers_that_hold_a_known_value_by_chance():
    turns = [
        Turn("customer", "Mark, 4182"),
        Turn("assistant", "Marketing saw 941829. Marks card: xxxx4182, Mark."),
    ]
    spans = [Span(0, 0, 4, "PERSON", "volunteered"), Span(0, 6, 10, "CREDIT_CARD", "volunteered")]
    _, answer = masked_turns(turns, spans)
    assert "".join(segment.text or f"[{segment.mask}]" for segment in answer.segments) == (
        "Marketing saw 941829. [PERSON]s card: xxxx[CREDIT_CARD], [PERSON]."
    )


@pytest.mark.parametrize("span", [(2, 0, 1), (0, 3, 3), (0, 0, 99), (-1, 0, 1)])
def test_masked_turns_refuses_spans_outside_their_turn(span):
    with pytest.raises(MaskingError):
        masked_turns([Turn("customer", "Hello")], [Span(*span, "PERSON", "volunteered")])
