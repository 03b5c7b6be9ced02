"""What is stored of a record: which attributes are counted, and the hash that says whether it has changed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from typing import Any

import msgspec

from assistants.records.conversation import ConversationRecord, require_countable
from portal.core import keys
from portal.core.errors import Invalid

_encode = msgspec.json.Encoder(order="deterministic").encode


def attributes_split(record: ConversationRecord, *, audited: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(audited attributes, metadata): values declared for auditing, and all others with the record's own metadata.

    A declared attribute without a value (null) counts as not given. Raises Invalid for a declared attribute that is
    no scalar, and for a name that stands in both `attributes` and `metadata`.
    """
    counted: dict[str, Any] = {}
    rest = dict(record.metadata)
    for name, value in record.attributes.items():
        if name in audited:
            if value is not None:
                require_countable(f"attributes.{name}", value)
                counted[name] = value
        elif name in rest:
            raise Invalid("This name stands in both attributes and metadata.", field=f"metadata.{name[:60]}")
        else:
            rest[name] = value
    return counted, rest


def content_hash(record: ConversationRecord, *, audited: Collection[str] = ()) -> bytes:
    """32 bytes that are equal for records that would be stored alike, in whatever order their keys stood.

    HMAC-SHA256 over canonical JSON. It is keyed, because it outlives an erasure, and whoever holds a plain hash of a
    short conversation could guess the customer's reference from it. Which attributes are audited is part of it: once
    one more is declared, handing a conversation over again moves its value to where it is counted.
    """
    counted = sorted(name for name in record.attributes if name in audited)
    return hmac.digest(keys.index_key("conversation-content"), _encode([record, counted]), hashlib.sha256)
