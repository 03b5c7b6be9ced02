"""Requests of data subjects."""

from __future__ import annotations

from typing import Any

from portal.core.roles import Scope
from tests.access.lines import Line, act, form, page, read
from tests.access.matrix.roles import CONSENT, PRIVACY
from tests.access.scene import Scene


def _request(scene: Scene) -> list[Any]:
    return [scene.erasure_request.public_id]


def _certified(scene: Scene) -> list[Any]:
    return [scene.certified_request.public_id]


PAGES: list[Line] = [
    page("requests:list", frozenset({"privacy_officer", "auditor", "manager"})),
    page("requests:find", CONSENT),
    form("requests:find", CONSENT, None, {"reference": "A-1"}),
    page("requests:new", PRIVACY),
    form("requests:new", PRIVACY),
    page("requests:request", CONSENT, _request),
    form("requests:act", PRIVACY, lambda scene: [scene.erasure_request.public_id, "hold"]),
    page("requests:erase", PRIVACY, _request),
    form("requests:erase", PRIVACY, _request),
    form("requests:package", PRIVACY, lambda scene: [scene.access_request.public_id]),
    page("requests:certificate", CONSENT, _certified),
    page("requests:certificate-json", CONSENT, _certified),
]

API: list[Line] = [
    read("consent_api:subject-requests", frozenset({"privacy_officer", "auditor", "manager"}), Scope.REQUESTS_READ),
    act(
        "consent_api:subject-requests",
        PRIVACY,
        None,
        {"customer_ref": "A-1", "kind": "access"},
        Scope.REQUESTS_WRITE,
    ),
    read(
        "consent_api:subject-request",
        CONSENT,
        Scope.REQUESTS_READ,
        _request,
    ),
]
