"""`register_assistant`: from nothing to an assistant that conversations can be imported for."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from assistants.models import Assistant, AuditedAttribute, Release
from portal.accounts.models import Team
from portal.core.models import LedgerEntry
from tests.factories import PurposeFactory


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("register_assistant", *arguments, stdout=out)
    return out.getvalue()


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as raised:
        run(*arguments)
    assert raised.value.returncode == 2
    return str(raised.value)


WHOLE = [
    *["helper", "--team", "shop", "--create-team", "--name", "Helper", "--attribute", "age", "gender", "--live"],
    *["--release", "1.0", "--model", "m-1", "--provider", "P", "--algorithm", "It looks things up."],
]


def test_register_makes_all_that_an_import_needs(db):
    assert run(*WHOLE) == "helper (Helper) is live.\n"
    assistant = Assistant.objects.get()
    assert (assistant.team.slug, assistant.name, assistant.state) == ("shop", "Helper", "live")
    assert list(AuditedAttribute.objects.values_list("name", flat=True)) == ["age", "gender"]
    assert Release.objects.values_list("version", "model", "provider").get() == ("1.0", "m-1", "P")
    assert list(LedgerEntry.objects.order_by("seq").values_list("action", flat=True)) == [
        "team.changed",
        "assistant.registered",
        "audited_attribute.declared",
        "audited_attribute.declared",
        "release.registered",
        "assistant.moved",
        "assistant.moved",
        "assistant.moved",
    ]


def test_register_again_changes_nothing(db):
    run(*WHOLE)
    before = LedgerEntry.objects.count()
    assert run(*WHOLE) == "helper (Helper) is live.\n"
    assert run("helper", "--team", "shop") == "helper (Helper) is live.\n"
    assert LedgerEntry.objects.count() == before


def test_register_adds_purposes_to_those_that_are_there(home):
    PurposeFactory(team=home, code="service")
    PurposeFactory(team=home, code="training")
    run("helper", "--team", "home", "--purpose", "service")
    run("helper", "--team", "home", "--purpose", "training")
    assert list(Assistant.objects.get().purposes.values_list("code", flat=True)) == ["service", "training"]


def test_register_says_what_is_wrong_and_leaves_nothing(home, away):
    PurposeFactory(team=away, code="theirs")
    assert refusal("helper", "--team", "hme") == (
        "--team: there is no team hme; known: away, home. --create-team adds it."
    )
    assert refusal("helper", "--team", "home", "--purpose", "theirs") == ("--purpose: home has no theirs; known: none.")
    assert refusal("no good", "--team", "new", "--create-team").startswith("slug: ")
    assert refusal("helper", "--team", "home", "--release", "1") == "model: This field cannot be blank."
    assert (Team.objects.count(), Assistant.objects.count()) == (2, 0)


def test_register_refuses_to_change_a_release_or_the_team(db, away):
    run(*WHOLE)
    assert refusal("helper", "--team", "shop", "--release", "1.0", "--model", "m-2") == (
        "Release 1.0 is registered with another --model; a release is final."
    )
    assert refusal("helper", "--team", "away") == "helper belongs to another team."


def test_register_cannot_revive_a_retired_assistant(assistant):
    Assistant.objects.update(state="retired")
    assert refusal("helper", "--team", "home", "--live") == "helper is retired and cannot be set live."
