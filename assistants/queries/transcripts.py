"""Opening sealed transcripts, many at once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import prefetch_related_objects

from assistants.models import Conversation
from assistants.transcripts import Transcript, UnreadableTranscript, unpacker
from portal.core.envelope import OpenKey, SealBroken
from portal.core.errors import KeyDestroyed

OpenedTranscript = Transcript | KeyDestroyed | SealBroken
"""A transcript, or why there is none: the subject was erased, or the stored value is not what was sealed."""


def transcripts_open(conversations: Sequence[Conversation]) -> dict[int, OpenedTranscript]:
    """Open the transcripts of these conversations; one result for each, by primary key.

    A transcript that does not open is a result too, returned and not raised, so that it hides no other. Each
    data key is unwrapped once. Takes two queries at most, none where `subject__data_key` was selected along.
    """
    prefetch_related_objects(conversations, "subject__data_key")
    unpack = unpacker()
    keys: dict[uuid.UUID, OpenKey | KeyDestroyed | SealBroken] = {}
    opened: dict[int, OpenedTranscript] = {}
    for conversation in conversations:
        data_key = conversation.subject.data_key
        if data_key.pk not in keys:
            try:
                keys[data_key.pk] = data_key.unwrap()
            except (KeyDestroyed, SealBroken) as error:
                keys[data_key.pk] = error
        key = keys[data_key.pk]
        if not isinstance(key, OpenKey):
            opened[conversation.pk] = key
        elif conversation.sealed is None:
            opened[conversation.pk] = KeyDestroyed("This transcript has been erased.")
        else:
            try:
                opened[conversation.pk] = unpack(key.open(bytes(conversation.sealed), place=conversation.place))
            except SealBroken as error:
                opened[conversation.pk] = error
            except UnreadableTranscript:
                opened[conversation.pk] = SealBroken("the sealed value holds no transcript")
    return opened


def transcript_open(conversation: Conversation) -> Transcript:
    """Open one transcript. Raises KeyDestroyed after erasure, SealBroken where it was altered or moved."""
    opened = transcripts_open([conversation])[conversation.pk]
    if isinstance(opened, Transcript):
        return opened
    raise opened
