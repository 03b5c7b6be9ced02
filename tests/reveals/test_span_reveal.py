"""Revealing one value: to whom, for how long, how often, with which reason, and what is written down."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from assistants.models import Conversation
from audits.models import Detection, Reveal
from audits.queries.conversations import conversation_with_scan, transcript_shown
from audits.queries.masking import asks_for_step_up
from audits.queries.reveals import places_open_to
from audits.services.reveals import reveals_end, span_reveal
from audits.services.scanning import conversations_scan
from consent.models import ProcessingRestriction
from portal.accounts.models import ApiKey, Membership
from portal.core.errors import Conflict, Denied, Invalid, KeyDestroyed, NotFound, TooMany
from portal.core.models import DataKey, LedgerEntry
from tests.audits.conversations import conversation_revise
from tests.reveals.conftest import CARD, EMAIL

WHY = "The customer asks where the parcel went."


@pytest.fixture
def reveal(told, masks, reviewer):
    def act(kind: str = "EMAIL_ADDRESS", **values) -> Reveal:
        turn, start, end = masks[kind].place
        given = {
            "conversation": told.public_id, "revision": told.revision, "turn": turn, "start": start, "end": end,
            "reason": WHY, "reauthenticated": False, "actor": reviewer,
        }  # fmt: skip
        return span_reveal(**{**given, **values})

    return act


def _clear(told, person) -> list[str]:
    """What this person reads in clear where others see a mask."""
    shown = conversation_with_scan(public_id=told.public_id, actor=person)
    turns = transcript_shown(shown, revealed=places_open_to(person, shown)).turns
    return [segment.shown for turn in turns for segment in turn.segments if segment.shown]


def test_revealed_value_is_shown_with_its_equals_to_this_person_alone(told, reveal, reviewer, privacy_officer):
    reveal()
    assert _clear(told, reviewer) == [EMAIL, EMAIL.upper(), EMAIL]
    assert _clear(told, privacy_officer) == []


def test_reveal_is_in_the_ledger_without_value_and_without_reason(reveal, told):
    made = reveal()
    entry = LedgerEntry.objects.get(action="span.revealed")
    data = json.loads(entry.body)["data"]
    assert data == {
        "conversation": str(told.public_id),
        "revision": 1,
        "turn": 1,
        "start": made.start,
        "end": made.end,
        "types": ["EMAIL_ADDRESS"],
        "minutes": 5,
        "reauthenticated": False,
        "reason_commitment": hashlib.sha256(bytes(made.salt) + WHY.encode()).hexdigest(),
    }
    assert [word for word in (EMAIL, WHY) if word in entry.body] == []
    made.refresh_from_db()
    assert (made.reason, made.expires_at - made.revealed_at) == (WHY, timedelta(minutes=5))


def test_asking_again_while_it_is_open_changes_nothing(reveal):
    assert reveal().pk == reveal(reason="something else entirely").pk
    assert (Reveal.objects.count(), LedgerEntry.objects.filter(action="span.revealed").count()) == (1, 1)


def _restrict(told) -> None:
    now = timezone.now()
    ProcessingRestriction.objects.create(
        subject=told.subject,
        ground="accuracy_contested",
        imposed_at=now,
        recorded_at=now,
        source="test",
        imposed_by="user:1",
    )


def test_nothing_is_revealed_while_processing_is_restricted(told, reveal):
    _restrict(told)
    with pytest.raises(Denied) as refused:
        reveal()
    assert refused.value.code == "restricted"


@pytest.mark.parametrize(
    "change",
    [
        lambda told, made, person: Reveal.objects.update(
            revealed_at=timezone.now() - timedelta(minutes=6), expires_at=timezone.now() - timedelta(minutes=1)
        ),
        lambda told, made, person: reveals_end(conversation=told.public_id, actor=person),
        lambda told, made, person: _restrict(told),
        lambda told, made, person: Membership.objects.filter(user=person).update(role="auditor"),
        lambda told, made, person: Detection.objects.filter(conversation=told, turn=1, start=made.start).update(
            start=made.start - 2
        ),
    ],
    ids=["expired", "ended", "restricted", "role gone", "scanned anew with another span"],
)
def test_value_is_masked_again_once_the_reveal_is(told, reveal, reviewer, change):
    made = reveal()
    change(told, made, reviewer)
    person = type(reviewer).objects.get(pk=reviewer.pk)  # roles are read once per request
    assert _clear(told, person) == []


def test_value_is_masked_again_in_a_revision_that_has_it_in_the_same_place(told, reveal, reviewer):
    made = reveal()
    other = "x" + EMAIL[1:]
    text = "I am at " + other
    assert text.index(other) == made.start
    conversation_revise(told, turns=[("assistant", "Hello."), ("customer", text)])
    conversations_scan(assistant_id=told.assistant_id, shard=0)
    assert _clear(told, reviewer) == []


def test_ending_writes_one_entry_for_each(told, reveal, reviewer):
    reveal()
    assert (reveals_end(conversation=told.public_id, actor=reviewer), Reveal.objects.get().ended_at is None) == (
        1,
        False,
    )
    assert reveals_end(conversation=told.public_id, actor=reviewer) == 0
    assert LedgerEntry.objects.filter(action="span.hidden").count() == 1


def test_who_may_not(reveal, approver, manager, auditor, administrator, outsider, nobody, api_key):
    for person in (approver, auditor):
        with pytest.raises(Denied):
            reveal(actor=person)
    for person in (manager, administrator):
        with pytest.raises(Denied):
            reveal(actor=person)
    for person in (outsider, nobody):
        with pytest.raises(NotFound):
            reveal(actor=person)
    api_key()
    with pytest.raises(Denied):
        reveal(actor=ApiKey.objects.get())
    assert Reveal.objects.count() == 0


def test_grave_types_ask_for_a_step_up_login(told, reveal, reviewer):
    with pytest.raises(Denied) as refused:
        reveal("CREDIT_CARD")
    assert refused.value.code == "reauthentication_required"
    reveal("CREDIT_CARD", reauthenticated=True)
    assert _clear(told, reviewer) == [CARD]


@pytest.mark.parametrize(
    ("types", "asked"),
    [
        (("EMAIL_ADDRESS",), False),
        (("ADDRESS", "PERSON"), False),
        (("CREDENTIAL",), True),
        (("PERSON", "PL_PESEL"), True),
        (("A_TYPE_OF_TOMORROW",), True),
    ],
)
def test_asks_for_step_up(types, asked):
    assert asks_for_step_up(types) is asked


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "   ",
        "because",
        "x" * 501,
        f"Is it {EMAIL} or another?",
        "call +49 30 901820 about it",
        "their card 4111 1111 1111 1111",
    ],
    ids=["empty", "blank", "short", "long", "the value", "a phone", "a card"],
)
def test_reason_is_refused(reveal, reason):
    with pytest.raises(Invalid) as refused:
        reveal(reason=reason)
    assert refused.value.field == "reason"
    assert EMAIL not in refused.value.message
    assert Reveal.objects.count() == 0


def test_one_person_reveals_so_many_in_an_hour(told, reveal, privacy_officer, settings):
    settings.PROBITY_REVEALS_PER_HOUR = 2
    reveal()
    reveal("PHONE_NUMBER")
    with pytest.raises(TooMany) as refused:
        reveal("CREDIT_CARD", reauthenticated=True)
    assert 3500 < refused.value.retry_after <= 3601
    reveal("CREDIT_CARD", reauthenticated=True, actor=privacy_officer)
    Reveal.objects.update(revealed_at=timezone.now() - timedelta(minutes=61))
    reveal("CREDIT_CARD", reauthenticated=True)


def test_what_does_not_fit_is_refused(told, reveal, masks):
    _, start, end = masks["EMAIL_ADDRESS"].place
    for place in ({"start": start + 1}, {"end": end + 1}, {"turn": 9}, {"start": 0, "end": 2}):
        with pytest.raises(NotFound):
            reveal(**place)
    with pytest.raises(Conflict):
        reveal(revision=2)


def test_nothing_is_revealed_of_what_is_erased_or_withheld(told, reveal):
    Conversation.objects.filter(pk=told.pk).update(state="received")
    with pytest.raises(Conflict):
        reveal()
    DataKey.objects.filter(pk=told.subject.data_key_id).update(wrapped=None, destroyed_at=timezone.now())
    Conversation.objects.filter(pk=told.pk).update(state="scanned")
    with pytest.raises(KeyDestroyed):
        reveal()
