"""The registry's services: who may, what is refused, what the ledger keeps."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from assistants.models import Assistant, AuditedAttribute, DataSource, Release
from assistants.queries import assistants_for, conversation_for, current_release
from assistants.services.registry import (
    assistant_change,
    assistant_move,
    assistant_register,
    audited_attribute_declare,
    data_source_register,
    release_register,
)
from assistants.states import ASSISTANT, AssistantState
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from portal.core.models import LedgerEntry
from tests.factories import AssistantFactory, ConversationFactory, PurposeFactory, ReleaseFactory

RELEASED = datetime(2026, 1, 1, tzinfo=UTC)


def entries():
    return [(one.action, one.actor, json.loads(one.body)["data"]) for one in LedgerEntry.objects.order_by("seq")]


def a_release(assistant, **instead):
    return {
        "assistant_id": assistant.pk,
        "version": "1.0",
        "model": "m",
        "algorithm": "It looks things up.",
        "released_at": RELEASED,
        "actor": SYSTEM,
        **instead,
    }


def a_source(assistant, **instead):
    return {
        "assistant_id": assistant.pk,
        "name": "Tickets",
        "kind": "training",
        "origin": "the help desk",
        "actor": SYSTEM,
        **instead,
    }


CALLS = {
    "register": lambda assistant, actor: assistant_register(team=assistant.team, slug="newcomer", actor=actor),
    "change": lambda assistant, actor: assistant_change(assistant_id=assistant.pk, vendor="x", actor=actor),
    "move": lambda assistant, actor: assistant_move(
        assistant_id=assistant.pk, state=AssistantState.RESTRICTED, actor=actor
    ),
    "release": lambda assistant, actor: release_register(**a_release(assistant, actor=actor)),
    "source": lambda assistant, actor: data_source_register(**a_source(assistant, actor=actor)),
    "attribute": lambda assistant, actor: audited_attribute_declare(assistant_id=assistant.pk, name="age", actor=actor),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_registry_is_changed_by_managers_and_administrators(
    call, assistant, manager, administrator, reviewer, outsider, api_key_row
):
    with pytest.raises(NotFound):
        call(assistant, outsider)
    for other in (reviewer, api_key_row("assistants:read")):
        with pytest.raises(Denied):
            call(assistant, other)
    before = LedgerEntry.objects.count()
    call(assistant, manager)
    assert LedgerEntry.objects.count() == before + 1
    assert LedgerEntry.objects.latest("seq").actor == manager.actor_ref


def test_assistant_is_registered_as_proposed(home, manager):
    purpose = PurposeFactory(team=home, code="service")
    made = assistant_register(
        team=home, slug="helper", name="Helper", languages=["en"], purposes=[purpose], actor=manager
    )
    stored = Assistant.objects.get()
    assert (stored.pk, stored.state, stored.languages) == (made.pk, "proposed", ["en"])
    assert list(stored.purposes.all()) == [purpose]
    assert entries() == [("assistant.registered", manager.actor_ref, {"slug": "helper"})]


@pytest.mark.parametrize(
    ("given", "field"),
    [({"slug": "helper"}, "slug"), ({"slug": "no spaces"}, "slug"), ({"risk_tier": "none"}, "risk_tier")],
)
def test_assistant_that_is_not_valid_is_refused_by_field(home, assistant, given, field):
    with pytest.raises(Invalid) as raised:
        assistant_register(team=home, actor=SYSTEM, **{"slug": "newcomer", **given})
    assert raised.value.field == field
    assert (Assistant.objects.count(), entries()) == (1, [])


def test_change_notes_the_fields_that_differ_and_nothing_else(assistant, manager):
    PLANTED = "Call Ann Lee"
    assistant_change(assistant_id=assistant.pk, vendor="", human_handoff=PLANTED, name="Helper", actor=manager)
    assert Assistant.objects.get().human_handoff == PLANTED
    assert entries() == [("assistant.changed", manager.actor_ref, {"fields": ["human_handoff"]})]
    assistant_change(assistant_id=assistant.pk, human_handoff=PLANTED, actor=manager)
    assert len(entries()) == 1


def test_purposes_of_another_team_are_refused(assistant, away):
    with pytest.raises(Invalid) as raised:
        assistant_change(assistant_id=assistant.pk, purposes=[PurposeFactory(team=away)], actor=SYSTEM)
    assert raised.value.field == "purposes"
    assert entries() == []


def test_assistant_lives_by_its_transition_table(home):
    for before in AssistantState:
        for after in AssistantState:
            one = AssistantFactory(team=home, state=before)
            if after in ASSISTANT.table[before]:
                assistant_move(assistant_id=one.pk, state=after, actor=SYSTEM)
            else:
                with pytest.raises(Conflict):
                    assistant_move(assistant_id=one.pk, state=after, actor=SYSTEM)
            one.refresh_from_db()
            assert one.state == (after if after in ASSISTANT.table[before] else before)


@pytest.mark.parametrize("decision", [AssistantState.APPROVED, AssistantState.REJECTED])
def test_assistant_is_approved_and_rejected_by_approvers(home, manager, approver, decision):
    one = AssistantFactory(team=home, state=AssistantState.IN_REVIEW)
    with pytest.raises(Denied):
        assistant_move(assistant_id=one.pk, state=decision, actor=manager)
    assistant_move(assistant_id=one.pk, state=decision, actor=approver)
    data = {"from": "in_review", "to": decision.value}
    assert entries() == [("assistant.moved", approver.actor_ref, data)]


def test_service_for_an_unknown_assistant_finds_nothing(manager):
    with pytest.raises(NotFound):
        assistant_change(assistant_id=0, vendor="x", actor=manager)


def test_release_is_final(assistant):
    release = release_register(**a_release(assistant, tools=["search"]))
    assert entries() == [("release.registered", "system", {"release": release.pk, "version": "1.0"})]
    with pytest.raises(Invalid):
        release_register(**a_release(assistant, model="other"))
    with pytest.raises(DatabaseError), transaction.atomic():
        Release.objects.update(model="other")
    assert Release.objects.get().model == "m"


def test_release_says_how_it_decides(assistant):
    with pytest.raises(Invalid) as raised:
        release_register(**a_release(assistant, algorithm=""))
    assert raised.value.field == "algorithm"


def test_data_source_names_releases_of_its_assistant_only(assistant):
    own, foreign = ReleaseFactory(assistant=assistant), ReleaseFactory()
    with pytest.raises(Invalid) as raised:
        data_source_register(**a_source(assistant, releases=[own, foreign]))
    assert (raised.value.field, DataSource.objects.count()) == ("releases", 0)
    source = data_source_register(**a_source(assistant, releases=[own], lawful_basis="contract"))
    assert list(source.releases.all()) == [own]
    data = {"data_source": source.pk, "kind": "training", "releases": [own.pk]}
    assert entries() == [("data_source.registered", "system", data)]


def test_data_source_of_an_unknown_kind_is_refused(assistant):
    with pytest.raises(Invalid) as raised:
        data_source_register(**a_source(assistant, kind="rumour"))
    assert raised.value.field == "kind"


def test_attribute_declared_again_changes_what_is_given(assistant):
    audited_attribute_declare(assistant_id=assistant.pk, name="age", label="Age", actor=SYSTEM)
    audited_attribute_declare(assistant_id=assistant.pk, name="age", actor=SYSTEM)
    audited_attribute_declare(assistant_id=assistant.pk, name="age", reference="30-39", actor=SYSTEM)
    stored = AuditedAttribute.objects.get()
    assert (stored.name, stored.label, stored.reference) == ("age", "Age", "30-39")
    assert entries() == [("audited_attribute.declared", "system", {"name": "age"})] * 2


# -- queries -------------------------------------------------------------------------------------------------


def test_assistants_are_those_of_the_actors_teams(assistant, reviewer, outsider, nobody, away):
    theirs = AssistantFactory(team=away)
    assert [list(assistants_for(actor)) for actor in (reviewer, outsider, nobody)] == [[assistant], [theirs], []]


def test_conversation_is_found_by_those_who_may_see_it(assistant, reviewer, manager, outsider):
    one = ConversationFactory(assistant=assistant)
    assert conversation_for(reviewer, one.public_id) == one
    with pytest.raises(Denied):
        conversation_for(manager, one.public_id)
    with pytest.raises(NotFound):
        conversation_for(outsider, one.public_id)


def test_current_release_is_the_last_one_by_then(assistant):
    first = ReleaseFactory(assistant=assistant, released_at=RELEASED)
    second = ReleaseFactory(assistant=assistant, released_at=RELEASED + timedelta(days=10))
    found = [current_release(assistant, RELEASED + timedelta(days=days)) for days in (-1, 0, 9, 10, 99)]
    assert found == [None, first, first, second, second]
