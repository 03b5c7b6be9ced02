"""The training record: one example a line, decoded and validated, and the hashes that tell rows apart.

`{"external_id", "customer_ref"?, "collected_at", "language"?, "input", "output"?, "attributes"?, "metadata"?}`.
Attributes that the data set declares are kept for its audits; all others are sealed with the metadata.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from assistants.records.conversation import (
    Limits,
    attributes_apart,
    language_tag,
    moment_in_utc,
    require_shallow,
    require_text,
)
from assistants.records.faults import as_invalid
from consent.queries.subjects import reference_normalised
from portal.core import keys
from portal.core.errors import Invalid

# Letters and marks of any script; digits and all else do not make two rows different.
_WORDS = re.compile(r"[^\W\d_]+")
_encode = msgspec.json.Encoder(order="deterministic").encode


class TrainingRecord(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """An example as it is handed over. Every key that is not named here is an error."""

    external_id: str
    customer_ref: str | None = None
    collected_at: datetime
    language: str | None = None
    input: str
    output: str = ""
    attributes: dict[str, Any] = {}
    metadata: dict[str, Any] = {}


class RowContent(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The sealed part of a row: what is asked, what is to be answered, and what nobody counts."""

    input: str
    output: str = ""
    metadata: dict[str, Any] = {}


_decode_content = msgspec.json.Decoder(RowContent).decode


def content_packed(content: RowContent) -> bytes:
    """The bytes that are sealed; equal contents give equal bytes."""
    return _encode(content)


def content_unpacked(packed: bytes) -> RowContent:
    """Raises msgspec.DecodeError for anything else."""
    return _decode_content(packed)


class TrainingRecordParser:
    """Turns lines of JSON into valid records."""

    def __init__(self, *, limits: Limits | None = None) -> None:
        self.limits = limits or Limits.from_settings()
        self._decode = msgspec.json.Decoder(TrainingRecord).decode

    def parse(self, line: bytes) -> TrainingRecord:
        """The record on this line. Raises Invalid, which names the field and repeats no content."""
        try:
            record = self._decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise as_invalid(error, line, record=TrainingRecord) from error
        require_text("external_id", record.external_id, longest=200)
        if record.customer_ref is not None:
            require_text("customer_ref", record.customer_ref, longest=200, blank=True)
            record.customer_ref = reference_normalised(record.customer_ref)
        if record.language:
            record.language = language_tag(record.language)
        record.collected_at = moment_in_utc("collected_at", record.collected_at, skew=self.limits.clock_skew)
        if not record.input.strip():
            raise Invalid("It is empty.", field="input")
        for field in ("input", "output"):
            size = len(getattr(record, field).encode("utf-8", "surrogatepass"))
            if size > self.limits.turn_bytes:
                raise Invalid(f"{size} bytes, more than the limit of {self.limits.turn_bytes}.", field=field)
        require_shallow("attributes", record.attributes)
        require_shallow("metadata", record.metadata)
        return record


@dataclass(frozen=True, slots=True)
class RowParts:
    """A record taken apart: declared attributes, the packed content to seal, and the keyed hashes.

    `record_hash` tells whether a record that comes again is the same. `text_hash` is equal for equal texts,
    `near_hash` for texts with the same words in the same order, whatever their case, accents composed or not,
    punctuation, spacing and numbers; None where there is no word.
    """

    declared: dict[str, Any]
    packed: bytes
    record_hash: bytes
    text_hash: bytes
    near_hash: bytes | None


def parts_of(record: TrainingRecord, *, declared: Collection[str]) -> RowParts:
    """Take a record apart. Raises Invalid for a declared attribute that is no scalar, and for a name given twice."""
    values, metadata = attributes_apart(record.attributes, record.metadata, declared=declared)
    packed = content_packed(RowContent(record.input, record.output, metadata))
    figures = _encode((record.external_id, record.customer_ref, record.collected_at, record.language, values))
    return RowParts(
        declared=values,
        packed=packed,
        record_hash=_keyed("dataset-row-record", figures + packed),
        text_hash=_keyed("dataset-row-text", _encode((record.input, record.output))),
        near_hash=_near(record),
    )


def _near(record: TrainingRecord) -> bytes | None:
    folded = unicodedata.normalize("NFKC", f"{record.input}\n{record.output}").casefold()
    words = _WORDS.findall(folded)
    return _keyed("dataset-row-words", " ".join(words).encode("utf-8", "surrogatepass")) if words else None


def _keyed(name: str, content: bytes) -> bytes:
    return hmac.digest(keys.index_key(name), content, hashlib.sha256)
