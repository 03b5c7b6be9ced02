"""Who gets which page: everybody signed out, in the wrong role, in another team, and in the right role."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from portal.core.roles import Role
from tests.pages.conftest import Scene

ALL = set(Role.values)
CONVERSATION_READERS = {"reviewer", "approver", "privacy_officer", "auditor"}

# name of the address, its arguments, the roles that it opens for
PAGES: list[tuple[str, Callable[[Scene], list], set[str]]] = [
    ("audits:queue", lambda scene: [], CONVERSATION_READERS),
    ("audits:findings", lambda scene: [], ALL),
    ("audits:finding", lambda scene: [scene.finding.pk], ALL),
    ("audits:conversation", lambda scene: [scene.conversation.public_id], CONVERSATION_READERS),
    ("audits:flag", lambda scene: [scene.flag.pk], CONVERSATION_READERS),
    ("audits:cycles", lambda scene: [], ALL),
    ("audits:cycle", lambda scene: [scene.cycle.pk], ALL),
    ("audits:check-run", lambda scene: [scene.run.pk], ALL),
    ("assistants:list", lambda scene: [], ALL),
    ("assistants:detail", lambda scene: [scene.assistant.slug], ALL),
]
# what is posted, and the roles that may; everybody else on the team is refused
POSTS: list[tuple[str, Callable[[Scene], list], dict[str, str], set[str]]] = [
    ("audits:finding-decide", lambda scene: [scene.finding.pk, "claim"], {}, {"reviewer", "approver"}),
    ("audits:finding-decide", lambda scene: [scene.finding.pk, "confirm"], {}, {"reviewer", "approver"}),
    (
        "audits:finding-decide",
        lambda scene: [scene.finding.pk, "comment"],
        {"note": "Seen."},
        ALL - {"auditor"},
    ),
    ("audits:flag-decide", lambda scene: [scene.flag.pk, "claim"], {}, {"reviewer", "approver"}),
    (
        "audits:conversation-flag",
        lambda scene: [scene.conversation.public_id],
        {"kind": "privacy"},
        {"reviewer", "approver", "privacy_officer"},
    ),
    (
        "audits:cycle-new",
        lambda scene: [],
        {"assistant": "ava", "first_day": "2025-03-01", "last_day": "2025-03-31"},
        {"reviewer", "approver", "manager", "administrator"},
    ),
    ("assistants:step", lambda scene: [scene.assistant.slug, "restricted"], {}, {"manager", "administrator"}),
]
NAMES = [page[0] for page in PAGES]
POST_NAMES = [f"{post[0]} {number}" for number, post in enumerate(POSTS)]
LISTS = ["audits:queue", "audits:findings", "audits:cycles", "assistants:list"]
ONE_THING = [page for page in PAGES if page[0] not in LISTS]


@pytest.mark.parametrize(("name", "args", "roles"), PAGES, ids=NAMES)
def test_page_sends_who_is_not_signed_in_to_the_login(scene, name, args, roles):
    url = reverse(name, args=args(scene))
    response = Client().get(url)
    assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next={url}")


@pytest.mark.parametrize(("name", "args", "roles"), PAGES, ids=NAMES)
def test_page_opens_for_the_roles_that_may_and_no_others(scene, member, as_user, name, args, roles):
    url = reverse(name, args=args(scene))
    answers = {role: as_user(member(role)).get(url).status_code for role in Role.values}
    assert answers == {role: 200 if role in roles else 403 for role in Role.values}


@pytest.mark.parametrize(("name", "args", "roles"), ONE_THING, ids=[page[0] for page in ONE_THING])
def test_page_of_another_team_does_not_exist(scene, outsider, nobody, as_user, name, args, roles):
    url = reverse(name, args=args(scene))
    assert [as_user(person).get(url).status_code for person in (outsider, nobody)] == [404, 404]


@pytest.mark.parametrize("name", LISTS)
def test_list_shows_nothing_of_another_team(scene, outsider, as_user, name):
    page = as_user(outsider).get(reverse(name))
    assert page.status_code == 200
    assert [word for word in ("Ava", scene.finding.title) if word in page.content.decode()] == []


@pytest.mark.parametrize(("name", "args", "data", "roles"), POSTS, ids=POST_NAMES)
def test_post_is_taken_from_the_roles_that_may_and_no_others(scene, member, as_user, name, args, data, roles):
    url = reverse(name, args=args(scene))
    refused = {role: as_user(member(role)).post(url, data).status_code for role in Role.values if role not in roles}
    assert refused == dict.fromkeys(refused, 403)
    assert as_user(member(sorted(roles)[0])).post(url, data).status_code == 302


@pytest.mark.parametrize(("name", "args", "data", "roles"), POSTS, ids=POST_NAMES)
def test_post_needs_a_login_a_team_and_the_right_method(scene, outsider, as_user, name, args, data, roles):
    url = reverse(name, args=args(scene))
    assert Client().post(url, data).status_code == 302
    assert as_user(outsider).get(url).status_code == 405
    assert as_user(outsider).post(url, data).status_code in ({404} if args(scene) else {422})


@pytest.mark.parametrize(("name", "args", "data", "roles"), POSTS, ids=POST_NAMES)
def test_post_without_a_csrf_token_is_refused(scene, member, name, args, data, roles):
    client = Client(enforce_csrf_checks=True)
    client.force_login(member(sorted(roles)[0]), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse(name, args=args(scene)), data).status_code == 403
