"""The registry's pages."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from assistants.models import Assistant, DataSource
from audits.models import CountCell
from tests.workflow.making import finding_make


def test_page_says_what_the_assistant_is_and_what_it_learned_from(assistant, auditor, as_user):
    Assistant.objects.filter(pk=assistant.pk).update(
        purpose="Answers parcel questions.", out_of_scope="Legal advice.", disclosure_texts={"en": "I am a machine."}
    )
    DataSource.objects.create(
        assistant=assistant,
        name="Service dialogues",
        kind="fine_tuning",
        origin="Own service desk",
        licence="own",
        lawful_basis="consent",
        personal_data=True,
    )
    text = as_user(auditor).get(reverse("assistants:detail", args=["ava"])).content.decode()
    said = (
        "Answers parcel questions.",
        "Legal advice.",
        "I am a machine.",
        "A language model answers from the help pages.",
        "Service dialogues",
        "Own service desk",
        "Consent (Art. 6(1)(a))",
    )
    assert [part for part in said if part not in text] == []


def test_page_counts_conversations_from_the_cube_and_lists_open_findings(assistant, finding, auditor, as_user):
    for day, n in ((date(2025, 3, 3), 40), (date(2025, 3, 20), 2)):
        CountCell.objects.create(assistant=assistant, day=day, channel="chat", language="en", measure="total", n=n)
    page = as_user(auditor).get(reverse("assistants:detail", args=["ava"]))
    text = page.content.decode()
    assert '<div class="stat__value">42</div>' in text
    assert reverse("audits:finding", args=[finding.pk]) in text


def test_page_lists_conversations_only_for_those_who_may_open_them(assistant, conversation, manager, reviewer, as_user):
    url = reverse("assistants:detail", args=["ava"])
    seen = [str(conversation.public_id) in as_user(who).get(url).content.decode() for who in (manager, reviewer)]
    assert seen == [False, True]


@pytest.mark.parametrize("role", ["reviewer", "manager"])
def test_contents_name_each_card_with_an_anchor_in_their_order(assistant, conversation, member, as_user, role):
    text = as_user(member(role)).get(reverse("assistants:detail", args=["ava"])).content.decode()
    linked = re.findall(r'<a href="#([\w-]+)">', text[text.index('<nav class="contents"') :])
    assert linked == re.findall(r'<section class="card panel" id="([\w-]+)">', text)
    assert ("conversations" in linked) == (role == "reviewer")


@pytest.mark.parametrize(
    ("state", "role", "moves"),
    [
        ("proposed", "manager", ["in_review"]),
        ("in_review", "manager", []),
        ("in_review", "approver", ["approved", "rejected"]),
        ("approved", "administrator", ["live"]),
        ("live", "manager", ["restricted", "retired"]),
        ("live", "reviewer", []),
        ("retired", "manager", []),
    ],
)
def test_page_offers_the_moves_that_state_and_role_allow(assistant, member, as_user, state, role, moves):
    Assistant.objects.filter(pk=assistant.pk).update(state=state)
    page = as_user(member(role)).get(reverse("assistants:detail", args=["ava"]))
    assert [str(move.state) for move in page.context["moves"]] == moves


def test_move_changes_the_state(assistant, manager, as_user):
    answer = as_user(manager).post(reverse("assistants:step", args=["ava", "restricted"]), follow=True)
    assistant.refresh_from_db()
    assert assistant.state == "restricted"
    assert [str(message) for message in answer.context["messages"]] == ["Ava is now restricted."]


@pytest.mark.parametrize(("state", "status"), [("approved", 403), ("proposed", 409), ("sold", 404)])
def test_move_that_is_not_possible_is_refused(assistant, manager, as_user, state, status):
    assert as_user(manager).post(reverse("assistants:step", args=["ava", state])).status_code == status


def test_list_without_assistants_says_what_to_do_next(reviewer, as_user):
    assert "No assistants yet" in as_user(reviewer).get(reverse("assistants:list")).content.decode()


def test_findings_of_an_assistant_link_to_the_narrowed_list(assistant, reviewer, as_user):
    finding_make(assistant)
    text = as_user(reviewer).get(reverse("assistants:detail", args=["ava"])).content.decode()
    assert 'href="/findings/?assistant=ava"' in text
