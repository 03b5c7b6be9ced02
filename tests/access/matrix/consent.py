"""Consent: subjects, merges, restrictions and coverage."""

from __future__ import annotations

from typing import Any

from portal.core.roles import Scope
from tests.access.lines import Line, act, form, page, read, slug_of
from tests.access.matrix.roles import CONSENT, PRIVACY, READERS
from tests.access.scene import Scene


def _customer(scene: Scene) -> list[Any]:
    return [scene.customer.public_id]


def _merge(scene: Scene) -> list[Any]:
    return [scene.merge.merge]


def _on_customer(route: str, **data: Any) -> Line:
    return act(
        f"consent_api:{route}",
        PRIVACY,
        None,
        lambda scene: {"subject": str(scene.customer.public_id), **data},
        Scope.CONSENT_WRITE,
        names_ours=True,
    )


PAGES: list[Line] = [
    page("consent:lookup", CONSENT),
    form("consent:lookup", CONSENT, None, {"reference": "A-1"}),
    page(
        "consent:subject",
        CONSENT,
        lambda scene: [scene.conversation.subject.public_id],
    ),
    page("audits:consent-coverage", READERS, slug_of),
    page("audits:consent-coverage-csv", READERS, slug_of),
    page("consent:subject-receipt", CONSENT, _customer),
    form("consent:merge-propose", PRIVACY, _customer),
    form("consent:merge-confirm", PRIVACY, lambda scene: [scene.customer.public_id, scene.merge.merge]),
    form("consent:merge-undo", PRIVACY, lambda scene: [scene.customer.public_id, scene.merge.merge]),
    form("consent:age-note", PRIVACY, _customer),
    form("consent:restrict", PRIVACY, _customer),
    form("consent:restriction-lift", PRIVACY, lambda scene: [scene.customer.public_id, scene.restriction.pk]),
]

API: list[Line] = [
    act(
        "consent_api:evaluate",
        CONSENT,
        None,
        {"customer_ref": "A-1", "purpose": "support"},
        Scope.CONSENT_READ,
    ),
    act(
        "consent_api:consents",
        PRIVACY,
        scope=Scope.CONSENT_WRITE,
        body=(b"{}\n", "application/x-ndjson"),
    ),
    act(
        "consent_api:evaluate-batch",
        CONSENT,
        None,
        {"uses": [{"customer_ref": "A-1", "purpose": "support"}]},
        Scope.CONSENT_READ,
    ),
    read("consent_api:receipt", CONSENT, Scope.CONSENT_READ, _customer),
    act(
        "consent_api:merges",
        PRIVACY,
        None,
        lambda scene: {
            "subject": str(scene.customer.public_id),
            "other": {"subject": str(scene.twin.public_id)},
            "reason": "identity_checked",
        },
        Scope.CONSENT_WRITE,
        names_ours=True,
    ),
    act("consent_api:merge-confirm", PRIVACY, _merge, {"reason": "identity_checked"}),
    act("consent_api:merge-undo", PRIVACY, _merge, {"reason": "different_people"}, Scope.CONSENT_WRITE),
    _on_customer("age-notes", minor_below_age=16, evidence="document"),
    _on_customer("restrictions", ground="unlawful"),
    act("consent_api:restriction-lift", PRIVACY, lambda scene: [scene.restriction.pk], scope=Scope.CONSENT_WRITE),
    read("audits_api:consent-coverage", READERS, Scope.AUDITS_READ, slug_of),
    act("consent_api:events", PRIVACY, None, {"events": []}, Scope.CONSENT_WRITE),
]
