"""Retention rules and legal holds."""

from __future__ import annotations

from typing import Any

from portal.core.roles import Scope
from tests.access.lines import Line, form, page, read
from tests.access.matrix.roles import PRIVACY, RETENTION
from tests.access.scene import Scene


def _retention_rule(scene: Scene) -> list[Any]:
    return [scene.retention_rule.pk]


def _hold(scene: Scene) -> list[Any]:
    return [scene.hold.pk]


PAGES: list[Line] = [
    page("retention:overview", RETENTION),
    form("retention:count", RETENTION),
    page("retention:rule-new", PRIVACY),
    form("retention:rule-new", PRIVACY),
    page("retention:rule", RETENTION, _retention_rule),
    page("retention:rule-change", PRIVACY, _retention_rule),
    form("retention:rule-change", PRIVACY, _retention_rule),
    form("retention:rule-step", PRIVACY, lambda scene: [scene.retention_rule.pk, "preview"]),
    page("retention:holds", RETENTION),
    page("retention:hold-new", PRIVACY),
    form("retention:hold-new", PRIVACY),
    page("retention:hold", RETENTION, _hold),
    form("retention:hold", PRIVACY, _hold, {"reason": "Settled."}),
]

API: list[Line] = [
    read("consent_api:retention-rules", RETENTION, Scope.CONSENT_READ),
    read("consent_api:retention-runs", RETENTION, Scope.CONSENT_READ),
    read("consent_api:legal-holds", RETENTION, Scope.CONSENT_READ),
]
