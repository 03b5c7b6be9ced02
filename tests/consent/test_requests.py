from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from consent.deadlines import due_on
from consent.models import SubjectRequest, SubjectRequestEvent
from consent.request_states import REQUEST, RequestState
from consent.services.requests.handling import (
    request_assign,
    request_extend,
    request_hold,
    request_receive,
    request_refuse,
    request_resume,
    request_start,
    request_verify_identity,
)
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from portal.core.models import LedgerEntry
from tests.erasure.requests_made import request_make, request_started, subject_make


@pytest.fixture
def subject(home):
    return subject_make(home)


@given(st.lists(st.sampled_from(RequestState.values), max_size=8))
def test_no_walk_is_answered_without_identity_and_progress(walk):
    """From receipt along allowed moves: fulfilled only after verified, then in progress; nothing leaves an end."""
    state, seen = RequestState.RECEIVED, [RequestState.RECEIVED]
    for wanted in walk:
        if REQUEST.allows(state, wanted):
            state = RequestState(wanted)
            seen.append(state)
    assert REQUEST.terminal == {RequestState.FULFILLED, RequestState.REFUSED}
    if state == RequestState.FULFILLED:
        assert seen[-2] == RequestState.IN_PROGRESS
    assert all(not REQUEST.allows(end, other) for end in REQUEST.terminal for other in RequestState)


def test_receive_starts_the_clock_and_seals_what_was_written(subject, privacy_officer):
    received_at = timezone.now() - timedelta(days=3)
    said = "Please delete me, Anna Muster"
    made = request_make(subject, actor=privacy_officer, details=said, received_at=received_at)
    assert made.due_on == due_on(jurisdiction="gdpr", received_on=received_at.date())
    sealed = bytes(made.details_sealed)
    assert b"Anna" not in sealed
    assert subject.data_key.unwrap().open(sealed, place=made.place).decode() == said
    entry = LedgerEntry.objects.get(action="request.received")
    assert "Anna" not in entry.body
    assert str(made.public_id) in entry.body


def test_receive_finds_the_customer_by_reference_and_takes_unknown_ones_too(home, subject, privacy_officer):
    known = request_receive(team=home, kind="access", channel="form", customer_ref=" C-1001 ", actor=privacy_officer)
    assert known.subject == subject
    stranger = request_receive(team=home, kind="access", channel="form", customer_ref="C-9", actor=privacy_officer)
    assert stranger.subject is None
    opened = stranger.data_key.unwrap().open(bytes(stranger.details_sealed), place=stranger.place)
    assert opened.decode() == "Reference: C-9"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "refund"}, "kind"),
        ({"channel": "pigeon"}, "channel"),
        ({"jurisdiction": "mars"}, "jurisdiction"),
        ({"customer_ref": " "}, "customer_ref"),
        ({"received_at": datetime(2026, 11, 2)}, "received_at"),
        ({"received_at": timezone.now() + timedelta(days=1)}, "received_at"),
        ({"details": "x" * 5001}, "details"),
    ],
    ids=["kind", "channel", "jurisdiction", "nobody", "naive", "future", "long"],
)
def test_receive_names_the_field_at_fault(home, privacy_officer, changed, field):
    given = {"kind": "access", "channel": "form", "customer_ref": "C-1"} | changed
    with pytest.raises(Invalid) as refused:
        request_receive(team=home, actor=privacy_officer, **given)
    assert refused.value.field == field
    assert not SubjectRequest.objects.exists()


def test_only_privacy_officers_act(subject, privacy_officer, manager, auditor, outsider):
    made = request_make(subject, actor=privacy_officer)
    for person, error in [(manager, Denied), (auditor, Denied), (outsider, NotFound)]:
        with pytest.raises(error):
            request_verify_identity(public_id=made.public_id, method="signed_in", actor=person)


def test_nothing_starts_before_the_identity_is_verified(subject, privacy_officer):
    made = request_make(subject, actor=privacy_officer)
    with pytest.raises(Conflict):
        request_start(public_id=made.public_id, actor=privacy_officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        SubjectRequest.objects.filter(pk=made.pk).update(state="in_progress")


def test_waiting_for_identity_stops_the_clock_and_a_legal_hold_does_not(subject, privacy_officer):
    made = request_make(subject, actor=privacy_officer, received_at=timezone.now() - timedelta(days=20))
    due = made.due_on
    request_hold(public_id=made.public_id, reason="identity", note="Asked for a call back.", actor=privacy_officer)
    SubjectRequest.objects.filter(pk=made.pk).update(held_since=timezone.now() - timedelta(days=7))
    resumed = request_resume(public_id=made.public_id, actor=privacy_officer)
    assert (resumed.state, resumed.stopped_days) == ("received", 7)
    assert due < resumed.due_on <= due + timedelta(days=11)
    request_hold(public_id=made.public_id, reason="legal_hold", note="Court file.", actor=privacy_officer)
    SubjectRequest.objects.filter(pk=made.pk).update(held_since=timezone.now() - timedelta(days=7))
    again = request_resume(public_id=made.public_id, actor=privacy_officer)
    assert (again.stopped_days, again.due_on) == (7, resumed.due_on)


def test_extension_once_and_in_time_only(subject, privacy_officer):
    made = request_make(subject, actor=privacy_officer)
    extended = request_extend(public_id=made.public_id, reason="complexity", note="Many chats.", actor=privacy_officer)
    assert extended.due_on == extended.extended_until > made.due_on
    with pytest.raises(Conflict):
        request_extend(public_id=made.public_id, reason="number", note="Again.", actor=privacy_officer)
    late = request_make(subject, actor=privacy_officer, received_at=timezone.now() - timedelta(days=60))
    with pytest.raises(Conflict) as refused:
        request_extend(public_id=late.public_id, reason="number", note="Late.", actor=privacy_officer)
    assert refused.value.code == "too_late"


def test_refusal_needs_a_ground_and_words_and_ends_the_request(subject, privacy_officer):
    made = request_started(subject, actor=privacy_officer)
    with pytest.raises(Invalid):
        request_refuse(public_id=made.public_id, reason="because", note="No.", actor=privacy_officer)
    with pytest.raises(Invalid):
        request_refuse(public_id=made.public_id, reason="legal_claims", note=" ", actor=privacy_officer)
    refused = request_refuse(public_id=made.public_id, reason="legal_claims", note="Open case.", actor=privacy_officer)
    assert (refused.state, refused.refusal_reason) == ("refused", "legal_claims")
    with pytest.raises(Conflict):
        request_hold(public_id=made.public_id, reason="third_party", note="x", actor=privacy_officer)


def test_assigned_only_to_who_may_act(subject, privacy_officer, member, manager):
    made = request_make(subject, actor=privacy_officer)
    colleague = member("privacy_officer")
    assert request_assign(public_id=made.public_id, to=colleague, actor=privacy_officer).assigned_to == colleague
    with pytest.raises(Invalid):
        request_assign(public_id=made.public_id, to=manager, actor=privacy_officer)


def test_history_is_append_only(subject, privacy_officer):
    made = request_started(subject, actor=privacy_officer)
    steps = list(made.events.values_list("action", "from_state", "to_state"))
    assert steps == [
        ("request.received", "", ""),
        ("request.identity_verified", "received", "identity_verified"),
        ("request.started", "identity_verified", "in_progress"),
    ]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE consent_subjectrequestevent SET action = 'request.refused'")
    assert SubjectRequestEvent.objects.filter(action="request.refused").count() == 0
