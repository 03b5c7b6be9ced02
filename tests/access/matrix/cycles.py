"""Audit cycles and their checks, and the fairness page."""

from __future__ import annotations

from typing import Any

from portal.core.roles import Scope
from tests.access.lines import Line, act, form, page, read, slug_of
from tests.access.matrix.roles import ALL, APPROVE
from tests.access.scene import Scene


def _cycle(scene: Scene) -> list[Any]:
    return [scene.cycle.pk]


PERIOD = {"assistant": "ava-of-home", "first_day": "2025-03-01", "last_day": "2025-03-31"}


PAGES: list[Line] = [
    page("audits:cycles", ALL),
    form("audits:cycle-new", frozenset({"reviewer", "approver", "manager", "administrator"}), None, PERIOD),
    page("audits:cycle", ALL, _cycle),
    page("audits:cycle-progress", ALL, _cycle),
    form("audits:cycle-close", APPROVE, _cycle),
    page("audits:check-run", ALL, lambda scene: [scene.run.pk]),
    form("audits:check-retry", ALL - {"privacy_officer", "auditor"}, lambda scene: [scene.run.pk]),
    page("audits:fairness", ALL, slug_of),
    page("audits:fairness-download", ALL, slug_of),
    page("audits:fairness-watch", ALL, slug_of),
]

API: list[Line] = [
    read("audits_api:cycles", ALL, Scope.AUDITS_READ),
    act(
        "audits_api:cycles",
        frozenset({"reviewer", "approver", "manager", "administrator"}),
        None,
        {"assistant": "ava-of-home", "period_from": "2025-03-01", "period_until": "2025-04-01"},
        Scope.AUDITS_RUN,
        names_ours=True,
    ),
    read("audits_api:cycle", ALL, Scope.AUDITS_READ, _cycle),
    read("audits_api:check-runs", ALL, Scope.AUDITS_READ, _cycle),
    act("audits_api:cycle-close", APPROVE, _cycle),
    read("audits_api:fairness", ALL, Scope.AUDITS_READ, slug_of),
]
