"""What an erasure takes of reveals, and what the data subject may see of them."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audits.models import Reveal
from audits.services.reveals import span_reveal, transcript_read
from consent.traces import Trace, traces
from tests.other_session import other_session

WHY = "The customer asks where the parcel went."


@pytest.fixture
def trace() -> Trace:
    return next(trace for trace in traces() if trace.name == "audits.reveals")


@pytest.fixture
def revealed(told, masks, reviewer) -> Reveal:
    turn, start, end = masks["EMAIL_ADDRESS"].place
    transcript_read(conversation=told, actor=reviewer)
    return span_reveal(
        conversation=told.public_id, revision=1, turn=turn, start=start, end=end, reason=WHY,
        reauthenticated=False, actor=reviewer,
    )  # fmt: skip


def test_reason_and_salt_go_and_who_looked_stays(revealed, told, trace, reviewer):
    subjects = [told.subject_id]
    assert (trace.look(subjects), trace.purge(subjects), trace.look(subjects), trace.purge(subjects)) == (1, 1, 0, 0)
    revealed = Reveal.objects.get()
    assert (revealed.reason, bytes(revealed.salt), revealed.person) == ("", b"", reviewer)
    assert revealed.ended_at is not None


def test_subject_sees_when_people_looked_and_not_who(revealed, told, trace):
    [section] = trace.export(told.subject)
    assert sorted(row["shown"] for row in section.data) == ["EMAIL_ADDRESS", "Transcript, masked"]
    assert [word for word in ("Rita", WHY, "user:") if word in str(section.data)] == []


def test_subject_nobody_looked_at_gets_no_section(told, trace):
    assert list(trace.export(told.subject)) == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_revealed_behind_an_erasure_under_way(told, masks, reviewer):
    """The erasure holds the conversation; a reveal waits before it looks, not after."""
    turn, start, end = masks["EMAIL_ADDRESS"].place
    asked = {"conversation": told.public_id, "revision": 1, "turn": turn, "start": start, "end": end, "reason": WHY}
    with other_session() as other:
        other.execute("BEGIN")
        other.execute(f"SELECT FROM assistants_conversation WHERE id = {told.pk} FOR UPDATE")
        with (
            CaptureQueriesContext(connection) as asked_for,
            pytest.raises(OperationalError, match="lock timeout"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            span_reveal(**asked, reauthenticated=False, actor=reviewer)
        assert not any("sealed" in query["sql"] for query in asked_for)
        other.execute("COMMIT")
