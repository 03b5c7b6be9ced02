"""Reminders: a week and two days before the last day, and once when it has passed; an id and a link, nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from consent.models import SubjectRequest
from consent.queries.requests import RequestFilters, request_details, requests_for
from consent.services.holds import hold_place, hold_release
from consent.services.requests.clock import occasion_of, reminders_send, strangers_forget, tick
from consent.services.requests.handling import (
    request_extend,
    request_hold,
    request_receive,
    request_refuse,
    request_resume,
)
from consent.services.requests.records import today
from portal.core.models import DataKey, LedgerEntry
from tests.erasure.requests_made import request_make, subject_make
from tests.jobs import drain

DUE = date(2026, 5, 20)


@pytest.mark.parametrize(
    ("on", "occasion"),
    [
        ("2026-05-12", ""),
        ("2026-05-13", "week"),
        ("2026-05-17", "week"),
        ("2026-05-18", "days"),
        ("2026-05-20", "days"),
        ("2026-05-21", "overdue"),
    ],
)
def test_what_is_said_on_a_day(on, occasion):
    assert occasion_of(due_on=DUE, on=date.fromisoformat(on)) == occasion


def test_each_reminder_is_sent_once_to_the_privacy_officers(home, privacy_officer, member, manager, mailoutbox):
    colleague = member("privacy_officer")
    made = request_make(subject_make(home, "C-secret"), actor=privacy_officer, details="I am Anna")
    for days in (8, 7, 6, 2, 1, 0, -1, -5):
        reminders_send(on=made.due_on - timedelta(days=days))
        drain()
    made.refresh_from_db()
    assert made.reminded == ["week", "days", "overdue"]
    assert {mail.to[0] for mail in mailoutbox} == {privacy_officer.email, colleague.email}
    assert len(mailoutbox) == 6
    for mail in mailoutbox:
        assert f"/requests/{made.public_id}/" in mail.body
        assert "Anna" not in mail.body + mail.subject
        assert "C-secret" not in mail.body + mail.subject


def test_an_extension_starts_the_reminders_anew(home, privacy_officer):
    made = request_make(subject_make(home), actor=privacy_officer, received_at=timezone.now() - timedelta(days=24))
    reminders_send(on=today())
    request_extend(public_id=made.public_id, reason="complexity", note="Many chats.", actor=privacy_officer)
    assert SubjectRequest.objects.get().reminded == []
    assert reminders_send(on=today()) == 0


def test_closed_requests_are_left_alone_and_one_worker_ticks(home, privacy_officer):
    request_make(subject_make(home), actor=privacy_officer)
    assert tick() is True


def test_what_strangers_wrote_is_closed_for_good_after_three_months(home, privacy_officer):
    made = request_receive(
        team=home, kind="access", channel="form", customer_ref="C-unknown", actor=privacy_officer, details="Anna"
    )
    request_refuse(public_id=made.public_id, reason="no_data", note="Nothing is held.", actor=privacy_officer)
    assert strangers_forget() == 0
    SubjectRequest.objects.update(closed_at=timezone.now() - timedelta(days=91))
    hold = hold_place(team=home, matter="Case 7", reason="A court asked.", actor=privacy_officer)
    assert strangers_forget() == 0
    hold_release(hold_id=hold.pk, reason="Closed.", actor=privacy_officer)
    assert strangers_forget() == 1
    assert strangers_forget() == 0
    assert LedgerEntry.objects.filter(action="request.strangers_forgotten").count() == 1
    assert DataKey.objects.get(pk=made.data_key_id).wrapped is None
    assert request_details(SubjectRequest.objects.select_related("data_key").get()) == ""


def test_nothing_is_overdue_while_the_clock_stands_still(home, privacy_officer):
    made = request_make(subject_make(home), actor=privacy_officer, received_at=timezone.now() - timedelta(days=60))
    request_hold(public_id=made.public_id, reason="identity", note="Asked.", actor=privacy_officer)
    assert reminders_send(on=today()) == 0
    overdue = requests_for(privacy_officer, RequestFilters(waiting="overdue"), today=today())
    assert not overdue.exists()
    request_resume(public_id=made.public_id, actor=privacy_officer)
    assert (reminders_send(on=today()), overdue.count()) == (1, 1)
