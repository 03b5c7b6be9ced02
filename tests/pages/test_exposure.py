"""The exposure page, its download, an assistant's own patterns, and the retry of a check that ended in an error."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assistants.models import Conversation
from audits.models import CheckRun, Cycle, DetectionPattern
from audits.services.patterns import pattern_draft
from audits.type_words import words
from portal.core.models import Job, LedgerEntry
from portal.core.roles import Role
from tests.audits.conversations import DAY, Told
from tests.audits.own_patterns import ORDER, draft, live
from tests.audits.told import counted
from tests.factories import AssistantFactory, DataSubjectFactory, ReleaseFactory
from tests.workflow.making import cycle_make, run_make

pytestmark = pytest.mark.django_db

ALL = set(Role.values)
CHANGERS = {"privacy_officer", "administrator"}
CARD = (("customer", "My card is 4111 1111 1111 1111."), ("assistant", "Thank you."))
GIVEN = (("customer", "Write to anna.kowal@example.org please."), ("assistant", "I will."))
LEAKED = (("customer", "Who has it?"), ("assistant", "Ask anna.kowal@example.org."))


def url_of(name: str, *args) -> str:
    return reverse(f"audits:{name}", args=["ava", *args])


@pytest.fixture
def told(assistant):
    """Two releases; a card typed, and one customer's address said to another."""
    old = ReleaseFactory(assistant=assistant, version="1.4", released_at=datetime(2025, 2, 1, tzinfo=UTC))
    someone, other = DataSubjectFactory(team=assistant.team), DataSubjectFactory(team=assistant.team)
    counted(
        assistant,
        [
            *[Told(release=old, day=DAY - timedelta(days=7 * (number % 3))) for number in range(40)],
            Told(turns=CARD, release=old),
            Told(turns=GIVEN, subject=someone, release=old),
            Told(turns=LEAKED, subject=other, release=old),
        ],
    )
    return assistant


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_page_says_what_was_said_by_whom(told, privacy_officer, as_user):
    page = text_of(as_user(privacy_officer).get(url_of("exposure")))
    assert "In 1 of 43 scanned conversations (2.3 %, plausibly 0.4 to 12.1 %) the assistant brought up" in page
    assert "Credit card" in page
    assert '<th scope="row">1.4</th><td data-label="Scanned" class="num">43</td>' in page
    assert "anna" not in page
    assert "4111" not in page
    assert "No pattern of its own" in page


def test_filters_are_in_the_address_and_a_wrong_one_narrows_nothing(told, privacy_officer, as_user):
    client = as_user(privacy_officer)
    typed = text_of(client.get(url_of("exposure") + "?origin=volunteered&type=CREDIT_CARD&release=1.4"))
    assert "customers typed a value of the type credit card" in typed
    empty = text_of(client.get(url_of("exposure") + "?since=2024-01-01&last=2024-02-01"))
    assert "Nothing scanned in this period" in empty
    wrong = client.get(url_of("exposure") + "?since=2025-03-05&last=2025-03-01&type=NOTHING")
    assert wrong.status_code == 200


@pytest.mark.parametrize("asked", [{"last": "9999-12-31"}, {"last": "0001-01-01"}])
@pytest.mark.parametrize("name", ["exposure", "exposure-leaks", "exposure-download"])
def test_a_day_at_the_end_of_the_calendar_narrows_nothing(told, privacy_officer, as_user, name, asked):
    client = as_user(privacy_officer)
    assert client.get(url_of(name), asked).status_code == 200
    assert "The day is out of range." in client.get(url_of("exposure"), asked).text


def test_an_assistant_without_conversations_says_what_comes_next(assistant, privacy_officer, as_user):
    page = text_of(as_user(privacy_officer).get(url_of("exposure")))
    assert "Figures appear as soon as conversations have come in and were scanned." in page


def test_the_download_has_a_line_for_each_release_type_and_originator(told, privacy_officer, as_user):
    response = as_user(privacy_officer).get(url_of("exposure-download"))
    lines = response.content.decode().splitlines()
    assert lines[0] == "release,type,originator,conversations,scanned,share,low,high"
    assert "all,CREDIT_CARD,volunteered,1,43,0.023256,0.004117,0.12059" in lines
    assert "1.4,EMAIL_ADDRESS,originated,1,43,0.023256,0.004117,0.12059" in lines
    assert "anna" not in response.content.decode()


