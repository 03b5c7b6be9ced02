"""A finding's page: what it shows, and every decision that can be made there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audits.models import Finding
from audits.services.findings import (
    finding_accept_risk,
    finding_claim,
    finding_comment,
    finding_confirm,
    finding_dismiss,
)
from portal.accounts.models import Membership
from tests.factories import ReleaseFactory
from tests.workflow.making import bring


@pytest.fixture
def fixer(member):
    return member("manager", name="Fiona Fixer")


def _url(finding: Finding, name: str = "") -> str:
    page = reverse("audits:finding", args=[finding.pk])
    return f"{page}{name}/" if name else page


def _post(client, finding: Finding, name: str, data: dict | None = None, *, origin: bool = True):
    """As a browser sends it: with the page that it comes from."""
    headers = {"referer": f"http://testserver{_url(finding)}"} if origin else {}
    return client.post(_url(finding, name), data or {}, headers=headers)


def _said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_page_shows_sentence_chart_table_and_evidence(finding, conversation, reviewer, as_user):
    text = as_user(reviewer).get(_url(finding)).content.decode()
    where = [
        text.index(part)
        for part in (
            finding.sentence,
            "Rate by group: resolved by age group",
            '<td class="num">−13.0 points</td>',
            '<td class="num">&lt; 0.001</td>',
            "Adjusted p: how likely so great a difference comes by chance alone",
            reverse("audits:conversation", args=[conversation.public_id]),
        )
    ]
    assert where == sorted(where)


def test_page_hides_conversations_from_roles_that_may_not_read_them(finding, conversation, manager, as_user):
    text = as_user(manager).get(_url(finding)).content.decode()
    assert (str(conversation.public_id) in text, "Conversations that show it" in text) == (False, False)


def test_claim_and_confirm_move_the_finding_and_name_its_owner(finding, reviewer, fixer, as_user):
    client = as_user(reviewer)
    claimed = client.post(_url(finding, "claim"), follow=True)
    assert (claimed.request["PATH_INFO"], _said(claimed)) == (
        _url(finding),
        ["It is yours while you work on it, and for five minutes after."],
    )
    finding.refresh_from_db()
    assert finding.claimed_by == reviewer
    answer = client.post(_url(finding, "confirm"), {"owner": fixer.pk, "note": "Seen in three chats."}, follow=True)
    finding.refresh_from_db()
    assert (finding.state, finding.owner, finding.claimed_by) == ("confirmed", fixer, None)
    assert _said(answer) == ["Confirmed."]
    assert "Seen in three chats." in answer.content.decode()


def test_decision_leads_back_to_the_queue_it_was_made_in(finding, reviewer, as_user):
    answer = as_user(reviewer).post(_url(finding, "confirm"), {"next": "/queue/?kind=findings"})
    assert answer.url == "/queue/?kind=findings"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "x"])
def test_decision_never_leads_to_another_site(finding, reviewer, as_user, elsewhere):
    assert as_user(reviewer).post(_url(finding, "claim"), {"next": elsewhere}).url == _url(finding)


def test_dismissal_without_a_note_comes_back_opened_with_the_error(finding, reviewer, as_user):
    answer = as_user(reviewer).post(_url(finding, "dismiss"), {"reason": "explained", "note": " "})
    assert answer.status_code == 422
    [opened] = [item for item in answer.context["offered"] if item.opened]
    assert (opened.name, opened.form.errors) == ("dismiss", {"note": ["This field is required."]})
    finding.refresh_from_db()
    assert finding.state == "new"


def test_high_finding_is_dismissed_by_a_second_person_only(finding, reviewer, member, as_user):
    data = {"reason": "explained", "note": "The shop was closed."}
    first = as_user(reviewer)
    proposed = first.post(_url(finding, "dismiss"), data, follow=True)
    assert _said(proposed) == ["Proposed. A second person decides whether it is dismissed."]
    assert "Proposed because" in proposed.content.decode()
    page = first.get(_url(finding))
    denied = {item.name: item.denied_reason for item in page.context["offered"] if item.denied_reason}
    assert denied == {
        "dismiss": "You proposed this dismissal: for a high or critical finding, a second person decides."
    }
    assert denied["dismiss"] in page.content.decode()
    assert _post(first, finding, "dismiss", data, origin=False).status_code == 403
    dismissed = as_user(member("reviewer")).post(_url(finding, "dismiss"), data, follow=True)
    assert _said(dismissed) == ["Dismissed."]
    assert "Dismissed because" in dismissed.content.decode()
    finding.refresh_from_db()
    assert finding.state == "dismissed"


def test_decision_in_the_wrong_state_says_so_on_the_page_it_came_from(finding, reviewer, as_user):
    finding_confirm(finding_id=finding.pk, actor=reviewer)
    client = as_user(reviewer)
    answer = _post(client, finding, "claim")
    assert (answer.status_code, answer.url) == (302, f"http://testserver{_url(finding)}")
    assert _said(client.get(_url(finding))) == ["This finding is confirmed; this is only possible while it is new."]


@pytest.mark.parametrize("name", ["claim", "submit", "approve", "implement", "verify"])
def test_decision_in_the_wrong_state_is_a_conflict(finding, reviewer, member, as_user, name):
    Membership.objects.create(user=reviewer, team=finding.assistant.team, role="approver")
    finding_dismiss(finding_id=finding.pk, reason="explained", note="No.", actor=reviewer)
    finding_dismiss(finding_id=finding.pk, reason="explained", note="No.", actor=member("reviewer"))
    assert _post(as_user(reviewer), finding, name, origin=False).status_code == 409


def test_claim_of_a_colleague_is_told_by_name(finding, reviewer, member, as_user):
    finding_claim(finding_id=finding.pk, actor=member("reviewer", name="Cora Colleague"))
    client = as_user(reviewer)
    assert _post(client, finding, "claim", origin=False).status_code == 409
    assert "Cora Colleague is working on this right now." in client.get(_url(finding)).content.decode()


def test_accepted_risk_is_said_once_with_why_and_until_when(finding, reviewer, approver, as_user):
    finding_confirm(finding_id=finding.pk, actor=reviewer, owner=None)
    until = timezone.now().date() + timedelta(days=30)
    finding_accept_risk(finding_id=finding.pk, until=until, note="The shop closes.", actor=approver)
    told = as_user(approver).get(_url(finding)).content.decode()
    assert told.count("notice--warning") == 1
    assert f"until {until:%-d %b %Y}; then the finding is confirmed again." in told
    assert '<p class="history__text">The shop closes.</p>' in told
    finding_comment(finding_id=finding.pk, note="Noted.", actor=reviewer)
    assert as_user(approver).get(_url(finding)).content.decode().count("notice--warning") == 1


def test_unknown_decision_and_the_signature_are_no_plain_decisions(finding, reviewer, as_user):
    client = as_user(reviewer)
    assert client.post(_url(finding, "explode")).status_code == 404
    assert client.get(_url(finding, "confirm")).status_code == 405


def test_remediation_goes_from_plan_to_implementation_on_the_page(finding, reviewer, approver, fixer, as_user):
    finding_confirm(finding_id=finding.pk, actor=reviewer, owner=fixer)
    planner, decider = as_user(fixer), as_user(approver)
    release = ReleaseFactory(assistant=finding.assistant, version="1.0", released_at=datetime(2025, 1, 1, tzinfo=UTC))
    planner.post(_url(finding, "remediation"), {"plan": "Rewrite the prompt."})
    planner.post(_url(finding, "submit"))
    decider.post(_url(finding, "request-changes"), {"note": "Say which prompt."})
    planner.post(_url(finding, "comment"), {"note": "I shall."})
    asked = planner.get(_url(finding))
    assert (asked.context["last_word"].text, asked.context["last_word"].actor) == ("Say which prompt.", approver.name)
    assert [item.name for item in asked.context["offered"] if item.style] == ["submit"]
    [offered] = [item for item in planner.get(_url(finding)).context["offered"] if item.name == "remediation"]
    assert offered.form.initial["plan"] == "Rewrite the prompt."
    planner.post(_url(finding, "remediation"), {"plan": "Rewrite the greeting prompt."})
    planner.post(_url(finding, "submit"))
    decider.post(_url(finding, "approve"), {"note": ""})
    refused = planner.post(_url(finding, "implement"), {"release": release.pk, "note": ""})
    assert refused.status_code == 422
    assert list(refused.context["offered"][0].form.errors) == ["release"]
    planner.post(_url(finding, "implement"), {"release": "", "note": "Done on Monday."})
    finding.refresh_from_db()
    remediation = finding.remediations.get()
    assert (remediation.state, remediation.plan) == ("implemented", "Rewrite the greeting prompt.")
    assert (finding.state, finding.remediated_by) == ("in_remediation", fixer)


def test_numbers_of_both_runs_stand_below_the_pair_over_the_whole_width(finding, reviewer, approver, fixer, as_user):
    bring(finding, "verified", finder=reviewer, fixer=fixer, approver=approver)
    text = as_user(reviewer).get(_url(finding)).content.decode()
    pair, _, below = text.partition("Numbers before the fix")
    assert ("After the fix" in pair, "evidence-table" in pair) == (True, False)
    assert "evidence-table" in below


def test_decisions_that_are_shut_for_one_reason_tell_it_once(finding, reviewer, member, as_user):
    colleague = member("reviewer", name="Cora Colleague")
    finding_claim(finding_id=finding.pk, actor=colleague)
    text = as_user(reviewer).get(_url(finding)).content.decode()
    assert text.count("Cora Colleague is working on this right now.") == 1
    assert "Claim, confirm, dismiss, mark as duplicate: Cora Colleague" in text
    [named] = set(re.findall(r'disabled aria-describedby="([^"]+)"', text))
    assert text.count(f'id="{named}"') == 1


def test_both_runs_stand_side_by_side_once_a_fix_is_proved(finding, reviewer, approver, fixer, as_user):
    bring(finding, "verified", finder=reviewer, fixer=fixer, approver=approver)
    shown = as_user(reviewer).get(_url(finding)).context["runs"]
    assert [(run.label, run.run.state) for run in shown] == [("Before the fix", "failed"), ("After the fix", "passed")]


def test_list_narrows_by_its_filters_and_sorts_by_due_date(finding, reviewer, as_user):
    client = as_user(reviewer)
    totals = {
        query: client.get(f"/findings/?{query}").context["page"].paginator.count
        for query in ("", "state=new", "state=closed", "severity=high", "kind=disclosure", "assistant=ava", "sort=due")
    }
    assert totals == {
        "": 1,
        "state=new": 1,
        "state=closed": 0,
        "severity=high": 1,
        "kind=disclosure": 0,
        "assistant=ava": 1,
        "sort=due": 1,
    }


def test_list_with_a_wrong_filter_shows_everything_and_says_what_is_wrong(finding, reviewer, as_user):
    page = as_user(reviewer).get("/findings/?severity=purple&assistant=nobodys")
    assert page.context["page"].paginator.count == 1
    assert sorted(page.context["form"].errors) == ["assistant", "severity"]
