"""What is sealed of a conversation and how it is packed: JSON of turns and metadata, Zstandard-compressed.

`Turn` is also what an incoming record is decoded into, so that nothing is converted between intake and seal.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import msgspec
import zstandard

Role = Literal["customer", "assistant", "agent", "system"]
_LEVEL = 1  # level 3 takes a fifth longer and saves one byte in a hundred


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """One utterance. `role` is one of `states.TurnRole`; `meta` is whatever the source keeps about it."""

    role: Role
    text: str
    at: datetime | None = None
    meta: dict[str, Any] | None = None


class Transcript(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The sealed part of a conversation: its turns, and the attributes and metadata that are not counted."""

    turns: list[Turn]
    metadata: dict[str, Any] = {}


class UnreadableTranscript(ValueError):
    """The bytes are not a packed transcript. Says nothing of their content."""


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Transcript)


def encoded(transcript: Transcript) -> bytes:
    """The transcript as JSON: equal transcripts give equal bytes, in whatever order their keys stood."""
    return _encoder.encode(transcript)


def packer() -> Callable[[bytes], bytes]:
    """A function that packs encoded transcripts one after another. Not to be shared between threads."""
    compress = zstandard.ZstdCompressor(level=_LEVEL).compress

    def pack(encoded_transcript: bytes) -> bytes:
        return compress(encoded_transcript)

    return pack


def unpacker() -> Callable[[bytes], Transcript]:
    """A function that unpacks such bytes or raises UnreadableTranscript. Not to be shared between threads."""
    decompress = zstandard.ZstdDecompressor().decompress

    def unpack(packed: bytes) -> Transcript:
        try:
            return _decoder.decode(decompress(packed))
        except (zstandard.ZstdError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableTranscript("not a packed transcript") from error

    return unpack
