"""Receipts: the fields of the standard, the same bytes each time, and only what was known then."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from jsonschema import Draft202012Validator

from consent.models import DataSubject
from consent.queries import receipt, receipt_text
from consent.services.links import merge_confirm, subjects_merge
from consent.services.subjects import subjects_resolve
from portal.core.roles import Role, Scope
from tests.consent.conftest import GIVEN_AT, REFERENCE
from tests.factories import ConsentEventFactory, PurposeFactory

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parent / "receipt.schema.json").read_text()))
LATER = GIVEN_AT + timedelta(days=400)


@pytest.fixture
def history(jane, janes_consent, support, home):
    interest = PurposeFactory(team=home, code="improve", lawful_basis="legitimate_interest")
    ConsentEventFactory(
        subject=jane,
        purpose=support,
        state="withdrawn",
        occurred_at=GIVEN_AT + timedelta(days=30),
        recipients=["Example Ltd"],
        data_categories=["messages"],
        controller="Home Ltd",
        jurisdiction="DE",
    )
    ConsentEventFactory(subject=jane, purpose=interest, state="objected", occurred_at=GIVEN_AT + timedelta(days=60))
    return support


def test_it_has_every_mandatory_field_and_keeps_its_bytes(jane, history):
    made = receipt(subject=jane, known_at=LATER)
    SCHEMA.validate(made)
    assert receipt_text(made) == receipt_text(receipt(subject=jane, known_at=LATER))
    assert REFERENCE not in receipt_text(made)
    consent = made["consent_records"][1]
    assert [event["event_state"] for event in consent["events"]] == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]
    assert consent["decision"]["reason"] == "withdrawn"
    assert [party["party_name"] for party in consent["party_identification"]] == ["Home", "Home Ltd", "Example Ltd"]
    assert consent["pii_processing"]["privacy_notice"]["version"] == 7
    assert made["consent_records"][0]["events"][0]["event_state"] == "objected"


def test_it_holds_only_what_was_known_then(jane, history):
    then = receipt(subject=jane, known_at=GIVEN_AT + timedelta(days=1))
    assert [len(record["events"]) for record in then["consent_records"]] == [1]
    assert then["receipt_id"] != receipt(subject=jane, known_at=LATER)["receipt_id"]
    SCHEMA.validate(receipt(subject=jane, known_at=GIVEN_AT - timedelta(days=1)))


def test_it_holds_the_events_of_a_confirmed_merge(jane, history, home, privacy_officer, django_assert_num_queries):
    [other] = subjects_resolve(team=home, references=["j.roe"])
    ConsentEventFactory(
        subject=DataSubject.objects.get(pk=other.subject_id), purpose=history, state="refused", occurred_at=GIVEN_AT
    )

    def events():
        with django_assert_num_queries(6):
            return len(receipt(subject=jane, known_at=timezone.now())["consent_records"][1]["events"])

    step = subjects_merge(subject_id=jane.pk, other_id=other.subject_id, reason="same_contact", actor=privacy_officer)
    assert events() == 2
    merge_confirm(merge=step.merge, reason="identity_checked", actor=privacy_officer)
    assert events() == 3


def test_it_can_be_had_by_api(client, as_user, api_key, member, away, jane, history):
    address = f"/api/v1/consent/subjects/{jane.public_id}/receipt"
    key = api_key(Scope.CONSENT_READ)
    answer = client.get(f"{address}?known_at=2026-01-01T00:00:00Z", headers={"Authorization": key})
    SCHEMA.validate(answer.json())
    assert answer.json()["known_at"] == "2026-01-01T00:00:00Z"
    wrong = client.get(f"{address}?known_at=then", headers={"Authorization": key})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "known_at")
    assert client.get(address).status_code == 401
    assert client.get(address, headers={"Authorization": api_key(Scope.CONSENT_WRITE)}).status_code == 403
    assert as_user(member(Role.PRIVACY_OFFICER, team=away)).get(address).status_code == 404
    assert as_user(member(Role.AUDITOR)).get(address).status_code == 200
