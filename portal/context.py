"""What every page's frame shows: where one can go, how much waits there, who one is, whether data is synthetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from audits.queries.waiting import waiting_in_menu
from portal.accounts.models import User
from portal.core.access import can_anywhere


@dataclass(frozen=True, slots=True)
class NavEntry:
    label: str
    url: str
    icon: str
    count: int
    active: bool
    group: str


# (label, url name, icon, permission that opens it, group); a group's places stand together
_PLACES = (
    ("Home", "home", "home", None, ""),
    ("Dashboard", "dashboard", "chart-bar", "audits.view", ""),
    ("Review queue", "audits:queue", "inbox", "flags.view", "Audits"),
    ("Findings", "audits:findings", "flag", "audits.view", "Audits"),
    ("Cycles", "audits:cycles", "refresh", "audits.view", "Audits"),
    ("Probe sets", "audits:probe-sets", "messages", "audits.view", "Audits"),
    ("Assistants", "assistants:list", "robot", "assistants.view", "Register"),
    ("Training data", "datasets:list", "database", "datasets.view", "Register"),
    ("Requests", "requests:list", "mail", "requests.list", "Privacy"),
    ("Consent", "consent:lookup", "user-check", "consent.view", "Privacy"),
    ("Retention", "retention:overview", "hourglass", "retention.view", "Privacy"),
    ("Access log", "audits:reveals", "eye", "reveals.view", "Records"),
    ("Ledger", "ledger", "link", "core.ledger_view", "Records"),
)
# What belongs to a place but has an address elsewhere.
_BELONGS = {"/training-exports/": "datasets:list"}


def shell(request: HttpRequest) -> dict[str, object]:
    """Template context of every page. Costs a fixed number of queries, none for who is not signed in."""
    user = getattr(request, "user", None)
    frame: dict[str, object] = {"version": settings.VERSION, "nav": [], "demo": False}
    if not isinstance(user, User):
        return frame
    memberships = list(user.memberships.select_related("team").order_by("team__name", "role"))
    frame["demo"] = any(membership.team.synthetic for membership in memberships)
    frame["identity"] = " · ".join(_identity(memberships))
    frame["nav"] = list(_entries(request, user))
    return frame


def _identity(memberships: list) -> Iterator[str]:
    teams: dict[str, list[str]] = {}
    for membership in memberships:
        teams.setdefault(membership.team.name, []).append(membership.get_role_display())
    for team, roles in teams.items():
        yield f"{team}: {', '.join(roles)}"


def _entries(request: HttpRequest, user: User) -> Iterator[NavEntry]:
    # The home page has asked already, and tells the frame.
    waiting = getattr(request, "waiting", None) or waiting_in_menu(user)
    counts = {"audits:queue": waiting.queue, "requests:list": waiting.requests}
    here = next((name for start, name in _BELONGS.items() if request.path.startswith(start)), None)
    for label, name, icon, permission, group in _PLACES:
        if permission is None or can_anywhere(user, permission):
            url = reverse(name)
            active = name == here or (request.path == url if url == "/" else request.path.startswith(url))
            yield NavEntry(label, url, icon, counts.get(name, 0), active, group)
