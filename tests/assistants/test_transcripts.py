"""Opening sealed transcripts: many at once, each with its own result."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from assistants.models import Conversation
from assistants.queries import transcript_open, transcripts_open
from assistants.transcripts import Transcript, Turn, UnreadableTranscript, encoded, packer, unpacker
from portal.core.envelope import SealBroken
from portal.core.errors import KeyDestroyed
from portal.core.models import DataKey


def test_transcript_is_unpacked_as_it_was_packed():
    transcript = Transcript(
        turns=[
            Turn(role="customer", text="Grüße \x00 ✓", at=datetime(2026, 3, 2, 10, tzinfo=UTC)),
            Turn(role="assistant", text="", meta={"a": [1, None, {"b": True}]}),
        ],
        metadata={"k": 1.5},
    )
    assert unpacker()(packer()(encoded(transcript))) == transcript


@pytest.mark.parametrize("packed", [b"", b"no zstd", packer()(encoded(Transcript(turns=[])))[:-1]])
def test_bytes_that_are_no_transcript_are_refused(packed):
    with pytest.raises(UnreadableTranscript):
        unpacker()(packed)


def test_broken_transcript_hides_no_other(assistant, conversation, hand_over):
    hand_over(*(conversation(name, customer_ref=name) for name in "abcdef"))
    stored = {one.external_id: one for one in Conversation.objects.all()}
    altered = bytearray(stored["b"].sealed)
    altered[-1] ^= 1
    Conversation.objects.filter(pk=stored["b"].pk).update(sealed=bytes(altered))
    Conversation.objects.filter(pk=stored["c"].pk).update(sealed=stored["a"].sealed)
    Conversation.objects.filter(pk=stored["d"].pk).update(sealed=None)
    DataKey.objects.filter(subject=stored["e"].subject_id).update(wrapped=None, destroyed_at=timezone.now())
    opened = transcripts_open(list(Conversation.objects.all()))
    kinds = {name: type(opened[one.pk]) for name, one in stored.items()}
    assert kinds == {
        "a": Transcript,
        "b": SealBroken,
        "c": SealBroken,
        "d": KeyDestroyed,
        "e": KeyDestroyed,
        "f": Transcript,
    }


def test_transcript_opens_at_its_own_revision_only(assistant, conversation, hand_over):
    hand_over(conversation("a"))
    one = Conversation.objects.get()
    assert [turn.text for turn in transcript_open(one).turns] == ["Hello", "Hi"]
    one.revision = 2
    with pytest.raises(SealBroken):
        transcript_open(one)


def test_opening_many_takes_as_many_queries_as_opening_one(
    assistant, conversation, hand_over, django_assert_num_queries
):
    hand_over(*(conversation(f"c-{n}") for n in range(30)))
    rows = list(Conversation.objects.all())
    with django_assert_num_queries(2):
        transcripts_open(rows[:1])
    with django_assert_num_queries(2):
        assert len(transcripts_open(rows[1:])) == 29
    selected = list(Conversation.objects.select_related("subject__data_key"))
    with django_assert_num_queries(0):
        assert len(transcripts_open(selected)) == 30
