"""Every conversation outside the consent with its reason: counts, pages, file, API; and contradicting sources."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assistants.models import ConsentSnapshot, Conversation
from audits.checks.consent_coverage import CHECK, SOURCES, ConsentSettings
from audits.checks.contract import Scope as AuditScope
from audits.queries.coverage import coverage, source_conflicts, uncovered
from audits.queries.windows import Window
from audits.services.counting import day_fold
from consent.services.entries import ConsentEntry
from consent.services.events import consent_events_record
from portal.core.roles import Role, Scope
from tests.audits.asking import ask
from tests.audits.conversations import DAY, Told
from tests.audits.told import MARCH, counted
from tests.factories import AssistantFactory, PurposeFactory

DAYS = {"since": "2025-03-01", "last": "2025-03-31"}
API_DAYS = {"since": "2025-03-01", "until": "2025-04-01", "purpose": "service"}


@pytest.fixture
def bot(home):
    assistant = AssistantFactory(team=home, slug="bot")
    assistant.purposes.add(PurposeFactory(team=home, code="service"))
    return assistant


@pytest.fixture
def purpose(bot):
    return bot.purposes.get()


@pytest.fixture
def told(bot, purpose):
    """Two permitted, three withdrawn, two without event, one not evaluated."""
    statuses = ["permitted"] * 2 + ["denied"] * 3 + ["unknown"] * 2
    counted(bot, [*(Told(consents={purpose: status}) for status in statuses), Told()])
    ConsentSnapshot.objects.filter(status="denied").update(reason="withdrawn")
    ConsentSnapshot.objects.filter(status="unknown").update(reason="no_event")
    counted_again(bot)


def counted_again(bot):
    day_fold(assistant_id=bot.pk, day=DAY)


def at(name, **query):
    return reverse(f"audits:{name}", args=["bot"], query={**DAYS, **query})


def test_reasons_come_from_counts_and_the_rows_are_behind_them(bot, purpose, told, django_assert_num_queries):
    with django_assert_num_queries(3):
        found = coverage(assistant=bot, purpose="service", window=MARCH)
    assert (found.n, found.permitted, found.denied, found.unknown, found.not_evaluated) == (8, 2, 3, 3, 1)
    assert found.reasons == {"withdrawn": 3, "no_event": 2, "not_evaluated": 1}
    for reason, n in found.reasons.items():
        with django_assert_num_queries(1):
            rows = uncovered(assistant=bot, purpose=purpose, window=MARCH, reason=reason, most=50)
        assert [row.reason for row in rows] == [reason] * n
    listed = uncovered(assistant=bot, purpose=purpose, window=MARCH, most=3)
    ids = [row.conversation.pk for row in listed]
    assert ids == sorted(ids, reverse=True)
    rest = uncovered(assistant=bot, purpose=purpose, window=MARCH, before=ids[-1], most=50)
    assert len(listed + rest) == len({row.conversation.pk for row in listed + rest}) == 5
    Conversation.objects.filter(pk=ids[0]).update(state="erased")
    assert len(uncovered(assistant=bot, purpose=purpose, window=MARCH, most=50)) == 4


def test_the_check_names_every_reason(bot, told):
    outcome = ask(bot, "consent_coverage", "service")
    assert outcome.result["reasons"] == {"withdrawn": 3, "no_event": 2, "not_evaluated": 1}
    assert outcome.result["tables"][1]["rows"][0] == ["Consent had been withdrawn", 3, 0.375]


def test_the_page_lists_and_narrows_and_the_file_is_whole(as_user, privacy_officer, told):
    browser = as_user(privacy_officer)
    page = browser.get(at("consent-coverage"))
    assert [row.status for row in page.context["rows"]].count("denied") == 3
    content = page.content.decode()
    assert "of 8 conversations, 2 permitted, 3 denied, 3 unknown" in content
    only = browser.get(at("consent-coverage", reason="not_evaluated"))
    assert [row.reason for row in only.context["rows"]] == ["not_evaluated"]
    lines = b"".join(browser.get(at("consent-coverage-csv", reason="withdrawn"))).decode().splitlines()
    assert len(lines) == 4
    assert all(",denied,withdrawn," in line for line in lines[1:])
    assert browser.get(at("consent-coverage", reason="nonsense", since="2025-03-09", last="x")).status_code == 200


def test_the_api_lists_with_a_key(client, api_key, told):
    headers = {"Authorization": api_key(Scope.AUDITS_READ)}
    answer = client.get("/api/v1/assistants/bot/consent-coverage/", API_DAYS, headers=headers)
    body = answer.json()
    assert (answer.status_code, body["conversations"], body["reasons"]["withdrawn"]) == (200, 8, 3)
    assert [row["reason"] for row in body["outside"]].count("no_event") == 2
    for query, field in (({"purpose": "x"}, "purpose"), ({**API_DAYS, "colour": "red"}, "colour"), ({}, "purpose")):
        wrong = client.get("/api/v1/assistants/bot/consent-coverage/", query, headers=headers)
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("name", ["consent-coverage", "consent-coverage-csv"])
def test_who_may_see_conversations_sees_the_list(as_user, client, member, away, told, name):
    assert client.get(at(name)).status_code == 302
    assert as_user(member(Role.AUDITOR)).get(at(name)).status_code == 200
    assert as_user(member(Role.MANAGER)).get(at(name)).status_code == 403
    assert as_user(member(Role.AUDITOR, team=away)).get(at(name)).status_code == 404


def test_the_api_is_for_those_who_may(client, api_key, as_user, member, away, told):
    address = "/api/v1/assistants/bot/consent-coverage/"
    assert client.get(address, API_DAYS).status_code == 401
    assert client.get(address, API_DAYS, headers={"Authorization": api_key(Scope.CONSENT_READ)}).status_code == 403
    theirs = api_key(Scope.AUDITS_READ, team=away, actor=member(Role.ADMINISTRATOR, team=away))
    assert client.get(address, API_DAYS, headers={"Authorization": theirs}).status_code == 404
    assert as_user(member(Role.MANAGER)).get(address, API_DAYS).status_code == 403


def test_the_page_costs_the_same_queries_at_1_and_at_60(as_user, privacy_officer, bot, purpose):
    browser = as_user(privacy_officer)

    def queries():
        browser.get(at("consent-coverage"))
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(at("consent-coverage")).status_code == 200
        return len(captured)

    counted(bot, [Told(consents={purpose: "denied"})])
    first = queries()
    counted(bot, [Told(consents={purpose: "denied"}) for _ in range(60)])
    assert queries() == first
    older = browser.get(at("consent-coverage")).context["older"]
    assert len(browser.get(f"{reverse('audits:consent-coverage', args=['bot'])}?{older}").context["rows"]) == 11


def test_a_source_that_contradicts_itself_is_a_finding(noon, home, bot, purpose, privacy_officer):
    entry = {
        "source": "crm",
        "source_event_id": "e-1",
        "purpose": "service",
        "customer_ref": "x",
        "occurred_at": noon - timedelta(days=1),
    }
    for state in ("withdrawn", "refused", "refused", "revoked"):
        consent_events_record(team=home, entries=[ConsentEntry(state=state, **entry)], actor=privacy_officer)
    today = noon.date()
    window = Window(today, today + timedelta(days=1))
    assert source_conflicts(assistant=bot, window=window) == {"crm": 2}
    quiet = AuditScope(attributes={}, purposes=["service"], outcomes=[], groups={})
    assert [spec.target for spec in CHECK.expand(ConsentSettings(), quiet)] == ["service"]
    loud = AuditScope(attributes={}, purposes=[], outcomes=[], groups={}, source_conflicts=2)
    [spec] = CHECK.expand(ConsentSettings(), loud)
    assert spec.target == SOURCES
    outcome = ask(bot, "consent_coverage", SOURCES, scope=loud, window=window)
    assert (outcome.state, outcome.n, outcome.title) == ("failed", 2, "Consent sources contradict themselves")
    assert ask(bot, "consent_coverage", SOURCES, scope=loud).state == "passed"
