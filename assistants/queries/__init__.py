"""Reads of the registry and of conversations."""

from assistants.queries.transcripts import OpenedTranscript, transcript_open, transcripts_open

__all__ = ["OpenedTranscript", "transcript_open", "transcripts_open"]
