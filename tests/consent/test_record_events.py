"""The door of the consent ledger: what comes in, once, and what is turned away."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from consent.models import ConsentEvent, DataSubject
from consent.queries import evaluate, subject_by_reference
from consent.services.entries import ConsentEntry, NoticeRef, entry_hash
from consent.services.events import SourceConflict, consent_event_record, consent_events_record
from consent.services.subjects import reference_open, subjects_resolve
from consent.states import LawfulBasis, Reason
from portal.core import ledger
from portal.core.errors import Denied, Invalid, NotFound
from portal.core.models import DataKey, LedgerEntry
from tests.factories import NoticeFactory, PurposeFactory

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
REFERENCE = "jane.roe@mail.example"
PRIVACY = NoticeRef("privacy", 7, "en")


@pytest.fixture(autouse=True)
def register(home):
    support = PurposeFactory(team=home, code="support")
    PurposeFactory(team=home, code="improve", lawful_basis=LawfulBasis.LEGITIMATE_INTEREST)
    PurposeFactory(team=home, code="billing", lawful_basis=LawfulBasis.CONTRACT)
    NoticeFactory(team=home, version=7, purposes=[support])
    return support


GIVEN = ConsentEntry(
    source="crm",
    source_event_id="e-1",
    purpose="support",
    state="given",
    occurred_at=NOON,
    customer_ref=REFERENCE,
    notice=PRIVACY,
)


@pytest.fixture
def record(home, privacy_officer):
    def run(*entries):
        return consent_events_record(team=home, entries=entries, actor=privacy_officer)

    return run


def test_an_event_is_stored_as_stated_and_counts(home, record, register):
    entry = replace(
        GIVEN,
        valid_until=NOON + timedelta(days=365),
        clock_uncertainty_s=5,
        given_by="guardian",
        verification="double opt-in",
        age_band="under 13",
        jurisdiction="DE",
        data_categories=["messages"],
        recipients=["Example Ltd"],
        evidence_channel="web",
        evidence_method="checkbox",
        evidence_digest="ab" * 32,
    )
    report = record(entry)
    event = ConsentEvent.objects.get()
    assert (report.recorded, report.unchanged, report.clamped, report.conflicts) == ((event.pk,), 0, 0, ())
    assert (event.team, event.purpose, event.notice.version, event.state) == (home, register, 7, "given")
    assert (event.occurred_at, event.valid_from, event.valid_until) == (NOON, NOON, NOON + timedelta(days=365))
    assert (event.clock_uncertainty_s, event.given_by, event.age_band, event.jurisdiction) == (
        5,
        "guardian",
        "<13",
        "DE",
    )
    assert (event.data_categories, event.recipients) == (["messages"], ["Example Ltd"])
    assert (event.evidence_channel, event.evidence_method, event.evidence_digest) == ("web", "checkbox", "ab" * 32)
    assert (event.lawful_basis, event.clamped, event.verification) == ("consent", False, "double opt-in")
    assert abs(event.recorded_at - timezone.now()) < timedelta(minutes=1)
    subject = subject_by_reference(team=home, reference=REFERENCE)
    assert reference_open(subject) == REFERENCE
    assert evaluate(subject=subject, purpose=register, use_time=NOON + timedelta(days=1)).reason == Reason.GRANTED


def test_the_same_statement_again_changes_nothing(record):
    first = record(GIVEN)
    again = record(GIVEN, GIVEN)
    assert (again.recorded, again.unchanged, again.conflicts) == ((), 2, ())
    assert list(ConsentEvent.objects.values_list("pk", flat=True)) == list(first.recorded)
    assert LedgerEntry.objects.filter(action="consent.recorded").count() == 1


def test_the_same_statement_is_known_by_its_moment_not_its_zone(record):
    record(GIVEN)
    elsewhere = NOON.astimezone(timezone.get_fixed_timezone(120))
    assert record(replace(GIVEN, occurred_at=elsewhere)).unchanged == 1


@pytest.mark.parametrize(
    "change",
    [
        {"state": "refused"},
        {"occurred_at": NOON + timedelta(seconds=1)},
        {"customer_ref": "somebody-else"},
        {"recipients": ["Example Ltd"]},
        {"valid_until": NOON + timedelta(days=1)},
    ],
)
def test_other_content_under_a_known_id_is_reported_and_not_stored(record, change):
    [event_id] = record(GIVEN).recorded
    report = record(replace(GIVEN, source_event_id="e-2"), replace(GIVEN, **change))
    assert report.conflicts == (SourceConflict(1, event_id),)
    assert len(report.recorded) == 1
    assert ConsentEvent.objects.get(pk=event_id).state == "given"
    noted = LedgerEntry.objects.get(action="consent.source_conflict")
    assert json.loads(noted.body)["data"] == {"conflicts": 1, "events": [[event_id, event_id]]}


def test_a_conflict_inside_one_list_keeps_the_first(record):
    report = record(GIVEN, replace(GIVEN, state="refused"))
    assert report.conflicts == (SourceConflict(1, report.recorded[0]),)


def test_the_same_id_from_another_source_or_team_is_another_event(home, away, record, member):
    record(GIVEN, replace(GIVEN, source="web"))
    NoticeFactory(team=away, version=7, purposes=[PurposeFactory(team=away, code="support")])
    officer = member("privacy_officer", team=away)
    assert len(consent_events_record(team=away, entries=[GIVEN], actor=officer).recorded) == 1
    assert ConsentEvent.objects.count() == 3
    assert DataSubject.objects.count() == 2


def test_a_future_stamp_is_set_to_now_and_marked(record):
    ahead = timezone.now() + timedelta(hours=2)
    report = record(
        replace(GIVEN, occurred_at=ahead), replace(GIVEN, source_event_id="e-2", occurred_at=ahead, valid_from=ahead)
    )
    assert report.clamped == 2
    for event in ConsentEvent.objects.all():
        assert event.clamped
        assert event.occurred_at == event.valid_from == event.recorded_at


def test_a_later_start_is_kept_when_the_stamp_is_set_to_now(record):
    later = timezone.now() + timedelta(days=2)
    record(replace(GIVEN, occurred_at=timezone.now() + timedelta(hours=2), valid_from=later))
    assert ConsentEvent.objects.get().valid_from == later


def test_an_invalidation_names_an_event_of_its_source_also_from_the_same_list(record):
    taken_back = replace(
        GIVEN, source_event_id="e-9", state="invalidated", invalidates="e-1", notice=None, occurred_at=NOON
    )
    first, second = record(GIVEN, taken_back).recorded
    assert ConsentEvent.objects.get(pk=second).invalidates_id == first
    assert second > first
    third = record(replace(taken_back, source_event_id="e-10", invalidates="e-9")).recorded[0]
    assert ConsentEvent.objects.get(pk=third).invalidates_id == second


OBJECTED = replace(GIVEN, purpose="improve", state="objected", notice=None)


def test_an_objection_and_its_lift_are_taken_where_the_basis_allows_one(record):
    assert len(record(OBJECTED, replace(OBJECTED, source_event_id="e-2", state="objection_lifted")).recorded) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purpose": "nonsense"}, "purpose"),
        ({"state": "agreed"}, "state"),
        ({"state": "objected"}, "state"),
        ({"purpose": "improve"}, "state"),
        ({"purpose": "billing"}, "state"),
        ({"notice": None}, "notice"),
        ({"notice": NoticeRef("privacy", 8, "en")}, "notice"),
        ({"notice": NoticeRef("privacy", 7, "de")}, "notice"),
        ({"customer_ref": None}, "customer_ref"),
        ({"customer_ref": " "}, "customer_ref"),
        ({"given_by": "friend"}, "given_by"),
        ({"given_by": "controller"}, "given_by"),
        ({"age_band": "young"}, "age_band"),
        ({"occurred_at": datetime(2025, 6, 1, 12)}, "occurred_at"),
        ({"occurred_at": datetime(1, 1, 1, tzinfo=UTC)}, "occurred_at"),
        ({"valid_from": datetime(9999, 1, 1, tzinfo=UTC)}, "valid_from"),
        ({"valid_until": NOON}, "valid_until"),
        ({"state": "withdrawn", "valid_until": NOON + timedelta(days=1)}, "valid_until"),
        ({"clock_uncertainty_s": -1}, "clock_uncertainty_s"),
        ({"clock_uncertainty_s": 10**9}, "clock_uncertainty_s"),
        ({"source": " "}, "source"),
        ({"source_event_id": ""}, "source_event_id"),
        ({"source_event_id": "x" * 121}, "source_event_id"),
        ({"verification": "a\x00b"}, "verification"),
        ({"jurisdiction": "\ud800"}, "jurisdiction"),
        ({"recipients": ["x" * 121]}, "recipients"),
        ({"data_categories": ["x"] * 51}, "data_categories"),
        ({"evidence_digest": "AB"}, "evidence_digest"),
        ({"invalidates": "e-0"}, "invalidates"),
        ({"state": "invalidated", "notice": None}, "invalidates"),
        ({"state": "invalidated", "notice": None, "invalidates": "e-0"}, "invalidates"),
    ],
)
def test_what_cannot_be_right_is_refused_by_field_and_nothing_is_stored(record, change, field):
    with pytest.raises(Invalid) as caught:
        record(replace(GIVEN, source_event_id="fine"), replace(GIVEN, **change))
    assert caught.value.field == f"[1].{field}"
    assert ConsentEvent.objects.count() == 0
    assert LedgerEntry.objects.filter(action__startswith="consent.").count() == 0


def test_a_single_entry_names_the_field_alone(home, privacy_officer):
    with pytest.raises(Invalid) as caught:
        consent_event_record(team=home, entry=replace(GIVEN, purpose="nonsense"), actor=privacy_officer)
    assert caught.value.field == "purpose"
    assert len(consent_event_record(team=home, entry=GIVEN, actor=privacy_officer).recorded) == 1


def test_an_invalidation_stays_with_its_data_subject(record):
    record(GIVEN)
    elsewhere = replace(
        GIVEN, source_event_id="e-2", customer_ref="x", state="invalidated", invalidates="e-1", notice=None
    )
    with pytest.raises(Invalid, match="another data subject"):
        record(elsewhere)


def test_a_retired_purpose_takes_no_consent_but_a_withdrawal(record, register):
    register.retired_at = timezone.now()
    register.save()
    with pytest.raises(Invalid, match="retired"):
        record(GIVEN)
    assert len(record(replace(GIVEN, state="withdrawn", notice=None)).recorded) == 1


def test_a_subject_can_be_named_by_pseudonym_of_the_same_team_only(home, away, record):
    [ours] = subjects_resolve(team=home, references=[REFERENCE])
    [theirs] = subjects_resolve(team=away, references=[REFERENCE])
    record(replace(GIVEN, customer_ref=None, subject=ours.public_id))
    assert ConsentEvent.objects.get().subject_id == ours.subject_id
    assert record(GIVEN).unchanged == 1
    with pytest.raises(Invalid) as caught:
        record(replace(GIVEN, customer_ref=None, subject=theirs.public_id))
    assert caught.value.field == "[0].subject"


@pytest.mark.parametrize("named_by", ["customer_ref", "subject"])
def test_nothing_is_recorded_about_an_erased_subject(home, record, named_by):
    [resolved] = subjects_resolve(team=home, references=[REFERENCE])
    DataKey.objects.filter(subject__pk=resolved.subject_id).update(wrapped=None, destroyed_at=timezone.now())
    entry = GIVEN if named_by == "customer_ref" else replace(GIVEN, customer_ref=None, subject=resolved.public_id)
    with pytest.raises(Invalid) as caught:
        record(entry)
    assert (caught.value.field, caught.value.code) == (f"[0].{named_by}", "subject_erased")


def test_the_ledger_holds_counts_ids_and_a_digest_but_no_reference(record):
    report = record(GIVEN, replace(GIVEN, source_event_id="e-2", state="withdrawn", notice=None), GIVEN)
    first, last = report.recorded
    body = json.loads(LedgerEntry.objects.get(action="consent.recorded").body)
    data = body["data"]
    assert (data["recorded"], data["unchanged"], data["events"]) == (2, 1, [[first, last]])
    assert len(data["digest"]) == 64
    assert REFERENCE not in json.dumps(body)


def test_an_empty_list_does_nothing(record):
    assert record().recorded == ()
    assert LedgerEntry.objects.filter(action="consent.recorded").count() == 0


def test_a_list_costs_the_same_queries_whatever_its_length(record, django_assert_max_num_queries):
    for size in (1, 30):
        entries = [replace(GIVEN, source_event_id=f"{size}-{n}", customer_ref=f"ref-{size}-{n}") for n in range(size)]
        with django_assert_max_num_queries(19):
            assert len(record(*entries).recorded) == size


def test_only_who_may_record_does(home, away, auditor, outsider, member):
    with pytest.raises(Denied):
        consent_events_record(team=home, entries=[GIVEN], actor=auditor)
    with pytest.raises(NotFound):
        consent_events_record(team=home, entries=[GIVEN], actor=outsider)


def test_an_event_cannot_be_changed_or_deleted_in_the_database(record):
    record(GIVEN)
    for change in (
        lambda: ConsentEvent.objects.update(state="withdrawn"),
        lambda: ConsentEvent.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert ConsentEvent.objects.get().state == "given"


def test_a_statement_hashes_as_the_canonical_text_of_all_that_it_states():
    """Stored hashes say what is known already, so the text under them must never change."""
    entry = replace(GIVEN, verification='é"\\\x1f\n\x7f😀/', data_categories=["a", "b"], valid_until=NOON)
    stated = {
        "source": "crm",
        "source_event_id": "e-1",
        "purpose": "support",
        "state": "given",
        "occurred_at": "2025-06-01T12:00:00+00:00",
        "notice": ["privacy", 7, "en"],
        "valid_from": None,
        "valid_until": "2025-06-01T12:00:00+00:00",
        "clock_uncertainty_s": 0,
        "given_by": "subject",
        "verification": 'é"\\\x1f\n\x7f😀/',
        "age_band": "",
        "jurisdiction": "",
        "data_categories": ["a", "b"],
        "recipients": [],
        "evidence_channel": "",
        "evidence_method": "",
        "evidence_digest": "",
        "invalidates": None,
        "subject": 5,
    }

    def digest(of):
        return hashlib.sha256(ledger.canonical(of).encode()).digest()

    assert entry_hash(entry, subject_id=5) == digest(stated)
    assert entry_hash(replace(entry, controller="Us"), subject_id=5) == digest({**stated, "controller": "Us"})
