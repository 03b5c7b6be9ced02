"""Cycles, their progress, and check runs."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from audits.check_areas import AREAS
from audits.models import Cycle
from audits.states import CheckKind
from portal.core.models import Job
from tests.workflow.making import cycle_make, finding_make, run_make

HTMX = {"HX-Request": "true"}


def test_list_says_how_far_each_cycle_is_and_what_it_found(assistant, reviewer, as_user):
    cycle = cycle_make(assistant, state="running")
    finding_make(assistant, run=run_make(assistant, cycle=cycle, target="a"))
    run_make(assistant, cycle=cycle, target="b", state="passed")
    run_make(assistant, cycle=cycle, target="c", state="queued")
    [(_, figures, verdicts)] = as_user(reviewer).get("/cycles/").context["rows"]
    assert (figures.checks_done, figures.checks, figures.findings) == (2, 3, 1)
    assert verdicts == [("failed", 1), ("passed", 1)]


def test_opening_a_cycle_covers_both_days_and_queues_the_work(assistant, manager, as_user):
    data = {"assistant": "ava", "first_day": "2025-03-01", "last_day": "2025-03-31", "checks": ["disclosure"]}
    opened = as_user(manager).post(reverse("audits:cycle-new"), data)
    cycle = Cycle.objects.get()
    assert opened.url == reverse("audits:cycle", args=[cycle.pk])
    assert (cycle.period_from, cycle.period_until, cycle.opened_by) == (date(2025, 3, 1), date(2025, 4, 1), manager)
    assert cycle.context["kinds"] == ["disclosure"]
    assert Job.objects.filter(key=f"cycle:{cycle.pk}").count() == 1


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"last_day": "2025-02-01"}, ["last_day"]),
        ({"first_day": "yesterday"}, ["first_day"]),
        ({"assistant": "nobodys"}, ["assistant"]),
        ({"checks": ["astrology"]}, ["checks"]),
    ],
)
def test_cycle_that_makes_no_sense_is_refused_at_the_field(assistant, manager, as_user, changes, fields):
    data = {"assistant": "ava", "first_day": "2025-03-01", "last_day": "2025-03-31", **changes}
    answer = as_user(manager).post(reverse("audits:cycle-new"), data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, fields)
    assert Cycle.objects.count() == 0


def test_progress_is_polled_until_the_checks_are_decided(assistant, reviewer, as_user):
    cycle = cycle_make(assistant, state="running")
    run = run_make(assistant, cycle=cycle, target="a", state="running")
    run_make(assistant, cycle=cycle, target="b", state="passed")
    client, url = as_user(reviewer), reverse("audits:cycle-progress", args=[cycle.pk])
    page = client.get(reverse("audits:cycle", args=[cycle.pk])).content.decode()
    assert f'hx-get="{url}"' in page
    part = client.get(url, headers=HTMX)
    assert ("1 of 2" in part.content.decode(), "<html" in part.content.decode(), "HX-Refresh" in part) == (
        True,
        False,
        False,
    )
    run.state = "failed"
    run.save(update_fields=["state"])
    Cycle.objects.filter(pk=cycle.pk).update(state="in_review")
    done = client.get(url, headers=HTMX)
    assert (done["HX-Refresh"], "hx-get" in done.content.decode()) == ("true", False)
    assert "hx-get" not in client.get(reverse("audits:cycle", args=[cycle.pk])).content.decode()


def test_progress_without_script_leads_to_the_page(assistant, reviewer, as_user):
    cycle = cycle_make(assistant, state="running")
    answer = as_user(reviewer).get(reverse("audits:cycle-progress", args=[cycle.pk]))
    assert (answer.status_code, answer.url) == (302, reverse("audits:cycle", args=[cycle.pk]))


def test_progress_before_the_checks_tells_of_the_scans(assistant, reviewer, as_user):
    cycle = cycle_make(assistant, state="scheduled")
    Job.objects.create(
        task="audits.scan",
        payload={"assistant_id": assistant.pk, "shard": 0},
        state="running",
        progress_done=30,
        progress_total=80,
    )
    part = as_user(reviewer).get(reverse("audits:cycle-progress", args=[cycle.pk]), headers=HTMX).content.decode()
    assert ("Scanning and counting conversations" in part, "30 of 80" in part) == (True, True)


def test_cycle_is_closed_by_an_approver_once_everything_is_decided(assistant, approver, reviewer, as_user):
    cycle = cycle_make(assistant, state="awaiting_sign_off")
    page, close = (reverse(name, args=[cycle.pk]) for name in ("audits:cycle", "audits:cycle-close"))
    assert as_user(reviewer).get(page).context["may_close"] is False
    assert as_user(reviewer).post(close, {"note": ""}).status_code == 403
    client = as_user(approver)
    assert client.get(page).context["may_close"] is True
    client.post(close, {"note": "A quiet month."})
    cycle.refresh_from_db()
    assert (cycle.state, cycle.closed_by, cycle.closing_note) == ("closed", approver, "A quiet month.")
    assert "A quiet month." in client.get(page).content.decode()


def test_what_failed_stands_first_and_the_rest_by_what_it_is_about(assistant, reviewer, as_user):
    cycle = cycle_make(assistant, state="in_review")
    states = {"a": "passed", "b": "watch", "c": "failed", "d": "insufficient_data", "e": "error"}
    runs = {target: run_make(assistant, cycle=cycle, target=target, state=state) for target, state in states.items()}
    coverage = run_make(assistant, cycle=cycle, kind="consent_coverage", target="quality-review", state="passed")
    answer = as_user(reviewer).get(reverse("audits:cycle", args=[cycle.pk]))
    assert answer.context["standing_out"] == [runs["c"], runs["b"], runs["e"]]
    assert [(area.name, area.others, area.passed) for area in answer.context["areas"]] == [
        ("Fairness between groups", [runs["d"]], [runs["a"]]),
        ("Privacy, consent and retention", [], [coverage]),
    ]
    assert "Consent coverage: quality review" in answer.content.decode()


def test_every_kind_of_check_has_one_area():
    assert sorted(kind for _, kinds in AREAS for kind in kinds) == sorted(CheckKind)


def test_cycle_in_review_cannot_be_closed(assistant, approver, as_user):
    cycle = cycle_make(assistant, state="in_review")
    url = reverse("audits:cycle-close", args=[cycle.pk])
    assert as_user(approver).post(url, {"note": ""}).status_code == 409


def test_check_run_shows_what_was_asked_and_every_number(scene, auditor, as_user):
    text = as_user(auditor).get(reverse("audits:check-run", args=[scene.run.pk])).content.decode()
    said = ("a" * 64, "1 – 31 Mar 2025", "74.0 %", "58.0–64.0 %", "−13.0 points", "&lt; 0.001", "4,000")
    assert [part for part in said if part not in text] == []


def test_check_run_that_ended_in_an_error_says_so(assistant, auditor, as_user):
    run = run_make(assistant, state="error", error="TimeoutError", result={}, sentence="")
    text = as_user(auditor).get(reverse("audits:check-run", args=[run.pk])).content.decode()
    assert "This check could not be carried out: TimeoutError." in text


def test_form_for_a_new_cycle_proposes_the_last_thirty_days_in_the_date_pickers(noon, manager, as_user):
    today = noon.date()
    text = as_user(manager).get(reverse("audits:cycles")).content.decode()
    shown = re.findall(r'<input type="date" name="(\w+)" value="([^"]*)"', text)
    assert shown == [
        ("first_day", (today - timedelta(days=30)).isoformat()),
        ("last_day", (today - timedelta(days=1)).isoformat()),
    ]
