"""A privacy officer's work on a customer's page: merges, age, restriction, receipt; who may, and what it says."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from consent.models import DataSubject, ProcessingRestriction, SubjectAgeNote, SubjectLinkEvent
from consent.services.links import subjects_merge
from consent.services.subjects import subjects_resolve
from portal.core.roles import Role
from tests.consent.conftest import GIVEN_AT
from tests.factories import ConsentEventFactory, NoticeFactory


@pytest.fixture
def other(home):
    [resolved] = subjects_resolve(team=home, references=["j.roe"])
    return DataSubject.objects.get(pk=resolved.subject_id)


def at(name, subject, **more):
    return reverse(f"consent:{name}", kwargs={"public_id": subject.public_id, **more})


def posts(jane):
    return [
        (at("merge-propose", jane), {"merge-other": "j.roe", "merge-reason": "same_contact"}),
        (at("age-note", jane), {"age-minor_below_age": "16", "age-evidence": "account"}),
        (at("restrict", jane), {"restriction-ground": "unlawful"}),
    ]


def test_each_change_leads_back_to_the_page_which_shows_it(as_user, privacy_officer, jane, janes_consent, other):
    browser = as_user(privacy_officer)
    for address, body in posts(jane):
        answer = browser.post(address, body)
        assert (answer.status_code, answer.url) == (302, at("subject", jane))
    [step] = SubjectLinkEvent.objects.all()
    page = browser.get(at("subject", jane))
    content = page.content.decode()
    for words in (
        "Merge proposed",
        "Petra Privacy",
        str(other.public_id),
        "Under 16",
        "is unlawful",
        "Confirm: one person",
    ):
        assert words in content
    assert [row.decision.reason for row in page.context["decisions"]] == ["restricted"]
    restriction = ProcessingRestriction.objects.get()
    browser.post(at("restriction-lift", jane, pk=restriction.pk))
    assert browser.post(at("merge-confirm", jane, merge=step.merge)).status_code == 302
    browser.post(at("merge-undo", jane, merge=step.merge))
    assert list(SubjectLinkEvent.objects.order_by("pk").values_list("state", flat=True)) == [
        "proposed",
        "confirmed",
        "undone",
    ]


def test_a_merge_by_pseudonym_and_what_is_wrong_is_said_at_its_field(as_user, privacy_officer, jane, other):
    browser, address = as_user(privacy_officer), at("merge-propose", jane)
    for text in ("nobody", str(uuid.uuid4()), str(jane.public_id)):
        answer = browser.post(address, {"merge-other": text, "merge-reason": "same_contact"})
        assert (answer.status_code, list(answer.context["merge_form"].errors)) == (422, ["other"])
    assert (
        browser.post(address, {"merge-other": str(other.public_id), "merge-reason": "same_contact"}).status_code == 302
    )
    answer = browser.post(at("age-note", jane), {"age-of_age_on": "2030-01-01", "age-evidence": "account"})
    assert (answer.status_code, list(answer.context["age_form"].errors)) == (422, ["of_age_on"])


def test_only_who_may_record_changes_and_only_in_their_team(as_user, client, member, away, jane, other):
    for address, body in posts(jane):
        assert client.post(address, body).url.startswith(reverse("account_login"))
        assert as_user(member(Role.AUDITOR)).post(address, body).status_code == 403
        assert as_user(member(Role.PRIVACY_OFFICER, team=away)).post(address, body).status_code == 404
    assert not SubjectLinkEvent.objects.exists()
    assert not SubjectAgeNote.objects.exists()
    assert not ProcessingRestriction.objects.exists()
    assert "Propose the merge" not in as_user(member(Role.AUDITOR)).get(at("subject", jane)).content.decode()


def test_the_receipt_is_downloaded_as_it_was_known(as_user, client, member, away, privacy_officer, jane, janes_consent):
    address = at("subject-receipt", jane)
    answer = as_user(privacy_officer).get(address, {"known_at": "2025-07-01T00:00"})
    assert answer["Content-Disposition"] == f'attachment; filename="consent-receipt-{jane.public_id}.json"'
    content = json.loads(answer.content)
    assert (content["known_at"], len(content["consent_records"])) == ("2025-07-01T00:00:00Z", 1)
    assert client.get(address).status_code == 302
    assert as_user(member(Role.AUDITOR)).get(address).status_code == 200
    assert as_user(member(Role.REVIEWER)).get(address).status_code == 403
    assert as_user(member(Role.PRIVACY_OFFICER, team=away)).get(address).status_code == 404


def test_a_changed_notice_is_named_with_the_version_to_ask_for(as_user, privacy_officer, jane, janes_consent, support):
    NoticeFactory(team=jane.team, version=8, purposes=[support], material=True, published_at=GIVEN_AT + timedelta(1))
    content = as_user(privacy_officer).get(at("subject", jane)).content.decode()
    assert "Ask again with notice privacy, version 8" in content


def test_the_page_as_it_was_known_shows_no_later_step_and_offers_no_change(as_user, privacy_officer, jane, other):
    step = subjects_merge(subject_id=jane.pk, other_id=other.pk, reason="same_contact", actor=privacy_officer)
    before = (step.recorded_at - timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M")
    page = as_user(privacy_officer).get(at("subject", jane), {"known_at": before})
    assert (page.context["merges"], page.context["may_record"]) == ([], False)


def test_the_page_costs_the_same_queries_at_1_and_at_10_merges(as_user, privacy_officer, jane, janes_consent, home):
    browser = as_user(privacy_officer)
    resolved = subjects_resolve(team=home, references=[f"r{n}" for n in range(10)])

    def queries():
        browser.get(at("subject", jane))
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(at("subject", jane)).status_code == 200
        return len(captured)

    def more(ones):
        for one in ones:
            subjects_merge(subject_id=jane.pk, other_id=one.subject_id, reason="same_contact", actor=privacy_officer)
            ConsentEventFactory(
                subject=DataSubject.objects.get(pk=one.subject_id),
                purpose=janes_consent.purpose,
                state="refused",
                occurred_at=timezone.now(),
            )

    more(resolved[:1])
    first = queries()
    more(resolved[1:])
    assert queries() == first
