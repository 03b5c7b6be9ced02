"""An erasure while others write: they wait for it or it for them, and nothing is left either way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assistants.models import Assistant, Conversation
from audits.models import Detection
from consent.models import AccessPackage, DataSubject
from consent.services.erasures import erased_without_trace, person_of, subjects_erase
from consent.services.links import merge_confirm, subjects_merge
from consent.services.requests.erasing import erasure_check, request_erase
from consent.services.requests.packaging import package_build
from consent.services.retention_runs import retention_run_now
from consent.traces import Trace, _traces, register_trace
from portal.core import ledger
from portal.core.actors import SYSTEM
from portal.core.models import DataKey
from tests.consent.retaining import rule_make
from tests.erasure.requests_made import request_started, subject_make
from tests.erasure.scene import hand_over, told
from tests.factories import AssistantFactory
from tests.jobs import drain
from tests.other_session import other_session


@pytest.fixture
def customer(home) -> DataSubject:
    assistant: Assistant = AssistantFactory(team=home, slug="ava")
    hand_over(assistant, told("ext-1"))
    return Conversation.objects.get().subject


@pytest.mark.django_db(transaction=True)
def test_an_erasure_waits_for_an_intake_under_way(home, customer):
    """The intake's lock on the customer is held by another session, as `subjects_resolve` takes it."""
    with other_session() as other:
        other.execute("BEGIN")
        other.execute(f"SELECT FROM consent_datasubject WHERE id = {customer.pk} FOR KEY SHARE")
        with pytest.raises(Exception, match="lock timeout"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            subjects_erase(subject_ids=[customer.pk], actor=SYSTEM)
        other.execute("COMMIT")
    subjects_erase(subject_ids=[customer.pk], actor=SYSTEM)
    drain()
    customer.refresh_from_db()
    assert erased_without_trace(customer)


@pytest.mark.django_db(transaction=True)
def test_an_erasure_waits_for_a_scan_under_way(home, customer):
    """A scan holds the conversation's row until its detections are stored; the erasure then finds and removes them."""
    conversation = Conversation.objects.get()
    with other_session() as other:
        other.execute("BEGIN")
        other.execute(f"SELECT FROM assistants_conversation WHERE id = {conversation.pk} FOR UPDATE")
        with pytest.raises(Exception, match="lock timeout"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            subjects_erase(subject_ids=[customer.pk], actor=SYSTEM)
        other.execute(
            'INSERT INTO audits_detection (conversation_id, turn, start, "end", type, role, origin, score, value_hash) '
            f"VALUES ({conversation.pk}, 0, 0, 4, 'PERSON', 'customer', 'volunteered', 1, '\\x00')"
        )
        other.execute("COMMIT")
    subjects_erase(subject_ids=[customer.pk], actor=SYSTEM)
    assert not Detection.objects.exists()


def test_half_an_erasure_is_none(home, customer, monkeypatch):
    """A process killed in the middle leaves its transaction undone; the repeated job finds everything as it was."""

    def killed(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("consent.services.erasures.ledger.append", killed)
    with pytest.raises(KeyboardInterrupt):
        subjects_erase(subject_ids=[customer.pk], actor=SYSTEM)
    monkeypatch.undo()
    assert DataKey.objects.get(pk=customer.data_key_id).unwrap()
    assert Conversation.objects.get().sealed is not None
    assert subjects_erase(subject_ids=[customer.pk], actor=SYSTEM)


def test_a_person_of_two_records_is_erased_in_both(home, customer, privacy_officer):
    second = subject_make(home, "second-reference")
    step = subjects_merge(
        subject_id=customer.pk, other_id=second.pk, reason="same_contact", source="crm", actor=privacy_officer
    )
    assert person_of(customer) == [customer.pk]
    merge_confirm(merge=step.merge, reason="identity_checked", actor=privacy_officer)
    request = request_started(second, actor=privacy_officer)
    request_erase(public_id=request.public_id, actor=privacy_officer, reauthenticated=True)
    drain()
    for one in (customer, second):
        one.refresh_from_db()
        assert erased_without_trace(one)
    request.refresh_from_db()
    assert request.state == "fulfilled"
    erasure_check(request_id=request.pk)


def test_every_record_is_purged_before_the_ledger_is_locked(home, customer, monkeypatch):
    """A purge may wait for somebody who waits for the ledger; jobs come last, as everywhere."""
    second = subject_make(home, "second-reference")
    seen: list[str] = []

    def noted(name: str, function: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            seen.append(name)
            return function(*args, **kwargs)

        return call

    trace = Trace(name="tests.order", label="Order", purge=noted("purge", lambda ids: 0), look=lambda ids: 0)
    register_trace(trace)
    monkeypatch.setattr("consent.services.erasures.ledger.append", noted("ledger", ledger.append))
    monkeypatch.setattr("consent.services.erasures.announce_for", noted("announce", lambda **values: None))
    try:
        subjects_erase(subject_ids=[customer.pk, second.pk], actor=SYSTEM)
    finally:
        _traces.pop("tests.order")
    assert seen == ["purge", "purge", "ledger", "ledger", "announce"]


@pytest.mark.django_db(transaction=True)
def test_a_package_waits_for_an_erasure_under_way_and_is_not_built_after_it(home, customer, privacy_officer):
    request = request_started(customer, actor=privacy_officer, kind="access")
    with other_session() as other:
        other.execute("BEGIN")
        other.execute(f"SELECT FROM consent_datasubject WHERE id = {customer.pk} FOR UPDATE")
        with pytest.raises(Exception, match="lock timeout"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            package_build(request_id=request.pk)
        other.execute("COMMIT")
    subjects_erase(subject_ids=[customer.pk], actor=SYSTEM)
    package_build(request_id=request.pk)
    assert not AccessPackage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_night_waits_for_nobody_who_works_on_a_request_and_locks_in_the_same_order(home, privacy_officer):
    """A request at work is held by another session, which is about to lock its customer, as every service does."""
    busy, idle = subject_make(home, "C-1"), subject_make(home, "C-2")
    for one in (busy, idle):
        request_started(one, actor=privacy_officer)
    DataSubject.objects.update(created_at=timezone.now() - timedelta(days=900))
    rule_make(home, privacy_officer, "customer", anchor="created", period="P2Y")
    with other_session() as other, CaptureQueriesContext(connection) as asked:
        other.execute("BEGIN")
        other.execute(f"SELECT FROM consent_subjectrequest WHERE subject_id = {busy.pk} FOR NO KEY UPDATE")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 1
        other.execute(f"SELECT FROM consent_datasubject WHERE id = {busy.pk} FOR UPDATE NOWAIT")
        other.execute("COMMIT")
    assert DataSubject.objects.get(erased_at__isnull=False) == idle
    locks = [query["sql"] for query in asked if "FOR UPDATE" in query["sql"] or "FOR NO KEY UPDATE" in query["sql"]]
    about = [table for sql in locks for table in ("subjectrequest", "datasubject") if f'FROM "consent_{table}"' in sql]
    assert about[:2] == ["subjectrequest", "datasubject"]
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 1
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")
