"""Findings and their remediations."""

from __future__ import annotations

from typing import Any

from portal.core.roles import Scope
from tests.access.lines import Line, act, form, page, read
from tests.access.matrix.roles import ALL, APPROVE, REMEDIATE, REVIEW
from tests.access.scene import Scene


def _finding(scene: Scene) -> list[Any]:
    return [scene.finding.pk]


def _decide(action: str, roles: frozenset[str], **data: Any) -> Line:
    return form("audits:finding-decide", roles, lambda scene: [scene.new_finding.pk, action], data, case=action)


def _on_finding(action: str, roles: frozenset[str], **data: Any) -> Line:
    return act(f"audits_api:finding-{action}", roles, _finding, data)


def _on_remediation(action: str, roles: frozenset[str], **data: Any) -> Line:
    return act(f"audits_api:remediation-{action}", roles, lambda scene: [scene.remediation.pk], data)


PAGES: list[Line] = [
    page("audits:findings", ALL),
    page("audits:finding", ALL, _finding),
    page("audits:finding-sign-off", APPROVE, _finding),
    form("audits:finding-sign-off", APPROVE, _finding),
    form("audits:finding-prolong", REVIEW, _finding),
    _decide("claim", REVIEW),
    _decide("confirm", REVIEW),
    _decide("comment", ALL - {"auditor"}, note="Seen."),
]

API: list[Line] = [
    read("audits_api:findings", ALL, Scope.AUDITS_READ),
    read("audits_api:finding", ALL, Scope.AUDITS_READ, _finding),
    _on_finding("claim", REVIEW),
    _on_finding("release", REVIEW),
    _on_finding("confirm", REVIEW),
    _on_finding("dismiss", REVIEW, reason="explained", note="A holiday."),
    act("audits_api:finding-duplicate", REVIEW, _finding, lambda scene: {"of": scene.new_finding.pk}),
    act(
        "audits_api:finding-assign",
        REVIEW | {"manager"},
        _finding,
        lambda scene: {"owner": scene.people["manager"].pk},
    ),
    _on_finding("comment", ALL - {"auditor"}, note="Looking."),
    _on_finding("accept-risk", APPROVE, until="2030-01-01", note="Small."),
    _on_finding("remediation", REMEDIATE, plan="Mend it."),
    _on_finding("verify", REMEDIATE),
    _on_finding("send-back", APPROVE, note="Not yet."),
    _on_finding("sign-off", APPROVE),
    _on_remediation("submit", REMEDIATE),
    _on_remediation("request-changes", APPROVE, note="Say how."),
    _on_remediation("approve", APPROVE),
    _on_remediation("implement", REMEDIATE),
]
