"""The database's answer to what is due is that of the documented order, row by row."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from assistants.models import Conversation
from consent.queries.holds import HoldsInForce
from consent.queries.retention_due import due_rows, figures, governed
from consent.retention.classes import data_class
from consent.retention.durations import Duration
from consent.retention.resolution import Rule, deadline
from tests.factories import (
    AssistantFactory,
    ConsentEventFactory,
    ConversationFactory,
    DataSubjectFactory,
    NoticeFactory,
    PurposeFactory,
)

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
ENDS = [
    datetime(2024, 2, 29, 12, tzinfo=UTC),
    datetime(2025, 3, 31, 12, tzinfo=UTC),
    datetime(2025, 1, 31, 23, tzinfo=UTC),
]
NO_HOLDS = HoldsInForce(False, frozenset(), frozenset())
PLACES = ["", "DE", "US", "US-CA"]


@pytest.fixture
def scene(home):
    """Two purposes; customers here and there, of whom some withdrew consent, some of those gave it again."""
    purposes = [PurposeFactory(team=home), PurposeFactory(team=home)]
    NoticeFactory(team=home, purposes=purposes)
    assistant = AssistantFactory(team=home, jurisdiction="DE")
    assistant.purposes.set(purposes)
    draw = random.Random(3)
    facts = {}
    for number in range(40):
        subject = DataSubjectFactory(team=home)
        place = draw.choice(PLACES)
        withdrawn = {purpose.pk: None for purpose in purposes}
        given = NOW - timedelta(days=1500)
        for purpose in purposes:
            said = {"subject": subject, "purpose": purpose}
            ConsentEventFactory(**said, occurred_at=given, jurisdiction=place)
            if draw.random() < 0.5:
                ended = NOW - timedelta(days=draw.randint(1, 200))
                event = ConsentEventFactory(**said, occurred_at=ended, state="withdrawn")
                withdrawn[purpose.pk] = ended
                if draw.random() < 0.3:
                    ConsentEventFactory(**said, occurred_at=ended + timedelta(hours=1), state="given")
                    withdrawn[purpose.pk] = None
                elif draw.random() < 0.3:
                    ConsentEventFactory(
                        **said, occurred_at=ended + timedelta(hours=1), state="invalidated", invalidates=event
                    )
                    withdrawn[purpose.pk] = None
        ended = draw.choice(ENDS) + timedelta(days=draw.randint(-40, 40))
        started = ended - timedelta(minutes=9)
        row = ConversationFactory(
            assistant=assistant, subject=subject, started_at=started, ended_at=ended, day=started.date(), sealed=b"x"
        )
        last = ended
        if number % 4 == 0:
            last = NOW - timedelta(days=30)
            ConversationFactory(assistant=AssistantFactory(team=home), subject=subject, started_at=last, sealed=b"x")
        facts[row.pk] = (
            place or "DE",
            {
                purpose: {"conversation_ended": ended, "last_contact": last, "consent_withdrawn": at}
                for purpose, at in withdrawn.items()
            },
        )
    return assistant, facts


def test_database_and_rules_agree(home, scene):
    assistant, facts = scene
    kind = data_class("transcript")
    [group] = [one for one in kind.groups(home.pk) if one.key == assistant.pk]
    first, second = group.purposes
    draw = random.Random(5)
    decided = 0
    for _ in range(60):
        rules = [
            Rule(
                number,
                draw.choice([None, None, first, second]),
                draw.choice(["", "", "EU", *PLACES]),
                draw.choice(["conversation_ended", "last_contact", "consent_withdrawn"]),
                Duration(months=draw.randint(0, 26), days=draw.choice([0, 0, 1, 30])),
                Duration(days=draw.choice([0, 30])),
            )
            for number in range(draw.randint(1, 5))
        ]
        for grace in (False, True):
            found = set(
                due_rows(kind, group, rules, team_id=home.pk, now=NOW, grace=grace).values_list("pk", flat=True)
            )
            ends = {
                pk: deadline(rules, purposes=group.purposes, place=place, anchors=anchors, grace=grace)
                for pk, (place, anchors) in facts.items()
            }
            assert found == {pk for pk, end in ends.items() if end is not None and end <= NOW}
            decided += len(found)
            if governed(rules, group):
                counted = figures(kind, group, rules, team_id=home.pk, now=NOW, holds=NO_HOLDS)
                assert (counted.breach if grace else counted.due) == len(found)
    assert decided > 100


def test_rows_of_the_erased_are_never_due(home, scene):
    assistant, _ = scene
    kind = data_class("transcript")
    [group] = [one for one in kind.groups(home.pk) if one.key == assistant.pk]
    rules = [Rule(1, None, "", "conversation_ended", Duration(), Duration())]
    before = due_rows(kind, group, rules, team_id=home.pk, now=NOW)
    gone = Conversation.objects.filter(assistant=assistant).first()
    count = before.count()
    key = gone.subject.data_key
    key.wrapped, key.destroyed_at = None, NOW
    key.save()
    assert before.all().count() == count - 1
