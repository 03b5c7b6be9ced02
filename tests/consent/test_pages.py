"""The consent pages: who opens them, what they say, and that a reference leaves no trace."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consent.models import DataSubject
from consent.queries import timeline
from consent.services.holds import hold_place
from portal.core.models import LedgerEntry
from portal.core.roles import Role
from tests.consent.conftest import GIVEN_AT, REFERENCE
from tests.erasure.requests_made import request_make
from tests.factories import ConsentEventFactory, MembershipFactory, PurposeFactory

LOOKUP = "/consent/"


def page_of(subject, **query):
    return reverse("consent:subject", args=[subject.public_id], query=query or None)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.PRIVACY_OFFICER, 200),
        (Role.AUDITOR, 200),
        (Role.REVIEWER, 403),
        (Role.APPROVER, 403),
        (Role.MANAGER, 403),
        (Role.ADMINISTRATOR, 403),
    ],
)
def test_the_role_opens_the_pages(role, status, member, as_user, jane):
    browser = as_user(member(role))
    assert browser.get(LOOKUP).status_code == status
    assert browser.get(page_of(jane)).status_code == status


def test_strangers_sign_in_first(client, jane):
    for address in (LOOKUP, page_of(jane)):
        answer = client.get(address)
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, reverse("account_login"))


def test_another_teams_customer_does_not_exist(member, away, as_user, jane):
    officer = as_user(member(Role.PRIVACY_OFFICER, team=away))
    assert officer.get(page_of(jane)).status_code == 404
    assert officer.get(reverse("consent:subject", args=[uuid.uuid4()])).status_code == 404
    answer = officer.post(LOOKUP, {"team": jane.team_id, "reference": REFERENCE})
    assert answer.status_code == 422
    assert "team" in answer.context["form"].errors


def test_a_reference_leads_to_the_pseudonym_and_is_in_the_ledger_without_it(as_user, privacy_officer, jane):
    answer = as_user(privacy_officer).post(LOOKUP, {"team": jane.team_id, "reference": f" {REFERENCE} "})
    assert (answer.status_code, answer.url) == (302, page_of(jane))
    entry = LedgerEntry.objects.get(action="consent.looked_up")
    assert (entry.object_type, entry.object_id) == ("consent.datasubject", str(jane.pk))
    assert entry.actor == f"user:{privacy_officer.pk}"


def test_an_unknown_reference_is_said_at_its_field_and_in_the_ledger(as_user, privacy_officer, home):
    answer = as_user(privacy_officer).post(LOOKUP, {"team": home.pk, "reference": "nobody"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["reference"] == ["No customer of this team has this reference."]
    entry = LedgerEntry.objects.get(action="consent.looked_up")
    assert (entry.object_type, entry.object_id) == ("accounts.team", str(home.pk))


def test_the_team_is_asked_for_only_where_there_are_several(as_user, privacy_officer, home, away):
    assert as_user(privacy_officer).get(LOOKUP).context["form"]["team"].is_hidden
    MembershipFactory(user=privacy_officer, team=away, role=Role.PRIVACY_OFFICER)
    assert not as_user(privacy_officer).get(LOOKUP).context["form"]["team"].is_hidden


def test_a_reference_leaves_no_trace(as_user, privacy_officer, jane, janes_consent, caplog, capfd):
    caplog.set_level("DEBUG")
    browser = as_user(privacy_officer)
    found = browser.post(LOOKUP, {"team": jane.team_id, "reference": REFERENCE}, follow=True)
    assert found.status_code == 200
    assert REFERENCE not in found.content.decode()
    assert all(REFERENCE not in address for address, _ in found.redirect_chain)
    assert all(REFERENCE not in body for body in LedgerEntry.objects.values_list("body", flat=True))
    written = capfd.readouterr()
    assert REFERENCE not in written.out + written.err + caplog.text
    stored = DataSubject.objects.values().get(pk=jane.pk)
    assert REFERENCE.encode() not in bytes(stored["reference_sealed"]) + bytes(stored["reference_index"])


def decisions(browser, subject, **query):
    answer = browser.get(page_of(subject, **query))
    assert answer.status_code == 200
    return [(row.purpose.code, row.decision.status, row.decision.reason) for row in answer.context["decisions"]]


def test_the_page_shows_decision_reason_and_event(as_user, privacy_officer, jane, janes_consent):
    browser = as_user(privacy_officer)
    assert decisions(browser, jane) == [("support", "permitted", "granted")]
    content = browser.get(page_of(jane)).content.decode()
    for words in ("Consent was given and in force.", f"Event {janes_consent.pk}", str(jane.public_id)):
        assert words in content


def test_the_page_leads_to_the_customers_requests_and_says_that_they_are_held(as_user, privacy_officer, jane):
    browser = as_user(privacy_officer)
    assert "Legal hold" not in browser.get(page_of(jane)).text
    asked = request_make(jane, actor=privacy_officer, kind="access")
    hold_place(team=jane.team, matter="C 1", reason="Sued.", actor=privacy_officer, subject=jane)
    page = browser.get(page_of(jane)).text
    assert reverse("requests:request", args=[asked.public_id]) in page
    assert "Legal hold" in page


def test_the_page_goes_back_to_what_was_known_and_when_it_was_used(
    as_user, privacy_officer, jane, janes_consent, support
):
    ConsentEventFactory(
        subject=jane,
        purpose=support,
        state="withdrawn",
        occurred_at=GIVEN_AT + timedelta(days=10),
        recorded_at=GIVEN_AT + timedelta(days=20),
    )
    browser = as_user(privacy_officer)
    assert decisions(browser, jane) == [("support", "denied", "withdrawn")]
    assert decisions(browser, jane, known_at="2025-06-15T00:00") == [("support", "permitted", "granted")]
    assert decisions(browser, jane, at="2025-06-05T00:00") == [("support", "permitted", "granted")]
    assert decisions(browser, jane, at="2025-05-01T00:00") == [("support", "denied", "not_yet_in_force")]
    assert decisions(browser, jane, known_at="2025-05-01T00:00") == [("support", "unknown", "no_event")]


@pytest.mark.parametrize("value", ["yesterday", "0001-01-01T00:00", "9999-12-31T23:59", "\x00"])
def test_a_time_that_cannot_be_read_is_said_at_its_field(as_user, privacy_officer, jane, value):
    answer = as_user(privacy_officer).get(page_of(jane, known_at=value))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["known_at"]


def test_the_timeline_tells_the_state_after_each_event(jane, janes_consent, support, shown_notice):
    withdrawn = ConsentEventFactory(
        subject=jane, purpose=support, state="withdrawn", occurred_at=GIVEN_AT + timedelta(days=1)
    )
    undone = ConsentEventFactory(
        subject=jane,
        purpose=support,
        state="invalidated",
        invalidates=withdrawn,
        occurred_at=GIVEN_AT + timedelta(days=2),
    )

    def told(known_at):
        return [
            (entry.event.pk, entry.decision.reason, entry.voided_by)
            for entry in timeline(subject=jane, known_at=known_at)
        ]

    assert told(GIVEN_AT + timedelta(days=1)) == [
        (janes_consent.pk, "granted", None),
        (withdrawn.pk, "withdrawn", None),
    ]
    assert told(GIVEN_AT + timedelta(days=2)) == [
        (janes_consent.pk, "granted", None),
        (withdrawn.pk, "granted", undone.pk),
        (undone.pk, "granted", None),
    ]


def test_the_page_costs_the_same_queries_at_1_and_at_30_events(
    as_user, privacy_officer, jane, janes_consent, home, shown_notice, django_assert_num_queries
):
    browser = as_user(privacy_officer)
    browser.get(page_of(jane))
    with CaptureQueriesContext(connection) as first:
        browser.get(page_of(jane))
    for _ in range(29):
        ConsentEventFactory(subject=jane, purpose=PurposeFactory(team=home), notice=shown_notice)
    with django_assert_num_queries(len(first.captured_queries)):
        browser.get(page_of(jane))


def test_a_long_history_is_paged(as_user, privacy_officer, jane, support):
    for n in range(51):
        ConsentEventFactory(subject=jane, purpose=support, occurred_at=GIVEN_AT + timedelta(days=n))
    browser = as_user(privacy_officer)
    assert len(browser.get(page_of(jane)).context["events"]) == 50
    assert len(browser.get(page_of(jane, page=2)).context["events"]) == 1
