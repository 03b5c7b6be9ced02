"""Personas and clients shared by all tests.

`home` is the team whose things are looked at; `away` is another team. Personas carry one role at home, except
`outsider`, who is a reviewer away, and `nobody`, who is in no team.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_django
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase
from django.utils import timezone
from hypothesis import settings as hypothesis_settings

from portal.accounts.api_keys import api_key_create
from portal.accounts.models import Team, User
from portal.core.roles import Role, Scope
from tests import contract
from tests.factories import MembershipFactory, TeamFactory, UserFactory

TEMPLATE = "test_template"

# How long an example takes says more about what else the machine does than about the code. The rest is Hypothesis' own:
# in CI, the same examples each time, and how to run a failing one again is printed.
hypothesis_settings.register_profile("suite", parent=hypothesis_settings(), deadline=None)
hypothesis_settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what starts a whole portal: at the end one process would wait for another's for half a minute."""
    items.sort(key=lambda item: item.get_closest_marker("portal") is None)
    if not Path("/proc/self").exists():
        for item in items:
            if item.get_closest_marker("worker") or {"var", "portal"} & set(getattr(item, "fixturenames", ())):
                item.add_marker(pytest.mark.skip(reason="looks for processes in /proc, which only Linux has"))


@pytest.fixture(scope="session")
def migrated() -> Iterator[Callable[[], None]]:
    """Until what this yields is called, no other process of the run makes its database.

    On the run's own server the first leaves a template to the others: a hundred migrations take ten seconds and more.
    """
    with contextlib.ExitStack() as stack:
        if "PYTEST_XDIST_WORKER" not in os.environ or os.environ.get("DATABASE_URL"):
            yield stack.close
            return
        lock = stack.enter_context((Path(settings.PROBITY_VAR) / "migrating.lock").open("a"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = Path(settings.PROBITY_VAR) / "migrated"
        if made.exists():
            connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE
            yield stack.close
            return

        def leave_template() -> None:
            connection.close()  # a database that is copied must be left alone
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE {connection.settings_dict['NAME']}")
            made.touch()
            stack.close()

        yield leave_template


@pytest.fixture(scope="session")
def django_db_setup(
    migrated: Callable[[], None], django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        migrated()


@pytest.fixture(autouse=True, scope="session")
def _flush_past_append_only_triggers() -> Iterator[None]:
    """Transactional tests empty every table afterwards; the append-only triggers would refuse that."""
    teardown = TransactionTestCase._fixture_teardown

    def with_triggers_off(self: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        try:
            teardown(self)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = DEFAULT")

    TransactionTestCase._fixture_teardown = with_triggers_off
    yield
    TransactionTestCase._fixture_teardown = teardown


@pytest.fixture(autouse=True, scope="session")
def _api_keeps_its_word() -> Iterator[None]:
    """Whatever a test asks of the API, the answer is one that the OpenAPI document declares."""
    ask = Client.request

    def ask_and_hold(self: Client, **request: Any) -> Any:
        answer = ask(self, **request)
        if request["PATH_INFO"].startswith("/api/v1/"):
            contract.hold(answer, method=request["REQUEST_METHOD"], path=request["PATH_INFO"])
        return answer

    Client.request = ask_and_hold
    yield
    Client.request = ask


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> None:
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        cache.clear()


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The clock stands still, at noon of today: no midnight comes in between, and nothing runs out meanwhile."""
    moment = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment


@pytest.fixture
def home(db: None) -> Team:
    return TeamFactory(slug="home", name="Home")


@pytest.fixture
def away(db: None) -> Team:
    return TeamFactory(slug="away", name="Away")


@pytest.fixture
def member(home: Team) -> Callable[..., User]:
    """Make a person with the given roles at home (or in another team)."""

    def make(*roles: str, team: Team = home, name: str = "") -> User:
        user = UserFactory(**({"name": name} if name else {}))
        for role in roles:
            MembershipFactory(user=user, team=team, role=role)
        return user

    return make


@pytest.fixture
def reviewer(member: Callable[..., User]) -> User:
    return member(Role.REVIEWER, name="Rita Reviewer")


@pytest.fixture
def approver(member: Callable[..., User]) -> User:
    return member(Role.APPROVER, name="Abel Approver")


@pytest.fixture
def privacy_officer(member: Callable[..., User]) -> User:
    return member(Role.PRIVACY_OFFICER, name="Petra Privacy")


@pytest.fixture
def manager(member: Callable[..., User]) -> User:
    return member(Role.MANAGER, name="Mona Manager")


@pytest.fixture
def auditor(member: Callable[..., User]) -> User:
    return member(Role.AUDITOR, name="Otto Auditor")


@pytest.fixture
def administrator(member: Callable[..., User]) -> User:
    return member(Role.ADMINISTRATOR, name="Ada Administrator")


@pytest.fixture
def outsider(member: Callable[..., User], away: Team) -> User:
    return member(Role.REVIEWER, team=away, name="Olga Outsider")


@pytest.fixture
def nobody(db: None) -> User:
    return UserFactory(name="Nemo Nobody")


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """A browser in which this person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def api_key(home: Team, administrator: User) -> Callable[..., str]:
    """Make an API key of the home team (or another) with these scopes; returns the Authorization header's value."""

    def make(*scopes: str, team: Team = home, actor: User = administrator) -> str:
        _, text = api_key_create(
            team=team,
            name="test",
            scopes=scopes or Scope.values,
            expires_at=timezone.now() + timedelta(days=1),
            actor=actor,
        )
        return f"Bearer {text}"

    return make
