"""Registering assistants, releases and data sources on pages."""

from __future__ import annotations

import pytest
from django.urls import reverse

from assistants.models import Assistant, DataSource, Release
from portal.core.models import LedgerEntry
from tests.factories import PurposeFactory, UserFactory

ASSISTANT = {
    "name": "Nora",
    "slug": "nora",
    "purpose": "Answers questions about bills.",
    "risk_tier": "limited",
    "channels": "web, app,, web",
    "languages": "en, de",
    "disclosure_texts": "en: I am Nora, an AI assistant.\n\nde: Ich bin Nora: ein KI-Assistent.",
    "jurisdiction": "DE",
    "next_review": "2027-01-31",
}


def test_an_assistant_is_registered_and_its_first_release_follows(as_user, manager, home):
    purpose = PurposeFactory(team=home)
    client = as_user(manager)
    given = {**ASSISTANT, "team": home.pk, "owner": manager.pk, "purposes": [purpose.pk]}
    answer = client.post(reverse("assistants:new"), given)
    assert answer["Location"] == reverse("assistants:release-new", args=["nora"])
    made = Assistant.objects.get(slug="nora")
    assert (made.team, made.owner, made.channels, made.languages) == (home, manager, ["web", "app"], ["en", "de"])
    assert made.disclosure_texts == {"en": "I am Nora, an AI assistant.", "de": "Ich bin Nora: ein KI-Assistent."}
    assert list(made.purposes.all()) == [purpose]
    release = {"version": "1.0", "model": "m-1", "algorithm": "It looks things up.", "released_at": "2026-01-01T10:00"}
    client.post(answer["Location"], {**release, "tools": "search, refunds"})
    assert Release.objects.get(assistant=made).tools == ["search", "refunds"]
    assert list(LedgerEntry.objects.order_by("seq").values_list("action", flat=True))[-2:] == [
        "assistant.registered",
        "release.registered",
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "ava"}, "slug"),
        ({"slug": "AVA"}, "slug"),
        ({"slug": "new"}, "slug"),
        ({"name": ""}, "name"),
        ({"disclosure_texts": "I am Nora."}, "disclosure_texts"),
        ({"jurisdiction": "Germany?"}, "jurisdiction"),
        ({"languages": "much too long for a tag"}, "languages"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(as_user, manager, home, assistant, change, field):
    answer = as_user(manager).post(reverse("assistants:new"), {**ASSISTANT, "team": home.pk, **change})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert Assistant.objects.count() == 1


def test_nothing_of_another_team_can_be_chosen(as_user, manager, home, away):
    strange = {"purposes": [PurposeFactory(team=away).pk], "owner": UserFactory().pk}
    answer = as_user(manager).post(reverse("assistants:new"), {**ASSISTANT, "team": home.pk, **strange})
    assert (answer.status_code, sorted(answer.context["form"].errors)) == (422, ["owner", "purposes"])


def test_what_is_declared_is_changed_and_what_stays_is_not(as_user, manager, assistant):
    client, url = as_user(manager), reverse("assistants:change", args=["ava"])
    initial = client.get(url).context["form"].initial
    given = {**{name: ASSISTANT[name] for name in ASSISTANT if name != "slug"}, "name": initial["name"]}
    assert client.post(url, given)["Location"] == reverse("assistants:detail", args=["ava"])
    assistant.refresh_from_db()
    assert (assistant.slug, assistant.name, assistant.jurisdiction) == ("ava", "Ava", "DE")


def test_a_release_with_a_known_version_is_refused(as_user, manager, assistant):
    url = reverse("assistants:release-new", args=["ava"])
    given = {"version": "2.0", "model": "m", "algorithm": "Words.", "released_at": "2026-01-01T10:00"}
    assert as_user(manager).post(url, given).status_code == 422
    wrong = as_user(manager).post(url, {**given, "version": "3", "prompt_hash": "abc"})
    assert list(wrong.context["form"].errors) == ["prompt_hash"]


def test_a_data_source_is_registered_for_its_releases(as_user, manager, assistant):
    url = reverse("assistants:source-new", args=["ava"])
    release = assistant.releases.get()
    given = {"name": "Help pages", "kind": "knowledge_base", "origin": "Our site", "releases": [release.pk]}
    as_user(manager).post(url, given)
    assert list(DataSource.objects.get(assistant=assistant).releases.all()) == [release]
    backwards = {**given, "collected_from": "2026-02-01", "collected_until": "2026-01-01"}
    assert list(as_user(manager).post(url, backwards).context["form"].errors) == ["collected_until"]


def test_pages_lead_to_registering_for_those_who_may(as_user, manager, auditor, assistant):
    for address, link in [("/assistants/", "/assistants/new/"), ("/assistants/ava/", "/assistants/ava/releases/new/")]:
        assert [link in as_user(person).get(address).content.decode() for person in (manager, auditor)] == [True, False]
