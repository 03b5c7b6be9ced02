import hashlib
import html
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audits.models import CountCell, Finding
from audits.queries.waiting import Waiting, waiting_for, waiting_in_menu
from portal.core import ledger
from portal.core.actors import SYSTEM
from portal.core.models import LedgerEntry
from portal.dashboards.figures import assistant_figures, totals, worsened
from portal.dashboards.home import tasks
from tests.factories import AssistantFactory
from tests.workflow.making import bring, cycle_make, finding_make

PAGES = ["/", "/dashboard/", "/ledger/"]
TODAY = date(2026, 6, 30)


def finding(assistant, fingerprint, severity="high", *, days_due=5, state="new"):
    made = finding_make(assistant, severity=severity)
    due_at = timezone.now() + timedelta(days=days_due)
    Finding.objects.filter(pk=made.pk).update(due_at=due_at, state=state, fingerprint=fingerprint)
    return made


def cells(assistant, day, true, false, measure="outcome.resolved"):
    for value, n in (("true", true), ("false", false)):
        CountCell.objects.create(
            assistant=assistant, day=day, channel="chat", language="en", measure=measure, value=value, n=n
        )


def entry(team):
    with transaction.atomic():
        return ledger.append(action="team.changed", actor=SYSTEM, obj=team, team_id=team.pk, data={"fields": ["name"]})


@pytest.mark.parametrize("page", PAGES)
def test_strangers_are_sent_to_sign_in(client, db, page):
    answer = client.get(page)
    assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next={page}")


@pytest.mark.parametrize(
    ("persona", "statuses"),
    [
        ("reviewer", [200, 200, 403]),
        ("approver", [200, 200, 200]),
        ("privacy_officer", [200, 200, 200]),
        ("manager", [200, 200, 200]),
        ("auditor", [200, 200, 200]),
        ("administrator", [200, 200, 200]),
        ("nobody", [200, 403, 403]),
    ],
)
def test_who_may_open_which_page(request, as_user, persona, statuses):
    browser = as_user(request.getfixturevalue(persona))
    assert [browser.get(page).status_code for page in PAGES] == statuses


def test_dashboard_and_ledger_show_ones_own_teams_only(as_user, home, away, manager):
    mine, theirs = AssistantFactory(team=home, name="Mine"), AssistantFactory(team=away, name="Theirs")
    entry(home), entry(away)
    browser = as_user(manager)
    assert [row.assistant for row in assistant_figures(manager)] == [mine]
    assert theirs.name not in browser.get("/dashboard/").content.decode()
    assert [line.object_id for line in browser.get("/ledger/").context["lines"]] == [str(home.pk)]


def test_riskiest_assistant_comes_first_and_overdue_counts_twice(home, manager):
    calm, risky = AssistantFactory(team=home, name="A"), AssistantFactory(team=home, name="B")
    finding(calm, "1", "low")
    finding(risky, "2", "low", days_due=-1)
    finding(risky, "3", "low", state="dismissed", days_due=-1)
    rows = assistant_figures(manager)
    assert [(row.assistant.name, row.risk, row.overdue) for row in rows] == [("B", 2, 1), ("A", 1, 0)]
    assert totals(rows)["open"] == 2


def test_rates_compare_four_weeks_with_the_four_before(home, manager):
    assistant = AssistantFactory(team=home)
    cells(assistant, TODAY - timedelta(days=27), 60, 40)
    cells(assistant, TODAY - timedelta(days=28), 90, 10)
    cells(assistant, TODAY - timedelta(days=56), 1000, 0)
    (row,) = assistant_figures(manager, today=TODAY)
    assert (row.resolved.hits, row.resolved.n, row.resolved.before_hits, row.resolved.before_n) == (60, 100, 90, 100)
    assert row.resolved.change == pytest.approx(-30)
    assert [(label, rate.change) for _, label, rate in worsened([row])] == [("resolved", pytest.approx(-30))]
    assert row.weekly_resolved[-4:] == [0.6, None, None, None]


def test_nothing_counted_is_no_rate(home, manager):
    AssistantFactory(team=home)
    (row,) = assistant_figures(manager, today=TODAY)
    assert (row.resolved.value, row.resolved.change, worsened([row])) == (None, None, [])


@pytest.mark.parametrize("page", ["/", "/dashboard/", "/ledger/"])
def test_query_count_does_not_grow(as_user, home, manager, page):
    def fill(number):
        for _ in range(number):
            assistant = AssistantFactory(team=home)
            finding(assistant, "1")
            cells(assistant, timezone.now().date(), 5, 5)
            entry(home)

    browser = as_user(manager)

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(page).status_code == 200
        return len(queries)

    fill(1)
    few = count()
    fill(29)
    assert count() == few