def test_the_download_calculates_nothing(assistant, privacy_officer, as_user):
    release = ReleaseFactory(assistant=assistant, version="=1+1", released_at=datetime(2025, 2, 1, tzinfo=UTC))
    counted(assistant, [Told(turns=CARD, release=release)])
    lines = as_user(privacy_officer).get(url_of("exposure-download")).content.decode().splitlines()
    assert any(line.startswith("'=1+1,") for line in lines)
    assert not any(line.startswith("=") for line in lines)


def test_leaks_are_fetched_by_the_page_or_shown_on_their_own(told, privacy_officer, as_user):
    client = as_user(privacy_officer)
    assert f'hx-get="{url_of("exposure-leaks")}"' in text_of(client.get(url_of("exposure")))
    own = text_of(client.get(url_of("exposure-leaks")))
    part = text_of(client.get(url_of("exposure-leaks"), headers={"HX-Request": "true"}))
    for shown in (own, part):
        assert "Another customer's email address" in shown
        assert str(Conversation.objects.get(external_id="told-42").public_id) in shown
        assert "anna" not in shown
    assert ("<html" in own, "<html" in part) == (True, False)
    none = client.get(url_of("exposure-leaks") + "?release=2.0")
    assert "In no scanned conversation of this period" in text_of(none)


def test_leaks_are_counted_but_not_listed_for_who_may_not_open_conversations(told, manager, as_user):
    page = text_of(as_user(manager).get(url_of("exposure-leaks")))
    assert "Your role does not open conversations." in page
    assert str(Conversation.objects.first().public_id) not in page


PAGES = [
    ("exposure", (), ALL),
    ("exposure-leaks", (), ALL),
    ("exposure-download", (), ALL),
    ("pattern-new", (), CHANGERS),
]


@pytest.mark.parametrize(("name", "args", "roles"), PAGES, ids=[page[0] for page in PAGES])
def test_who_opens_which_page(assistant, member, outsider, as_user, name, args, roles):
    url = url_of(name, *args)
    assert Client().get(url).status_code == 302
    assert as_user(outsider).get(url).status_code == 404
    for role in Role.values:
        assert as_user(member(role)).get(url).status_code == (200 if role in roles else 403), role


def test_who_sees_and_changes_a_pattern(assistant, privacy_officer, member, outsider, as_user):
    pattern = draft(assistant, privacy_officer)
    page, edit = url_of("pattern", pattern.pk), url_of("pattern-edit", pattern.pk)
    step = url_of("pattern-step", pattern.pk, "try")
    for url in (page, edit, step):
        assert Client().get(url).status_code in (302, 405)
        assert as_user(outsider).post(step).status_code == 404
    for role in Role.values:
        client = as_user(member(role))
        shown = client.get(page)
        assert shown.status_code == 200
        assert ("Where is BW-1111111?" in shown.content.decode()) is (role in CHANGERS)
        assert client.get(edit).status_code == (200 if role in CHANGERS else 403)
        assert client.post(step).status_code == (302 if role in CHANGERS else 403)
    AssistantFactory(team=assistant.team, slug="bea")
    assert as_user(privacy_officer).get(reverse("audits:pattern", args=["bea", pattern.pk])).status_code == 404


def test_a_pattern_goes_live_over_the_pages(assistant, privacy_officer, as_user):
    counted(assistant, [Told(turns=ORDER), Told(), Told(), Told()])
    client = as_user(privacy_officer)
    values = {
        "name": "Order number",
        "type": "ORDER_NUMBER",
        "pattern": r"BW-\d+",
        "context": "en: order\nde: Bestellung",
        "must_match": "order BW-1111111",
        "must_not_match": "",
        "score": "0.8",
    }
    refused = client.post(url_of("pattern-new"), values)
    assert refused.status_code == 422
    assert "repeats without end" in text_of(refused)
    client.post(url_of("pattern-new"), {**values, "pattern": r"BW-\d{7}", "context": ""})
    pattern = DetectionPattern.objects.get()
    page = url_of("pattern", pattern.pk)
    assert "Try it first" in text_of(client.get(page))
    client.post(url_of("pattern-step", pattern.pk, "try"))
    tried = text_of(client.get(page))
    assert "3 hits in 8 messages of the last 4 scanned conversations: 375.0 in a thousand messages." in tried
    assert "AA-9999999" in tried
    assert "BW-1234567" not in tried
    client.post(url_of("pattern-step", pattern.pk, "activate"), {"since": "2025-01-01"})
    pattern.refresh_from_db()
    assert (pattern.state, Job.objects.filter(task="audits.rescan").count()) == ("live", 1)
    assert "Order number" in text_of(client.get(url_of("exposure")))
    edited = client.post(url_of("pattern-edit", pattern.pk), {**values, "pattern": r"BW-?\d{7}", "type": "OTHER_TYPE"})
    assert edited.status_code == 302
    assert list(DetectionPattern.objects.order_by("pk").values_list("type", "version", "state")) == [
        ("ORDER_NUMBER", 1, "live"),
        ("ORDER_NUMBER", 2, "draft"),
    ]
    client.post(url_of("pattern-step", pattern.pk, "retire"))
    pattern.refresh_from_db()
    assert pattern.state == "retired"
    assert client.post(url_of("pattern-step", pattern.pk, "paint")).status_code == 404


