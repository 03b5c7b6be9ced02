"""A conversation record as a source would send it, and what the parser makes of it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from assistants.records import Limits, RecordParser
from portal.core.errors import Invalid

LIMITS = Limits(turn_bytes=64, turns=5, clock_skew=timedelta(minutes=5))


def a_record(**instead):
    record = {
        "external_id": "c-1",
        "channel": "chat",
        "language": "en",
        "turns": [{"role": "customer", "text": "Hello"}],
    }
    record.update(instead)
    return record


def parse(record, *, limits=LIMITS, field_map=None):
    line = record if isinstance(record, bytes) else json.dumps(record).encode()
    return RecordParser(limits=limits, field_map=field_map).parse(line)


def fault(record, **options):
    with pytest.raises(Invalid) as raised:
        parse(record, **options)
    return raised.value.field, raised.value.message


def customer(text="Hello", **more):
    return {"role": "customer", "text": text, **more}
