"""Short names are unique in the whole portal, and a refused one does not tell whose it is."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from assistants.models import Assistant
from assistants.services.datasets.registry import dataset_register
from assistants.services.registry import assistant_register
from consent.models import Purpose
from portal.accounts.models import Team
from portal.core.actors import SYSTEM
from portal.core.errors import Invalid
from tests.factories import AssistantFactory, TeamFactory

NOT_TO_BE_HAD = "This short name cannot be used. Choose another."


def refusal(of, **given):
    with pytest.raises(Invalid) as refused:
        of(actor=SYSTEM, **given)
    assert refused.value.field == "slug"
    return refused.value.message


def test_another_teams_assistant_is_refused_as_a_page_of_the_portal_is(home, away):
    AssistantFactory(team=home, slug="ours")
    AssistantFactory(team=away, slug="theirs")
    told = [refusal(assistant_register, team=home, slug=slug) for slug in ("theirs", "Theirs", "new", "ours", "OURS")]
    assert told == [
        *[NOT_TO_BE_HAD] * 3,
        "Your team has one with this short name.",
        "Your team has one that differs in case only.",
    ]


def test_another_teams_data_set_is_refused_without_a_word_of_it(home, away):
    def register(team):
        assistant = Assistant.objects.filter(team=team).first() or AssistantFactory(team=team)
        source = assistant.data_sources.create(name="Desk", kind="conversations")
        purpose, _ = Purpose.objects.get_or_create(team=team, code="t", name="Training", lawful_basis="consent")
        return {"assistant_id": assistant.pk, "source": source, "purpose": purpose, "name": "Desk"}

    dataset_register(slug="desk", actor=SYSTEM, **register(away))
    assert [refusal(dataset_register, slug=slug, **register(home)) for slug in ("desk", "Desk")] == [NOT_TO_BE_HAD] * 2
    assert refusal(dataset_register, slug="desk", **register(away)) == "Your team has one with this short name."


@pytest.mark.django_db(transaction=True)
def test_two_who_take_a_name_at_once_get_one_and_a_refusal():
    teams, both, told = [TeamFactory(), TeamFactory()], threading.Barrier(2), []

    def register(team: Team) -> None:
        both.wait(timeout=30)
        try:
            assistant_register(team=team, slug="wanted", actor=SYSTEM)
            told.append("made")
        except Exception as error:
            told.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=register, args=[team]) for team in teams]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=30)
    assert sorted(told) == [NOT_TO_BE_HAD, "made"]
