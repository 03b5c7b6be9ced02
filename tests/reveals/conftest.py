"""A conversation in which personal values stand in several places, scanned."""

from __future__ import annotations

import pytest

from assistants.models import Assistant, Conversation
from audits.queries.conversations import conversation_with_scan, spans_of, transcript_checked
from audits.queries.masking import Mask, masks_of
from audits.services.scanning import conversations_scan
from tests.audits.conversations import Told, conversations_make
from tests.factories import AssistantFactory, DataSubjectFactory

EMAIL = "zofia.kowalska@poczta.example.org"
CARD = "4539 1488 0343 6467"
PHONE = "+48 601 234 567"
OTHER_EMAIL = "b<i>g&co@mail.example.net"
TURNS = [
    ("assistant", "Hello, I am Ava, a virtual assistant."),
    ("customer", f"I am at {EMAIL}, phone {PHONE}. My card is {CARD}."),
    ("assistant", f"Thank you. I have sent it to {EMAIL.upper()} and called 601234567."),
    ("customer", f"{EMAIL} is right."),
]


@pytest.fixture
def assistant(home) -> Assistant:
    return AssistantFactory(team=home, slug="ava", name="Ava")


@pytest.fixture
def told(assistant) -> Conversation:
    """Scanned; its subject is its own."""
    [made] = conversations_make(assistant, [Told(turns=TURNS, subject=DataSubjectFactory(team=assistant.team))])
    conversations_scan(assistant_id=assistant.pk, shard=0)
    made.refresh_from_db()
    return made


@pytest.fixture
def masks(told, reviewer) -> dict[str, Mask]:
    """The first mask of each type."""
    shown = conversation_with_scan(public_id=told.public_id, actor=reviewer)
    found: dict[str, Mask] = {}
    for of_turn in masks_of(transcript_checked(shown).turns, spans_of(shown)):
        for mask in of_turn:
            found.setdefault(mask.type, mask)
    return found
