import pytest

from assistants.models import Assistant
from portal.core.access import can, can_anywhere, require, restrict, teams_with
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import Denied, NotFound
from tests.factories import AssistantFactory, MembershipFactory


@pytest.fixture
def assistant(home):
    return AssistantFactory(team=home)


def test_right_role_passes(assistant, manager):
    assert can(manager, "assistants.change", assistant)
    assert require(manager, "assistants.change", assistant) is None


def test_wrong_role_is_denied(assistant, reviewer):
    with pytest.raises(Denied):
        require(reviewer, "assistants.change", assistant)


def test_other_team_does_not_learn_that_it_exists(assistant, outsider):
    with pytest.raises(NotFound):
        require(outsider, "assistants.view", assistant)


def test_nobody_and_the_system_hold_nothing(assistant, nobody):
    assert not can(nobody, "assistants.view", assistant)
    assert not can(SYSTEM, "assistants.view", assistant)


def test_deactivated_person_holds_nothing(assistant, manager):
    manager.is_active = False
    assert not can(manager, "assistants.change", assistant)


def test_unknown_permission_is_a_programming_error(assistant, manager):
    with pytest.raises(LookupError):
        can(manager, "assistants.fly", assistant)


def test_restrict_gives_exactly_the_teams_rows(assistant, away, reviewer, outsider):
    theirs = AssistantFactory(team=away)
    assert list(restrict(Assistant.objects.all(), reviewer, "assistants.view")) == [assistant]
    assert list(restrict(Assistant.objects.all(), outsider, "assistants.view")) == [theirs]


def test_roles_count_per_team(home, away, manager):
    MembershipFactory(user=manager, team=away, role="auditor")
    assert teams_with(manager, "assistants.change") == {home.pk}
    assert teams_with(manager, "assistants.view") == {home.pk, away.pk}
    assert can_anywhere(manager, "assistants.change")


def test_people_keys_and_the_system_are_actors(reviewer):
    assert isinstance(reviewer, Actor)
    assert isinstance(SYSTEM, Actor)
