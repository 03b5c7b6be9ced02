"""What is stored of a record: counted attributes, the transcript, and the hash that says whether it has changed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec

from assistants.records.conversation import ConversationRecord, attributes_apart
from assistants.transcripts import Transcript, encoded
from portal.core import keys

_encode = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True)
class Content:
    """A record taken apart: `counted` are its audited attributes, `transcript` is the encoded Transcript.

    `hash` (32 bytes) is equal for records that would be stored alike, in whatever order their keys stood. It is an
    HMAC-SHA256 over canonical JSON, keyed because it outlives an erasure: whoever holds a plain hash of a short
    conversation could guess the customer's reference from it. Which attributes are counted is part of it, so once one
    more is declared, handing a conversation over again moves its value to where it is counted.
    """

    counted: dict[str, Any]
    transcript: bytes
    hash: bytes


def content_of(record: ConversationRecord, *, audited: Collection[str] = ()) -> Content:
    """Take a record apart: attributes named in `audited` are counted, all others are sealed as metadata.

    A declared attribute without a value (null) counts as not given. Raises Invalid for a declared attribute that is
    no scalar, and for a name that stands in both `attributes` and `metadata`.
    """
    counted, metadata = attributes_apart(record.attributes, record.metadata, declared=audited)
    transcript = encoded(Transcript(turns=record.turns, metadata=metadata))
    figures = _encode(
        (
            record.external_id,
            record.release,
            record.channel,
            record.language,
            record.intent,
            record.started_at,
            record.ended_at,
            record.customer_ref,
            record.outcome,
            counted,
        )
    )
    key = keys.index_key("conversation-content")
    return Content(counted, transcript, hmac.digest(key, figures + transcript, hashlib.sha256))
