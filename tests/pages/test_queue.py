"""The review queue and the flags in it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assistants.models import Conversation
from audits.models import Finding, Flag
from audits.services.findings import finding_claim, finding_dismiss
from audits.services.flags import flag_claim, flag_confirm, flag_raise
from audits.services.scanning import conversations_scan
from tests.audits.conversations import Told, conversations_make
from tests.workflow.making import cycle_make, finding_make, run_make

HTMX = {"HX-Request": "true"}


def _refs(page) -> list[str]:
    return [item.ref for item in page.context["items"]]


def test_queue_opens_the_first_item_and_lists_findings_before_flags(scene, reviewer, as_user):
    page = as_user(reviewer).get("/queue/")
    assert _refs(page) == [f"finding-{scene.finding.pk}", f"flag-{scene.flag.pk}"]
    assert [item.current for item in page.context["items"]] == [True, False]
    assert [item.name for item in page.context["offered"]] == ["claim", "confirm", "dismiss", "duplicate"]


def test_queue_opens_the_item_that_the_address_names(scene, reviewer, as_user):
    page = as_user(reviewer).get(f"/queue/?item=flag-{scene.flag.pk}")
    assert [item.current for item in page.context["items"]] == [False, True]
    assert page.context["flag"] == scene.flag
    assert "Where is my parcel?" in page.content.decode()


@pytest.mark.parametrize("ref", ["finding-999999", "nonsense", "flag-"])
def test_queue_opens_the_first_item_where_the_named_one_is_gone(scene, reviewer, as_user, ref):
    page = as_user(reviewer).get("/queue/", {"item": ref})
    assert [item.current for item in page.context["items"]] == [True, False]


def test_queue_narrows_by_its_filters_and_keeps_them_in_its_links(scene, reviewer, as_user):
    client = as_user(reviewer)
    finding, flag = f"finding-{scene.finding.pk}", f"flag-{scene.flag.pk}"
    shown = {
        query: _refs(client.get(f"/queue/?{query}"))
        for query in ("kind=findings", "kind=flags", "kind=outcome_gap", "kind=wrong", "severity=high", "severity=low")
    }
    assert shown == {
        "kind=findings": [finding],
        "kind=flags": [flag],
        "kind=outcome_gap": [finding],
        "kind=wrong": [flag],
        "severity=high": [finding],
        "severity=low": [],
    }
    finding_claim(finding_id=scene.finding.pk, actor=reviewer)
    page = client.get("/queue/?whose=mine&assistant=ava")
    assert _refs(page) == [finding]
    assert [item.url for item in page.context["items"]] == [f"?whose=mine&assistant=ava&item={finding}"]


def test_queue_leaves_out_what_a_colleague_holds(scene, reviewer, member, as_user):
    colleague = member("reviewer")
    finding_claim(finding_id=scene.finding.pk, actor=colleague)
    flag_claim(flag_id=scene.flag.pk, actor=colleague)
    assert _refs(as_user(reviewer).get("/queue/")) == []


def test_empty_queue_says_what_to_do_next(home, reviewer, auditor, as_user):
    texts = [
        as_user(person).get(url).content.decode()
        for person, url in (
            (reviewer, "/queue/"),
            (reviewer, "/queue/?severity=high"),
            (auditor, "/queue/"),
        )
    ]
    said = ("Nothing waits</p>", "Nothing waits with these filters</p>", "Nothing waits for you here</p>")
    assert [phrase in text for phrase, text in zip(said, texts, strict=True)] == [True, True, True]


def test_queue_answers_htmx_with_the_list_and_the_item_alone(scene, reviewer, as_user):
    client = as_user(reviewer)
    part = client.get(f"/queue/?item=flag-{scene.flag.pk}", headers=HTMX)
    text = part.content.decode()
    assert (text.lstrip().startswith('<div id="queue">'), "<html" in text) == (True, False)
    assert "HX-Request" in part["Vary"]
    restored = client.get("/queue/", headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert "<html" in restored.content.decode()


def test_queue_claims_in_place_and_goes_on_after_a_decision(scene, reviewer, as_user):
    client = as_user(reviewer)
    other = finding_make(scene.assistant, run=run_make(scene.assistant, cycle=cycle_make(scene.assistant), target="x"))
    Finding.objects.filter(pk=other.pk).update(severity="low")
    page = client.get("/queue/?kind=findings")
    text = page.content.decode()
    assert f'value="/queue/?kind=findings&amp;item=finding-{scene.finding.pk}"' in text
    decide = reverse("audits:finding-decide", args=[scene.finding.pk, "confirm"])
    after = client.post(decide, {"next": page.context["go_on"]}, follow=True)
    assert after.request["QUERY_STRING"] == f"kind=findings&item=finding-{other.pk}"
    assert _refs(after) == [f"finding-{other.pk}"]


def test_queue_goes_on_with_the_item_below_and_after_the_last_with_the_first(scene, reviewer, as_user):
    other = finding_make(scene.assistant, run=run_make(scene.assistant, cycle=cycle_make(scene.assistant), target="x"))
    Finding.objects.filter(pk=other.pk).update(severity="low")
    first, second, last = f"finding-{scene.finding.pk}", f"finding-{other.pk}", f"flag-{scene.flag.pk}"
    client = as_user(reviewer)
    assert _refs(client.get("/queue/")) == [first, second, last]
    went_on = {open_: client.get(f"/queue/?item={open_}").context["go_on"] for open_ in (first, second, last)}
    assert went_on == {first: f"/queue/?item={second}", second: f"/queue/?item={last}", last: "/queue/"}


def _decide(client, flag: Flag, name: str, data: dict | None = None):
    return client.post(reverse("audits:flag-decide", args=[flag.pk, name]), data or {})


def test_flag_is_claimed_confirmed_and_promoted_with_its_proof(scene, reviewer, as_user):
    client, flag = as_user(reviewer), scene.flag
    _decide(client, flag, "claim")
    assert [item.name for item in client.get(reverse("audits:flag", args=[flag.pk])).context["offered"]] == [
        "confirm",
        "dismiss",
        "release",
    ]
    _decide(client, flag, "confirm", {"note": "It was wrong."})
    [promote] = client.get(reverse("audits:flag", args=[flag.pk])).context["offered"]
    assert [str(label) for _, label in promote.form.fields["check_run"].choices] == [
        "Choose …",
        f"{scene.run.get_kind_display()}: {scene.run.target_words}",
    ]
    promoted = _decide(client, flag, "promote", {"severity": "medium", "check_run": scene.run.pk})
    flag.refresh_from_db()
    assert flag.state == "promoted"
    assert promoted.url == reverse("audits:finding", args=[flag.finding_id])
    assert client.get(promoted.url).status_code == 200


def test_who_decides_on_a_dismissal_reads_why_it_is_proposed(scene, reviewer, approver, as_user):
    assert as_user(approver).get("/queue/").context["last_word"] is None
    finding_dismiss(finding_id=scene.finding.pk, reason="explained", note="The shop was closed.", actor=reviewer)
    finding_claim(finding_id=scene.finding.pk, actor=approver)
    for address in ("/queue/", f"/findings/{scene.finding.pk}/"):
        page = as_user(approver).get(address)
        assert page.context["last_word"].text == "The shop was closed."
        told = page.content.decode()
        assert told.count(f"</strong> by {reviewer.name}") == told.count("notice--warning") == 1
        assert ("You decide" in told) == (address == "/queue/")


def test_flag_dismissal_needs_a_reason_in_words(scene, reviewer, as_user):
    client, flag = as_user(reviewer), scene.flag
    _decide(client, flag, "claim")
    refused = _decide(client, flag, "dismiss", {"reason": "explained"})
    assert refused.status_code == 422
    assert [item.form.errors for item in refused.context["offered"] if item.opened] == [
        {"note": ["This field is required."]}
    ]
    _decide(client, flag, "dismiss", {"reason": "explained", "note": "The parcel was lost."})
    flag.refresh_from_db()
    assert (flag.state, flag.decision) == ("dismissed", "The parcel was lost.")


def test_flag_released_goes_back_to_the_queue(scene, reviewer, as_user):
    client, flag = as_user(reviewer), scene.flag
    _decide(client, flag, "claim")
    _decide(client, flag, "release")
    flag.refresh_from_db()
    assert flag.state == "open"


@pytest.mark.parametrize(
    ("name", "data"),
    [("claim", {}), ("confirm", {}), ("dismiss", {"reason": "explained", "note": "No."}), ("release", {})],
)
def test_flag_that_is_decided_already_is_a_conflict(scene, reviewer, as_user, name, data):
    flag_claim(flag_id=scene.flag.pk, actor=reviewer)
    flag_confirm(flag_id=scene.flag.pk, actor=reviewer)
    assert _decide(as_user(reviewer), scene.flag, name, data).status_code == 409


def test_flag_raised_on_the_conversation_page_counts_turns_from_one(conversation, reviewer, as_user):
    client, url = as_user(reviewer), reverse("audits:conversation-flag", args=[conversation.public_id])
    raised = client.post(url, {"kind": "no_human", "turn": "2", "note": "Sent away."})
    flag = Flag.objects.get()
    assert (flag.turn, flag.source, flag.kind) == (1, "reviewer", "no_human")
    assert raised.url == reverse("audits:flag", args=[flag.pk])
    assert 'href="#turn-2"' in client.get(raised.url).content.decode()


def test_flag_on_a_late_turn_of_a_long_conversation_links_to_its_page(assistant, reviewer, as_user):
    [long] = conversations_make(assistant, [Told(turns=[("customer", f"Line {n}") for n in range(150)])])
    conversations_scan(assistant_id=assistant.pk, shard=0)
    Conversation.objects.filter(pk=long.pk).update(turn_count=150)
    flag = flag_raise(conversation=long, kind="wrong", source="reviewer", turn=120, actor=reviewer)
    client, page = as_user(reviewer), reverse("audits:conversation", args=[long.public_id])
    text = client.get(reverse("audits:flag", args=[flag.pk])).content.decode()
    assert (f'href="{page}?page=2#turn-121"' in text, "The other 50 turns" in text) == (True, True)
    assert 'id="turn-121"' in client.get(f"{page}?page=2").content.decode()


@pytest.mark.parametrize("turn", ["0", "3", "x"])
def test_flag_on_a_turn_that_does_not_exist_is_refused_at_the_field(conversation, reviewer, as_user, turn):
    url = reverse("audits:conversation-flag", args=[conversation.public_id])
    answer = as_user(reviewer).post(url, {"kind": "wrong", "turn": turn})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["turn"])


@pytest.mark.parametrize("kind", ["finding", "flag"])
def test_what_its_holder_reads_stays_theirs(noon, scene, reviewer, approver, as_user, kind):
    item = getattr(scene, kind)
    claim = {"finding": finding_claim, "flag": flag_claim}[kind]
    claim(**{f"{kind}_id": item.pk}, actor=reviewer)
    nearly_over = noon + timedelta(seconds=20)

    def shown_at(address, *, method="get"):
        type(item).objects.update(claimed_until=nearly_over)
        page = getattr(as_user(reviewer), method)(address).content.decode()
        item.refresh_from_db()
        return "Claimed by you until" in page, item.claimed_until > nearly_over + timedelta(minutes=4)

    prolong = f"/{kind}s/{item.pk}/prolong/"
    assert f'hx-post="{prolong}"' in as_user(reviewer).get(f"/{kind}s/{item.pk}/").content.decode()
    assert shown_at(f"/queue/?item={kind}-{item.pk}") == (True, True)
    assert shown_at(f"/{kind}s/{item.pk}/") == (True, True)
    assert shown_at(prolong, method="post") == (True, True)
    assert shown_at(f"/conversations/{scene.conversation.public_id}/")[1]
    assert "Claimed by Rita Reviewer until" in as_user(approver).post(prolong).content.decode()
    type(item).objects.update(claimed_until=timezone.now())
    assert "Your claim has ended" in as_user(reviewer).post(prolong).content.decode()