def test_what_an_earlier_version_scanned_is_offered_and_scanned_again_when_asked(
    told, privacy_officer, auditor, as_user
):
    client = as_user(privacy_officer)
    assert "Scan again" not in text_of(client.get(url_of("exposure")))
    live(told, privacy_officer)
    assert "43 conversations since 17 Feb 2025 were scanned by an earlier version" in text_of(
        client.get(url_of("exposure"))
    )
    assert as_user(auditor).post(url_of("exposure-rescan"), {"since": "2025-03-01"}).status_code == 403
    assert client.post(url_of("exposure-rescan"), {"since": "soon"}).status_code == 422
    assert client.post(url_of("exposure-rescan"), {"since": "2025-03-01"}).status_code == 302
    assert LedgerEntry.objects.filter(action="conversations.rescan_asked").count() == 1


def test_the_page_costs_the_same_with_one_pattern_and_with_many(told, privacy_officer, as_user):
    def queries() -> int:
        client.get(url_of("exposure"))
        with CaptureQueriesContext(connection) as captured:
            client.get(url_of("exposure"))
        return len(captured)

    client = as_user(privacy_officer)
    draft(told, privacy_officer)
    one = queries()
    for number in range(20):
        pattern_draft(
            assistant_id=told.pk,
            type=f"NUMBER_{number}",
            name="x",
            pattern=rf"N{number}-\d{{4}}",
            context={},
            must_match=[f"N{number}-1234"],
            must_not_match=[],
            score=0.8,
            actor=privacy_officer,
        )
    assert queries() == one


def test_a_check_that_ended_in_an_error_is_asked_again(assistant, reviewer, auditor, outsider, as_user):
    cycle = cycle_make(assistant)
    run = run_make(assistant, cycle=cycle)
    CheckRun.objects.filter(pk=run.pk).update(state="error", error="ValueError")
    Cycle.objects.filter(pk=cycle.pk).update(state="in_review")
    url = reverse("audits:check-retry", args=[run.pk])
    assert "Ask it again" in text_of(as_user(reviewer).get(reverse("audits:check-run", args=[run.pk])))
    assert Client().post(url).status_code == 302
    assert as_user(outsider).post(url).status_code == 404
    assert as_user(auditor).post(url).status_code == 403
    assert as_user(reviewer).post(url).status_code == 302
    run.refresh_from_db()
    assert (run.state, run.error) == ("queued", "")
    assert Job.objects.filter(key=f"checks:{cycle.pk}:{run.kind}").count() == 1
    as_user(reviewer).post(url)
    assert LedgerEntry.objects.filter(action="check.retried").count() == 1
    Cycle.objects.filter(pk=cycle.pk).update(state="closed")
    CheckRun.objects.filter(pk=run.pk).update(state="error")
    as_user(reviewer).post(url)
    run.refresh_from_db()
    assert run.state == "error"


def test_types_are_chosen_by_name_those_found_first(told, privacy_officer, as_user):
    page = as_user(privacy_officer).get(url_of("exposure")).text
    found, looked_for = page.split('<optgroup label="Found">')[1].split('<optgroup label="Looked for, not found">')
    assert "Credit card" in found
    assert "Czech birth number" in looked_for
    assert "CZ RODNE CISLO" not in page


def test_shares_of_a_column_have_one_decimal(assistant, privacy_officer, as_user):
    counted(assistant, [Told(turns=CARD), *[Told() for _ in range(19)]])
    assert "1 · 5.0 %" in as_user(privacy_officer).get(url_of("exposure")).text


@pytest.mark.parametrize(
    ("type_", "said"), [("CREDIT_CARD", "credit card"), ("DE_TAX_ID", "German tax ID"), ("XX_NEW_ID", "XX NEW ID")]
)
def test_types_in_words(type_, said):
    assert words(type_) == said
