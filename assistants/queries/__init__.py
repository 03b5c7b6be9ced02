"""Reads of the registry and of conversations."""

from assistants.queries.conversations import conversation_for
from assistants.queries.registry import assistant_for, assistants_for, current_release
from assistants.queries.transcripts import OpenedTranscript, transcript_open, transcripts_open

__all__ = [
    "OpenedTranscript",
    "assistant_for",
    "assistants_for",
    "conversation_for",
    "current_release",
    "transcript_open",
    "transcripts_open",
]
