"""The registry in the admin site: through the services, in one's own teams, sealed values out of sight."""

from __future__ import annotations

import pytest

from assistants.models import Assistant, AuditedAttribute, Conversation, Release
from portal.core.models import LedgerEntry
from portal.core.roles import Role
from tests.factories import AssistantFactory, ReleaseFactory


@pytest.fixture
def admin_of_home(member, as_user):
    person = member(Role.ADMINISTRATOR, Role.REVIEWER, Role.APPROVER)
    person.is_staff = person.is_superuser = True
    person.save()
    return as_user(person)


def actions():
    return list(LedgerEntry.objects.order_by("seq").values_list("action", flat=True))


FIELDS = {
    "name": "Helper",
    "vendor": "",
    "purpose": "",
    "out_of_scope": "",
    "limitations": "",
    "risk_tier": "limited",
    "channels": "chat",
    "languages": "en,de",
    "disclosure_texts": "{}",
    "human_handoff": "",
    "next_review": "",
}


def test_admin_registers_and_changes_assistants_through_the_services(admin_of_home, home):
    answer = admin_of_home.post("/admin/assistants/assistant/add/", {**FIELDS, "team": home.pk, "slug": "helper"})
    assert answer.status_code == 302
    one = Assistant.objects.get()
    assert (one.slug, one.state, one.languages) == ("helper", "proposed", ["en", "de"])
    url = f"/admin/assistants/assistant/{one.pk}/change/"
    assert admin_of_home.post(url, {**FIELDS, "vendor": "V"}).status_code == 302
    assert Assistant.objects.get().vendor == "V"
    assert actions() == ["assistant.registered", "assistant.changed"]


def test_admin_moves_assistants_by_the_transition_table(admin_of_home, home):
    one = AssistantFactory(team=home, state="proposed")

    def move(action):
        admin_of_home.post("/admin/assistants/assistant/", {"action": action, "_selected_action": [one.pk]})
        one.refresh_from_db()
        return one.state

    assert [move(action) for action in ("set_live", "submit_for_review", "approve", "set_live", "retire")] == [
        "proposed",
        "in_review",
        "approved",
        "live",
        "retired",
    ]
    assert actions() == ["assistant.moved"] * 4


def test_admin_declares_attributes_and_adds_releases(admin_of_home, assistant):
    admin_of_home.post(
        "/admin/assistants/auditedattribute/add/",
        {"assistant": assistant.pk, "name": "age", "label": "Age", "reference": ""},
    )
    assert AuditedAttribute.objects.get().label == "Age"
    admin_of_home.post(
        "/admin/assistants/release/add/",
        {
            "assistant": assistant.pk,
            "version": "1.0",
            "model": "m",
            "algorithm": "It looks things up.",
            "released_at_0": "2026-01-01",
            "released_at_1": "10:00",
        },
    )
    release = Release.objects.get()
    assert release.version == "1.0"
    assert actions() == ["audited_attribute.declared", "release.registered"]
    assert admin_of_home.post(f"/admin/assistants/release/{release.pk}/change/", {"model": "x"}).status_code == 403
    assert admin_of_home.post(f"/admin/assistants/release/{release.pk}/delete/").status_code == 403


def test_admin_shows_and_offers_the_own_teams_only(admin_of_home, assistant, away):
    theirs = AssistantFactory(team=away, slug="theirs", name="Theirs")
    ReleaseFactory(assistant=theirs, version="9.9")
    listed = admin_of_home.get("/admin/assistants/assistant/").content.decode()
    assert ("Helper" in listed, "Theirs" in listed) == (True, False)
    form = admin_of_home.get("/admin/assistants/release/add/").content.decode()
    assert ("Helper" in form, "Theirs" in form) == (True, False)
    assert admin_of_home.get(f"/admin/assistants/assistant/{theirs.pk}/change/").status_code == 302


def test_admin_shows_conversations_without_what_is_sealed(admin_of_home, conversation, hand_over):
    hand_over(conversation("a", turns=[{"role": "customer", "text": "PLANTED"}]))
    one = Conversation.objects.get()
    url = f"/admin/assistants/conversation/{one.pk}/change/"
    page = admin_of_home.get(url)
    assert page.status_code == 200
    shown = page.content.decode()
    assert str(one.public_id) in admin_of_home.get("/admin/assistants/conversation/").content.decode()
    assert ("PLANTED" in shown, "sealed" in shown.lower(), "content hash" in shown.lower()) == (False, False, False)
    assert admin_of_home.post(url, {"channel": "x"}).status_code == 403
    assert admin_of_home.get("/admin/assistants/conversation/add/").status_code == 403