def test_ledger_pages_without_gap_or_overlap(as_user, home, auditor):
    for _ in range(60):
        entry(home)
    browser = as_user(auditor)
    first = browser.get("/ledger/")
    second = browser.get(f"/ledger/?{first.context['older']}")
    seen = [line.seq for answer in (first, second) for line in answer.context["lines"]]
    assert seen == sorted(LedgerEntry.objects.values_list("seq", flat=True), reverse=True)
    assert second.context["older"] == ""


def test_verification_says_intact_then_broken(as_user, home, auditor):
    entry(home)
    browser = as_user(auditor)
    assert "intact" in browser.post("/ledger/verify/", follow=True).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE core_ledgerentry SET body = replace(body, 'name', 'nome')")
        cursor.execute("SET session_replication_role = DEFAULT")
    assert "broken at entry 1" in browser.post("/ledger/verify/", follow=True).content.decode()


def test_verification_needs_a_post_and_the_right(as_user, reviewer, auditor):
    assert as_user(auditor).get("/ledger/verify/").status_code == 405
    assert as_user(reviewer).post("/ledger/verify/").status_code == 403


def test_unusable_filter_is_no_error(as_user, auditor):
    assert as_user(auditor).get("/ledger/?before=x&action=unheard").status_code == 200


def test_home_asks_once_what_waits(as_user, reviewer, monkeypatch):
    asked = []
    monkeypatch.setattr("portal.context.waiting_in_menu", lambda user: asked.append(user) or waiting_in_menu(user))
    monkeypatch.setattr("portal.dashboards.views.waiting_for", lambda user: asked.append(user) or waiting_for(user))
    as_user(reviewer).get("/")
    assert len(asked) == 1


def test_an_idle_auditor_is_told_what_is_open_in_the_team(as_user, home, away, auditor):
    finding_make(AssistantFactory(team=home))
    finding_make(AssistantFactory(team=away))
    page = as_user(auditor).get("/").content.decode()
    assert "In your teams 1 finding is open, high or critical." in page


def test_a_manager_is_told_the_gravest_findings_of_the_team_first(as_user, home, away, manager, reviewer):
    assistant = AssistantFactory(team=home)
    finding(assistant, "1", "critical", state="in_remediation", days_due=-1)
    finding(assistant, "2", "critical", state="confirmed")
    finding(assistant, "3", "high", state="verifying")
    finding(assistant, "4", "medium", state="confirmed")
    finding(AssistantFactory(team=away), "5", "critical", state="confirmed")
    browser = as_user(manager)
    answer = browser.get("/")
    shown = [(task.label, task.count, task.url) for task in answer.context["tasks"]]
    assert shown == [
        ("Critical", 2, "/findings/?waiting=critical"),
        ("High", 1, "/findings/?waiting=high"),
        ("Overdue", 1, "/findings/?waiting=overdue"),
    ]
    said = "Nothing asks you to act right now. Findings of your teams: 2 critical, 1 high, 1 overdue."
    assert answer.context["sentence"] == said
    assert {browser.get(url).status_code for _, _, url in shown} == {200}
    assert [task.label for task in as_user(reviewer).get("/").context["tasks"]] == ["Overdue"]


def test_an_approver_is_led_to_the_cycles_that_can_be_closed(as_user, home, reviewer, approver, manager):
    assistant = AssistantFactory(team=home)
    unsigned = bring(finding_make(assistant), "verified", finder=reviewer, fixer=manager, approver=approver)
    assert unsigned.raised_by_run.cycle.state == "awaiting_sign_off"
    assert waiting_for(approver).to_close == 0
    cycle_make(assistant, state="awaiting_sign_off")
    assert waiting_for(approver).to_close == 1
    led = "/cycles/?state=awaiting_sign_off"
    assert led in as_user(approver).get("/").content.decode()
    assert led not in as_user(manager).get("/").content.decode()


def test_home_counts_one_thing_as_one():
    waiting = Waiting(to_triage=1, to_remediate=0, to_approve=0, to_sign=1, overdue=0, flags=2)
    once = {task.label: task.note for task in tasks(waiting, leads=False)}
    assert once == {"To triage": "new finding", "Flags": "doubts about single conversations", "To sign": "proven fix"}


def test_an_auditor_can_check_an_entry_against_its_hash_on_the_page(as_user, home, auditor):
    entry(home)
    page = as_user(auditor).get("/ledger/")
    [line] = page.context["lines"]
    assert hashlib.sha256(bytes.fromhex(line.prev) + line.body.encode()).hexdigest() == line.hash
    shown = html.unescape(page.content.decode())
    assert (line.body in shown, shown.count(line.hash), f"<code>{line.prev}</code>" in shown) == (True, 2, True)
