"""Taking conversations in: what is created, revised, left alone and rejected, and that it is all or nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.utils import timezone

from assistants.models import AuditAttributes, AuditedAttribute, ConsentSnapshot, Conversation, ConversationRevision
from assistants.queries import transcript_open
from assistants.services.intake import IntakeReport, batches
from assistants.states import ConversationState
from assistants.transcripts import Transcript, Turn
from consent.models import DataSubject
from portal.core.errors import Denied, KeyDestroyed, NotFound
from portal.core.models import DataKey, Job, LedgerEntry
from portal.core.roles import Scope
from tests.factories import PurposeFactory, ReleaseFactory


def report(**counts: int) -> IntakeReport:
    return IntakeReport(read=sum(counts.values()), **counts)


def reasons(rejections):
    return [(one.line, one.field, one.reason) for one in rejections]


# -- storing -------------------------------------------------------------------------------------------------


def test_intake_stores_the_figures_in_clear_and_seals_the_rest(assistant, conversation, hand_over):
    release = ReleaseFactory(assistant=assistant, version="1.0")
    record = conversation(
        "c-1",
        assistant="helper",
        release="1.0",
        intent="refund",
        started_at="2026-03-02T23:30:00-02:00",
        ended_at="2026-03-03T02:00:00Z",
        outcome={"resolved": True, "steps": 3},
        attributes={"split": "dev", "tags": ["a", {"b": 1}]},
        metadata={"device": "phone"},
        turns=[{"role": "customer", "text": "NUL \x00 stays", "meta": {"a": 1}}, {"role": "agent", "text": "Hi"}],
    )
    assert hand_over(record) == (report(created=1), [])
    stored = Conversation.objects.get()
    assert stored.release == release
    assert (stored.channel, stored.language, stored.intent) == ("chat", "en", "refund")
    assert stored.started_at == datetime(2026, 3, 3, 1, 30, tzinfo=UTC)
    assert stored.ended_at == datetime(2026, 3, 3, 2, tzinfo=UTC)
    assert stored.day.isoformat() == "2026-03-03"
    assert not stored.started_at_is_intake
    assert (stored.state, stored.revision, stored.turn_count) == (ConversationState.RECEIVED, 1, 2)
    assert stored.outcome == {"resolved": True, "steps": 3}
    assert transcript_open(stored) == Transcript(
        turns=[Turn(role="customer", text="NUL \x00 stays", meta={"a": 1}), Turn(role="agent", text="Hi")],
        metadata={"split": "dev", "tags": ["a", {"b": 1}], "device": "phone"},
    )


def test_intake_writes_no_content_in_clear(assistant, conversation, hand_over):
    record = conversation(
        customer_ref="PLANTED-ref",
        attributes={"other": "PLANTED-attribute"},
        metadata={"PLANTED-key": "PLANTED-value"},
        turns=[{"role": "customer", "text": "PLANTED-text", "meta": {"m": "PLANTED-meta"}}],
    )
    assert hand_over(record)[0] == report(created=1)
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text ILIKE %s', ["%PLANTED%"])
            assert (table, cursor.fetchone()[0]) == (table, 0)
            # A bytea prints in hexadecimal.
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text ILIKE %s', [f"%{b'PLANTED'.hex()}%"])
            assert (table, cursor.fetchone()[0]) == (table, 0)


def test_intake_without_a_start_takes_its_own_time_and_says_so(assistant, conversation, hand_over):
    before = timezone.now()
    hand_over(conversation(started_at=None))
    stored = Conversation.objects.get()
    assert stored.started_at_is_intake
    assert before <= stored.started_at == stored.received_at <= timezone.now()


def test_intake_gives_each_customer_one_subject_and_each_nameless_conversation_its_own(
    assistant, conversation, hand_over
):
    hand_over(
        conversation("a", customer_ref="4711"),
        conversation("b", customer_ref=" 4711 "),
        conversation("c", customer_ref="4712"),
        conversation("d"),
        conversation("e", customer_ref=""),
    )
    subjects = dict(Conversation.objects.values_list("external_id", "subject"))
    assert subjects["a"] == subjects["b"]
    assert len(set(subjects.values())) == 4
    assert sorted(DataSubject.objects.values_list("kind", flat=True)) == ["anonymous"] * 2 + ["identified"] * 2


def test_intake_keeps_audited_attributes_apart(assistant, conversation, hand_over):
    AuditedAttribute.objects.create(assistant=assistant, name="age_group")
    hand_over(
        conversation("a", attributes={"age_group": "18-25", "plan": "gold"}),
        conversation("b", attributes={"plan": "gold"}),
    )
    assert list(AuditAttributes.objects.values_list("conversation__external_id", "values")) == [
        ("a", {"age_group": "18-25"})
    ]
    opened = {one.external_id: transcript_open(one).metadata for one in Conversation.objects.all()}
    assert opened == {"a": {"plan": "gold"}, "b": {"plan": "gold"}}


def test_intake_moves_an_attribute_that_is_audited_by_now(assistant, conversation, hand_over):
    record = conversation("a", attributes={"age_group": "18-25"})
    hand_over(record)
    AuditedAttribute.objects.create(assistant=assistant, name="age_group")
    assert hand_over(record, conversation("b"))[0] == report(created=1, revised=1)
    assert AuditAttributes.objects.get().values == {"age_group": "18-25"}
    assert hand_over(record, conversation("b"))[0] == report(unchanged=2)


def test_intake_notes_the_consent_for_each_purpose_of_the_assistant(assistant, conversation, hand_over):
    service = PurposeFactory(team=assistant.team, code="service", lawful_basis="contract")
    training = PurposeFactory(team=assistant.team, code="training")
    retired = PurposeFactory(team=assistant.team, code="old", retired_at=timezone.now())
    PurposeFactory(team=assistant.team, code="not-asked")
    assistant.purposes.set([service, training, retired])
    hand_over(conversation("a", customer_ref="4711"), conversation("b"))
    noted = ConsentSnapshot.objects.order_by("conversation__external_id", "purpose__code")
    assert list(noted.values_list("conversation__external_id", "purpose__code", "status", "reason", "event_ids")) == [
        ("a", "service", "permitted", "lawful_basis", []),
        ("a", "training", "unknown", "no_event", []),
        ("b", "service", "unknown", "no_subject", []),
        ("b", "training", "unknown", "no_subject", []),
    ]
    assert set(noted.values_list("known_at", flat=True)) == {Conversation.objects.first().received_at}


def test_intake_takes_the_release_named_where_a_record_names_none(assistant, conversation, hand_over):
    release = ReleaseFactory(assistant=assistant, version="1")
    ReleaseFactory(assistant=assistant, version="2")
    hand_over(conversation("a"), conversation("b", release="2"), release=release)
    assert dict(Conversation.objects.values_list("external_id", "release__version")) == {"a": "1", "b": "2"}
    assert hand_over(conversation("a", release="1"))[0] == report(unchanged=1)


# -- again ---------------------------------------------------------------------------------------------------


def test_intake_of_the_same_again_changes_nothing(assistant, conversation, hand_over):
    records = [conversation("a", customer_ref="4711"), conversation("b")]
    hand_over(*records)
    before = list(Conversation.objects.order_by("pk").values())
    entries, jobs, subjects = (model.objects.count() for model in (LedgerEntry, Job, DataSubject))
    shuffled = [dict(reversed(list(record.items()))) for record in records]
    assert hand_over(*shuffled) == (report(unchanged=2), [])
    assert list(Conversation.objects.order_by("pk").values()) == before
    assert (LedgerEntry.objects.count(), Job.objects.count(), DataSubject.objects.count()) == (
        entries,
        jobs,
        subjects,
    )


def test_intake_of_other_content_makes_a_revision_and_keeps_the_old_one(assistant, conversation, hand_over):
    AuditedAttribute.objects.create(assistant=assistant, name="age_group")
    assistant.purposes.add(PurposeFactory(team=assistant.team, code="service"))
    first = conversation("a", customer_ref="4711", outcome={"resolved": False}, attributes={"age_group": "18-25"})
    hand_over(first)
    old = Conversation.objects.get()
    Conversation.objects.update(state=ConversationState.UNSCANNABLE, unscannable_reason="too odd")
    second = {**first, "outcome": {"resolved": True}, "attributes": {}, "turns": [{"role": "agent", "text": "Bye"}]}
    assert hand_over(second) == (report(revised=1), [])
    new = Conversation.objects.get()
    assert (new.pk, new.public_id, new.subject_id) == (old.pk, old.public_id, old.subject_id)
    assert (new.revision, new.outcome, new.turn_count) == (2, {"resolved": True}, 1)
    assert (new.state, new.unscannable_reason) == (ConversationState.RECEIVED, "")
    assert transcript_open(new).turns == [Turn(role="agent", text="Bye")]
    assert AuditAttributes.objects.count() == 0
    assert ConsentSnapshot.objects.get().known_at == new.received_at
    kept = ConversationRevision.objects.get()
    assert (kept.revision, kept.outcome, kept.received_at) == (1, {"resolved": False}, old.received_at)
    assert (kept.superseded_at, bytes(kept.content_hash)) == (new.received_at, bytes(old.content_hash))
    # The old transcript still opens at its old place.
    old.sealed = kept.sealed
    assert [turn.text for turn in transcript_open(old).turns] == ["Hello", "Hi"]
    assert hand_over(first)[0] == report(revised=1)
    assert list(ConversationRevision.objects.order_by("revision").values_list("revision", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        ("2026-03-02T10:00:00Z", None, (False, "2026-03-02T10:00:00+00:00")),
        (None, "2026-03-02T10:00:00Z", (False, "2026-03-02T10:00:00+00:00")),
    ],
)
def test_revision_without_a_start_keeps_the_one_there_is(assistant, conversation, hand_over, first, then, expected):
    hand_over(conversation("a", started_at=first))
    hand_over(conversation("a", started_at=then, intent="x"))
    stored = Conversation.objects.get()
    assert stored.revision == 2
    assert (stored.started_at_is_intake, stored.started_at.isoformat()) == expected


def test_revision_of_a_conversation_without_any_start_stays_marked(assistant, conversation, hand_over):
    hand_over(conversation("a", started_at=None))
    begun = Conversation.objects.get().started_at
    hand_over(conversation("a", started_at=None, intent="x"))
    stored = Conversation.objects.get()
    assert (stored.started_at, stored.started_at_is_intake) == (begun, True)


@pytest.mark.parametrize(("first", "then"), [("4711", "4712"), ("4711", None), (None, "4711")])
def test_revision_cannot_move_a_conversation_to_another_customer(assistant, conversation, hand_over, first, then):
    hand_over(conversation("a", customer_ref=first))
    counts, rejections = hand_over(conversation("a", customer_ref=then, intent="x"))
    assert counts == report(rejected=1)
    assert reasons(rejections) == [(1, "customer_ref", "This conversation belongs to another customer already.")]
    assert Conversation.objects.get().revision == 1
    assert DataSubject.objects.count() == 1


# -- repeated ids --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [2000, 1])
def test_intake_of_an_external_id_twice_in_one_input(monkeypatch, assistant, conversation, hand_over, batch):
    monkeypatch.setattr(batches, "BATCH_RECORDS", batch)
    records = [conversation("a"), conversation("a"), conversation("b"), conversation("a", intent="other")]
    expected = [(4, "external_id", "Line 1 has the same external id with other content.")]
    counts, rejections = hand_over(*records)
    assert (counts, reasons(rejections)) == (report(created=2, unchanged=1, rejected=1), expected)
    counts, rejections = hand_over(*records)
    assert (counts, reasons(rejections)) == (report(unchanged=3, rejected=1), expected)
    assert Conversation.objects.get(external_id="a").intent == ""


# -- rejections ----------------------------------------------------------------------------------------------


def test_intake_rejects_by_line_and_takes_the_rest(assistant, conversation, hand_over):
    AuditedAttribute.objects.create(assistant=assistant, name="age")
    ReleaseFactory(assistant=assistant, version="1.1")
    ReleaseFactory(assistant=assistant, version="1.0")
    counts, rejections = hand_over(
        conversation("a", assistant="other"),
        b"?",
        conversation("b", release="9"),
        conversation("c", attributes={"age": [30]}),
        conversation("d"),
        conversation("e", turns=[]),
    )
    assert counts == report(created=1, rejected=5)
    assert reasons(rejections) == [
        (1, "assistant", "This intake is for the assistant helper."),
        (2, None, "The line is not valid JSON: invalid character (byte 0)."),
        (3, "release", "Unknown release; helper has: 1.0, 1.1."),
        (4, "attributes.age", "Expected true, false, a number or a text."),
        (6, "turns", "A conversation has at least one turn."),
    ]
    assert list(Conversation.objects.values_list("external_id", flat=True)) == ["d"]


def test_intake_of_rejected_lines_alone_writes_nothing(assistant, conversation, hand_over):
    assert hand_over(conversation("a", release="9"))[0] == report(rejected=1)
    assert (LedgerEntry.objects.count(), Job.objects.count(), DataSubject.objects.count()) == (0, 0, 0)


def test_intake_does_not_bring_back_what_was_erased(assistant, conversation, hand_over):
    hand_over(conversation("a"), conversation("b", customer_ref="4711"))
    Conversation.objects.filter(external_id="a").update(state=ConversationState.ERASED, sealed=None)
    DataKey.objects.filter(subject__kind="identified").update(wrapped=None, destroyed_at=timezone.now())
    counts, rejections = hand_over(
        conversation("a"),
        conversation("b", customer_ref="4711", intent="x"),
        conversation("c", customer_ref="4711"),
    )
    assert counts == report(rejected=3)
    gone = "This conversation was erased and is not taken in again."
    assert reasons(rejections) == [
        (1, "external_id", gone),
        (2, "external_id", gone),
        (3, "customer_ref", "This customer was erased; nothing more is stored about them."),
    ]
    with pytest.raises(KeyDestroyed):
        transcript_open(Conversation.objects.get(external_id="b"))


# -- permission ----------------------------------------------------------------------------------------------


def test_intake_needs_the_permission(
    assistant, conversation, hand_over, administrator, reviewer, outsider, api_key_row
):
    def as_actor(actor):
        return hand_over(conversation("a"), actor=actor)[0]

    with pytest.raises(NotFound):
        as_actor(outsider)
    with pytest.raises(Denied):
        as_actor(reviewer)
    with pytest.raises(Denied):
        as_actor(api_key_row(Scope.FLAGS_WRITE))
    assert Conversation.objects.count() == 0
    assert as_actor(api_key_row(Scope.CONVERSATIONS_WRITE)) == report(created=1)
    assert as_actor(administrator) == report(unchanged=1)
