"""Opening sealed transcripts, many at once."""

from __future__ import annotations

from collections.abc import Sequence

from assistants.models import Conversation
from assistants.queries.opening import opened_each
from assistants.transcripts import Transcript, UnreadableTranscript, unpacker
from portal.core.envelope import SealBroken
from portal.core.errors import KeyDestroyed

OpenedTranscript = Transcript | KeyDestroyed | SealBroken
"""A transcript, or why there is none: the subject was erased, or the stored value is not what was sealed."""


def transcripts_open(conversations: Sequence[Conversation]) -> dict[int, OpenedTranscript]:
    """Open the transcripts of these conversations; one result for each, by primary key. See `opened_each`."""
    return opened_each(conversations, unpack=unpacker(), unreadable=UnreadableTranscript, what="transcript")


def transcript_open(conversation: Conversation) -> Transcript:
    """Open one transcript. Raises KeyDestroyed after erasure, SealBroken where it was altered or moved."""
    opened = transcripts_open([conversation])[conversation.pk]
    if isinstance(opened, Transcript):
        return opened
    raise opened
