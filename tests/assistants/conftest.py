"""An assistant at home, and a short way to hand conversations over to it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from assistants.models import Assistant
from assistants.records import RecordParser, Rejection, numbered_records
from assistants.services.intake import IntakeReport, conversations_intake
from portal.accounts.api_keys import api_key_create
from portal.accounts.models import ApiKey, Team, User
from portal.core.actors import SYSTEM
from tests.factories import AssistantFactory


@pytest.fixture
def assistant(home: Team) -> Assistant:
    return AssistantFactory(team=home, slug="helper", name="Helper")


@pytest.fixture
def conversation() -> Callable[..., dict[str, Any]]:
    """A valid record, with whatever the test says instead; a value of None removes the key."""

    def make(external_id: str = "c-1", **instead: Any) -> dict[str, Any]:
        record = {
            "external_id": external_id,
            "channel": "chat",
            "language": "en",
            "started_at": "2026-03-02T10:00:00Z",
            "turns": [{"role": "customer", "text": "Hello"}, {"role": "assistant", "text": "Hi"}],
        }
        record.update(instead)
        return {name: value for name, value in record.items() if value is not None}

    return make


def as_lines(*records: Any) -> bytes:
    """JSON lines; bytes are taken as they are."""
    return b"".join((one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in records)


@pytest.fixture
def hand_over(assistant: Assistant) -> Callable[..., tuple[IntakeReport, list[Rejection]]]:
    """Take these records in as one input; returns the report and what was rejected."""

    def take(*records: Any, **options: Any) -> tuple[IntakeReport, list[Rejection]]:
        rejections: list[Rejection] = []
        numbered = numbered_records(
            io.BytesIO(as_lines(*records)), RecordParser(), max_line_bytes=settings.PROBITY_MAX_RECORD_BYTES
        )
        arguments = {"assistant": assistant, "source": "test", "actor": SYSTEM, **options}
        report = conversations_intake(records=numbered, on_rejection=rejections.append, **arguments)
        return report, rejections

    return take


@pytest.fixture
def api_key_row(home: Team, administrator: User) -> Callable[..., ApiKey]:
    """Make an API key of the home team with these scopes, as the actor that it is."""

    def make(*scopes: str) -> ApiKey:
        key, _ = api_key_create(
            team=home,
            name="test",
            scopes=scopes,
            expires_at=timezone.now() + timedelta(days=1),
            actor=administrator,
        )
        return key

    return make
