"""The privacy officer's pages, from filing to certificate, as people use them."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from consent.models import AccessPackage, ConsentEvent, Correction, ProcessingRestriction, SubjectRequest
from consent.services.holds import hold_place
from consent.services.links import merge_confirm, subjects_merge
from consent.services.requests.records import today
from consent.services.subjects import reference_open
from consent.templatetags.deadlines import days_off
from portal.core.models import LedgerEntry
from tests.erasure.requests_made import request_make, request_started, subject_make
from tests.erasure.scene import MARKER, REFERENCE
from tests.factories import PASSWORD, PurposeFactory
from tests.jobs import drain


@pytest.fixture
def browser(as_user, privacy_officer):
    return as_user(privacy_officer)


def go(browser, request, name, **data):
    return browser.post(reverse("requests:act", args=[request.public_id, name]), data, follow=True)


def step_up(browser) -> None:
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def test_file_verify_start_erase_and_read_the_certificate(scene, browser):
    answer = browser.post(
        reverse("requests:new"),
        {"kind": "erasure", "customer_ref": REFERENCE, "channel": "email", "jurisdiction": "gdpr", "details": "Bye",
         "team": scene.assistant.team_id},
        follow=True,
    )  # fmt: skip
    request = SubjectRequest.objects.latest("pk")
    assert answer.redirect_chain[0][0] == reverse("requests:request", args=[request.public_id])
    assert "Bye" in answer.text
    go(browser, request, "verify", method="call_back")
    go(browser, request, "start")
    page = browser.get(reverse("requests:erase", args=[request.public_id]))
    assert "Conversations: transcript" in page.text
    assert str(scene.subject.public_id) in page.text
    sent_away = browser.post(reverse("requests:erase", args=[request.public_id]))
    assert "reauthenticate" in sent_away["Location"]
    step_up(browser)
    ordered = browser.post(reverse("requests:erase", args=[request.public_id]), follow=True).text
    assert ("The erasure is under way." in ordered, "Put on hold" in ordered) == (True, False)
    drain()
    request.refresh_from_db()
    assert request.state == "fulfilled"
    certificate = browser.get(reverse("requests:certificate", args=[request.public_id]))
    assert str(scene.subject.public_id) in certificate.text
    signed = browser.get(reverse("requests:certificate-json", args=[request.public_id])).json()
    assert MARKER not in certificate.text + signed["body"]
    after = browser.get(reverse("requests:request", args=[request.public_id])).text
    assert "Erased with the customer." in after
    assert "days before it was due." in after
    assert "Bye" not in after


def test_package_is_downloaded_and_never_cached(scene, browser, privacy_officer):
    request = request_started(scene.subject, actor=privacy_officer, kind="access")
    refused = go(browser, request, "fulfil")
    assert "Build the package and download it" in refused.text
    go(browser, request, "package")
    drain()
    answer = browser.post(reverse("requests:package", args=[request.public_id]))
    assert "no-store" in answer["Cache-Control"]
    assert "index.html" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    go(browser, request, "fulfil", note="Sent by post.")
    request.refresh_from_db()
    assert request.state == "fulfilled"
    assert AccessPackage.objects.count() == 1


def test_corrections_are_sealed_and_counted_anew(scene, browser, privacy_officer):
    request = request_started(scene.subject, actor=privacy_officer, kind="rectification")
    wrong = go(browser, request, "rectify", attribute="shoe_size", attribute_value="44", note="They say so.")
    assert wrong.status_code == 422
    assert '<option value="age_group">Age group</option>' in wrong.text
    page = go(
        browser, request, "rectify", reference="C-77", attribute="age_group", attribute_value="65+", note="Passport."
    )
    assert "Corrected: reference, age group. Passport." in page.text
    scene.subject.refresh_from_db()
    assert reference_open(scene.subject) == "C-77"
    made = {one.field: one.rows for one in Correction.objects.all()}
    assert made == {"reference": 1, "attribute age_group": 2}
    assert all(MARKER.encode() not in bytes(one.sealed) for one in Correction.objects.all())
    entry = LedgerEntry.objects.get(action="request.rectified")
    assert "C-77" not in entry.body
    go(browser, request, "fulfil")
    request.refresh_from_db()
    assert request.state == "fulfilled"


def test_a_reference_of_somebody_else_is_a_conflict(scene, browser, privacy_officer):
    request = request_started(scene.subject, actor=privacy_officer, kind="rectification")
    answer = go(browser, request, "rectify", reference="ref-somebody", note="They say so.")
    assert "merge the two instead" in answer.text
    assert not Correction.objects.exists()


def test_restriction_and_objection_reach_the_consent_decision(scene, browser, privacy_officer):
    purpose = PurposeFactory(team=scene.assistant.team, code="quality", lawful_basis="legitimate_interest")
    objection = request_started(scene.subject, actor=privacy_officer, kind="objection")
    go(browser, objection, "object", purposes=[purpose.pk])
    assert ConsentEvent.objects.filter(purpose=purpose, state="objected", subject=scene.subject).count() == 1
    restriction = request_started(scene.subject, actor=privacy_officer, kind="restriction")
    go(browser, restriction, "restrict", ground="accuracy_contested")
    assert ProcessingRestriction.objects.get().subject == scene.subject
    for request in (objection, restriction):
        go(browser, request, "fulfil")
        request.refresh_from_db()
        assert request.state == "fulfilled"


def test_a_legal_hold_is_said_before_anybody_erases(scene, browser, privacy_officer):
    page = reverse("requests:erase", args=[scene.request.public_id])
    assert "Erase for good" in browser.get(page).text
    hold_place(team=scene.assistant.team, matter="C 1", reason="Sued.", actor=privacy_officer, subject=scene.subject)
    told = browser.get(page).text
    assert "A legal hold is in force" in told
    assert "Erase for good" not in told


def test_records_that_are_merged_are_counted_before_they_are_erased(scene, browser, privacy_officer):
    other = subject_make(scene.assistant.team, "C-8")
    merge = subjects_merge(
        subject_id=scene.subject.pk, other_id=other.pk, reason="same_contact", source="shop", actor=privacy_officer
    )
    merge_confirm(merge=merge.merge, reason="same_contact", actor=privacy_officer)
    told = " ".join(browser.get(reverse("requests:erase", args=[scene.request.public_id])).text.split())
    assert "1 other record, erased as well" in told


def test_nothing_to_object_to_is_said_instead_of_asked(scene, browser, privacy_officer):
    request = request_started(scene.subject, actor=privacy_officer, kind="objection")
    page = reverse("requests:request", args=[request.public_id])
    assert "None of the purposes rests on a legitimate interest" in browser.get(page).text
    PurposeFactory(team=scene.assistant.team, code="quality", lawful_basis="legitimate_interest")
    assert "They object to" in browser.get(page).text


def test_a_refused_request_asks_for_nothing_more(home, browser, privacy_officer):
    request = request_make(subject_make(home), actor=privacy_officer)
    page = go(browser, request, "refuse", reason="unfounded", note="Asked for by somebody else.").text
    assert "What was done" in page
    assert "A clean check issues the certificate" not in page
    assert "Refused on" in page
    assert "days before it was due" in browser.get(reverse("requests:list")).text


def test_requests_are_found_by_reference_in_the_body(home, browser, privacy_officer):
    request_make(subject_make(home, "C-5"), actor=privacy_officer, kind="access")
    answer = browser.post(reverse("requests:find"), {"reference": "C-5", "team": home.pk})
    assert "Access (Art. 15)" in answer.text
    assert LedgerEntry.objects.filter(action="consent.looked_up").count() == 1
    missing = browser.post(reverse("requests:find"), {"reference": "C-6", "team": home.pk})
    assert missing.status_code == 422


def test_an_auditor_sees_the_request_without_words_and_a_manager_the_list(
    home, as_user, privacy_officer, auditor, manager
):
    request = request_make(subject_make(home), actor=privacy_officer, details="I am Anna Muster")
    detail = reverse("requests:request", args=[request.public_id])
    shown = as_user(auditor).get(detail).text
    assert "Anna" not in shown
    assert "What you can do" not in shown
    listed = as_user(manager).get(reverse("requests:list")).text
    assert "Erasure (Art. 17)" in listed
    assert detail not in listed
    assert as_user(manager).get(detail).status_code == 403


def test_the_list_is_narrowed_to_whose_work_it_is(home, browser, privacy_officer):
    mine = request_started(subject_make(home), actor=privacy_officer, kind="access")
    new = request_make(subject_make(home, "C-2"), actor=privacy_officer, kind="access")
    for by, shown in {"": {mine, new}, "me": {mine}, "nobody": {new}, "else": {mine, new}}.items():
        page = browser.get(reverse("requests:list"), {"worked_on_by": by})
        assert set(page.context["page"]) == shown


def test_list_asks_as_often_for_thirty_as_for_one(home, browser, privacy_officer):
    subject = subject_make(home)
    request_make(subject, actor=privacy_officer)
    browser.get(reverse("requests:list"))
    with CaptureQueriesContext(connection) as one:
        browser.get(reverse("requests:list"))
    for _ in range(29):
        request_make(subject, actor=privacy_officer)
    with CaptureQueriesContext(connection) as thirty:
        browser.get(reverse("requests:list"))
    assert len(thirty) == len(one)


def test_home_and_menu_tell_who_works_on_requests_what_presses(home, as_user, privacy_officer, manager):
    request_make(subject_make(home), actor=privacy_officer, received_at=timezone.now() - timedelta(days=60))
    page = " ".join(as_user(privacy_officer).get(reverse("home")).content.decode().split())
    assert "Requests overdue" in page
    assert "One thing asks you to act." in page
    assert '<span>Requests</span><span class="main-nav__count">1<' in page
    assert "Requests overdue" not in as_user(manager).get(reverse("home")).content.decode()


def test_a_request_says_how_long_is_left_and_what_comes_next(noon, home, browser, privacy_officer):
    late = request_started(
        subject_make(home), actor=privacy_officer, kind="access", received_at=timezone.now() - timedelta(days=60)
    )
    page = browser.get(reverse("requests:request", args=[late.public_id])).text
    days = (today() - late.due_on).days
    assert f"{days} days overdue. Next: build the package of their data." in page
    assert "Extend the deadline: The deadline has passed; it could only be extended before." in page
    assert f"{days} days overdue" in browser.get(reverse("requests:list")).text
    held = request_make(subject_make(home, "C-2"), actor=privacy_officer, kind="access")
    go(browser, held, "hold", reason="identity", note="Asked.")
    assert "the clock stands still." in browser.get(reverse("requests:request", args=[held.public_id])).text


@pytest.mark.parametrize(
    ("left", "words"), [(-2, "2 days overdue"), (-1, "1 day overdue"), (0, "today"), (1, "tomorrow"), (4, "in 4 days")]
)
def test_days_off_in_words(left, words):
    assert days_off(date(2026, 3, 10) + timedelta(days=left), date(2026, 3, 10)) == words
