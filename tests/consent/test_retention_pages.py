"""The pages of retention and legal holds: a rule from its draft into force, a hold from placing to release."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from consent.models import LegalHold, RetentionRule, RetentionRun
from consent.services.holds import hold_place
from consent.services.retention_rules import retention_rule_add
from consent.services.retention_runs import retention_run_now
from tests.audits.conversations import Told, conversations_make
from tests.consent.conftest import REFERENCE
from tests.consent.retaining import rule_make
from tests.factories import AssistantFactory, MembershipFactory, PurposeFactory

NEW = {
    "data_class": "transcript",
    "anchor": "conversation_ended",
    "period": "P1Y",
    "grace": "",
    "justification": "Claims lapse by then.",
}


@pytest.fixture
def petra(as_user, privacy_officer):
    return as_user(privacy_officer)


@pytest.fixture
def assistant(home):
    made = AssistantFactory(team=home, name="Ava")
    conversations_make(made, [Told(day=(timezone.now() - timedelta(days=400)).date())] * 3)
    return made


def test_rule_is_drafted_seen_and_put_in_force(petra, home, assistant):
    assert b"Draft the first rule" in petra.get(reverse("retention:overview")).content
    answer = petra.post(reverse("retention:rule-new"), {"team": home.pk, **NEW}, follow=True)
    rule = RetentionRule.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("retention:rule", args=[rule.pk])
    text = answer.content.decode()
    assert "the next night disposes of <strong>3</strong> rows (0 without it)" in text
    assert "The draft is not in force yet." in text
    answer = petra.post(reverse("retention:rule-step", args=[rule.pk, "activate"]), follow=True)
    assert "The next nightly run follows it." in answer.content.decode()
    change = reverse("retention:rule-change", args=[rule.pk])
    answer = petra.post(change, NEW | {"period": "3 years"}, follow=True)
    assert "disposes of <strong>0</strong> rows (3 without it)" in answer.content.decode()
    petra.post(reverse("retention:count"))
    text = petra.get(reverse("retention:overview")).content.decode()
    assert "Ava" in text
    assert "Kept without limit" in text
    assert RetentionRun.objects.get().dry
    answer = petra.post(reverse("retention:rule-step", args=[rule.pk, "preview"]), follow=True)
    assert "Only a draft is previewed." in answer.content.decode()
    answer = petra.post(reverse("retention:rule-new"), {"team": home.pk, **NEW})
    assert "A rule in force (1 year) is about the same data" in answer.content.decode()
    answer = petra.post(
        reverse("retention:rule-new"),
        {"team": home.pk, **NEW, "data_class": "attributes", "period": "P9Y"},
        follow=True,
    )
    assert "nothing within 30 days; 0 are held back." in " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"period": "a while"}, "Write how long, such as 90 days"),
        ({"anchor": "superseded"}, "can be counted from"),
        ({"jurisdiction": "Germany"}, "Write the code of a country"),
        ({"jurisdiction": "XQ"}, "Write the code of a country"),
        ({"jurisdiction": "EU-CA"}, "Write the code of a country"),
        ({"justification": ""}, "This field is required"),
    ],
)
def test_refused_rule_comes_back_with_its_message(petra, home, given, message):
    answer = petra.post(reverse("retention:rule-new"), {"team": home.pk, **NEW, **given})
    assert (answer.status_code, message in answer.content.decode()) == (422, True)
    assert not RetentionRule.objects.exists()


def test_hold_is_placed_by_reference_which_is_in_no_address(petra, home, jane):
    given = {"team": home.pk, "scope": "subject", "reference": REFERENCE, "matter": "12 O 345/26", "reason": "Sued."}
    wrong = petra.post(reverse("retention:hold-new"), given | {"reference": "nobody"})
    assert (wrong.status_code, "No customer of this team" in wrong.content.decode()) == (422, True)
    answer = petra.post(reverse("retention:hold-new"), given, follow=True)
    hold = LegalHold.objects.get()
    assert answer.redirect_chain == [(reverse("retention:hold", args=[hold.pk]), 302)]
    assert hold.subject == jane
    assert REFERENCE not in answer.content.decode()
    listed = petra.get(reverse("retention:holds")).content.decode()
    assert "12 O 345/26" in listed
    assert petra.post(reverse("retention:hold", args=[hold.pk]), {"reason": ""}).status_code == 422
    answer = petra.post(reverse("retention:hold", args=[hold.pk]), {"reason": "Settled."}, follow=True)
    assert "Why it ended" in answer.content.decode()
    assert petra.post(reverse("retention:hold", args=[hold.pk]), {"reason": "Again."}).status_code == 409


def test_hold_on_an_assistant_or_the_team(petra, home, assistant):
    given = {"team": home.pk, "matter": "m", "reason": "r"}
    assert petra.post(reverse("retention:hold-new"), given | {"scope": "assistant"}).status_code == 422
    petra.post(reverse("retention:hold-new"), given | {"scope": "assistant", "assistant": assistant.pk})
    petra.post(reverse("retention:hold-new"), given | {"scope": "team", "assistant": assistant.pk})
    assert list(LegalHold.objects.order_by("pk").values_list("scope", "assistant_id")) == [
        ("assistant", assistant.pk),
        ("team", None),
    ]
    assert "Assistant Ava" in petra.get(reverse("retention:holds")).content.decode()


def test_lists_cost_the_same_for_one_and_for_many(petra, home, assistant, privacy_officer, api_key, client):
    key = {"HTTP_AUTHORIZATION": api_key("consent:read")}
    addresses = ["retention:overview", "retention:holds", "consent_api:retention-rules", "consent_api:legal-holds"]
    counts = []
    rule_make(home, privacy_officer)
    for more in (1, 12):
        for _ in range(more):
            hold_place(team=home, matter="m", reason="r", assistant_id=assistant.pk, actor=privacy_officer)
            retention_rule_add(
                team=home, purpose=PurposeFactory(team=home), data_class="attributes", anchor="last_contact",
                period="P1Y", justification="j", actor=privacy_officer,
            )  # fmt: skip
        petra.post(reverse("retention:count"))
        for address in addresses:
            page = client if address.startswith("consent_api") else petra
            page.get(reverse(address), **key)
            with CaptureQueriesContext(connection) as captured:
                assert page.get(reverse(address), **key).status_code == 200
            counts.append(len(captured))
    assert counts[: len(addresses)] == counts[len(addresses) :]


def test_api_tells_no_words_of_a_hold(home, privacy_officer, api_key, client):
    hold_place(team=home, matter="Roe", reason="Jane Roe sues.", actor=privacy_officer)
    rule_make(home, privacy_officer)
    key = {"HTTP_AUTHORIZATION": api_key("consent:read")}
    [hold] = client.get(reverse("consent_api:legal-holds"), **key).json()["results"]
    assert set(hold) == {"id", "team", "scope", "subject", "assistant", "placed_at", "released_at"}
    [rule] = client.get(reverse("consent_api:retention-rules"), **key).json()["results"]
    assert (rule["data_class"], rule["period"], rule["state"], rule["purpose"]) == ("transcript", "P1Y", "active", None)


def test_two_teams_are_told_apart(petra, home, away, privacy_officer):
    for team in (home, away):
        PurposeFactory(team=team, code="quality", name="Quality review")
    alone = petra.get(reverse("retention:rule-new")).text
    assert (">Quality review<" in alone, away.name in alone) == (True, False)
    MembershipFactory(user=privacy_officer, team=away, role="privacy_officer")
    both = petra.get(reverse("retention:rule-new")).text
    assert all(f"Quality review ({team})" in both for team in (home, away))
    retention_run_now(team=home, dry=True, actor=privacy_officer)
    assert f"Nothing has been counted yet for {away}." in petra.get(reverse("retention:overview")).text
