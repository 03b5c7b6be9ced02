"""Who may reach what: one line for each page, form and route of the API. `test_matrix` walks it.

A new route needs a line here, or `test_every_route_has_a_line` fails. Arguments of an address come from the scene; a
line without arguments is a list, which opens in any team and shows the viewer's own things alone.
"""

from __future__ import annotations

from typing import Any

from portal.core.roles import Role, Scope
from tests.access.lines import KEYS_NEVER, Line, act, form, page, read
from tests.access.scene import Scene

ALL = frozenset(map(str, Role.values))
READERS = frozenset({"reviewer", "approver", "privacy_officer", "auditor"})  # of conversations
REVIEW = frozenset({"reviewer", "approver"})
APPROVE = frozenset({"approver"})
PRIVACY = frozenset({"privacy_officer"})
REGISTRY = frozenset({"manager", "administrator"})
REMEDIATE = frozenset({"reviewer", "manager", "administrator"})
PATTERNS = frozenset({"privacy_officer", "administrator"})
RETENTION = frozenset({"privacy_officer", "auditor", "manager", "administrator"})
PROBES = frozenset({"reviewer", "approver", "manager", "administrator"})
CONSENT = frozenset({"privacy_officer", "auditor"})


def _finding(scene: Scene) -> list[Any]:
    return [scene.finding.pk]


def _flag(scene: Scene) -> list[Any]:
    return [scene.flag.pk]


def _conversation(scene: Scene) -> list[Any]:
    return [scene.conversation.public_id]


def _slug(scene: Scene) -> list[Any]:
    return [scene.assistant.slug]


def _cycle(scene: Scene) -> list[Any]:
    return [scene.cycle.pk]


def _pattern(scene: Scene) -> list[Any]:
    return [scene.assistant.slug, scene.pattern.pk]


def _probe_set(scene: Scene) -> list[Any]:
    return [scene.probe_set.pk]


def _retention_rule(scene: Scene) -> list[Any]:
    return [scene.retention_rule.pk]


def _hold(scene: Scene) -> list[Any]:
    return [scene.hold.pk]


def _request(scene: Scene) -> list[Any]:
    return [scene.erasure_request.public_id]


def _certified(scene: Scene) -> list[Any]:
    return [scene.certified_request.public_id]


def _customer(scene: Scene) -> list[Any]:
    return [scene.customer.public_id]


def _dataset(scene: Scene) -> list[Any]:
    return [scene.dataset.slug]


def _connector(scene: Scene) -> list[Any]:
    return [scene.assistant.slug, scene.connector.pk]


def _probe_run(scene: Scene) -> list[Any]:
    return [scene.probe_run.pk]


def _export(scene: Scene) -> list[Any]:
    return [scene.export.public_id]


def _decide(action: str, roles: frozenset[str], **data: Any) -> Line:
    return form("audits:finding-decide", roles, lambda scene: [scene.new_finding.pk, action], data, case=action)


def _decide_flag(action: str, roles: frozenset[str], **data: Any) -> Line:
    return form("audits:flag-decide", roles, lambda scene: [scene.flag.pk, action], data, case=action)


PERIOD = {"assistant": "ava-of-home", "first_day": "2025-03-01", "last_day": "2025-03-31"}

PAGES = [
    page("home", ALL, anybody=True),
    page("dashboard", ALL),
    page("ledger", ALL - {"reviewer"}),
    form("ledger-verify", ALL - {"reviewer"}),
    page("audits:queue", READERS),
    page("audits:findings", ALL),
    page("audits:finding", ALL, _finding),
    page("audits:finding-sign-off", APPROVE, _finding),
    form("audits:finding-sign-off", APPROVE, _finding),
    _decide("claim", REVIEW),
    _decide("confirm", REVIEW),
    _decide("comment", ALL - {"auditor"}, note="Seen."),
    page("audits:flag", READERS, _flag),
    _decide_flag("claim", REVIEW),
    page("audits:conversation", READERS, _conversation),
    form("audits:conversation-flag", READERS - {"auditor"}, _conversation, {"kind": "privacy"}),
    page("audits:conversation-reveal", frozenset({"reviewer", "privacy_officer"}), lambda scene: scene.mask),
    form(
        "audits:conversation-reveal",
        frozenset({"reviewer", "privacy_officer"}),
        lambda scene: scene.mask,
        {"reason": "They ask where the parcel went."},
    ),
    form("audits:conversation-mask", READERS, _conversation),
    page("audits:reveals", frozenset({"privacy_officer", "manager", "auditor"})),
    page("audits:reveals-csv", frozenset({"privacy_officer", "manager", "auditor"})),
    page("audits:transcript-reads", PRIVACY),
    page("audits:cycles", ALL),
    form("audits:cycle-new", frozenset({"reviewer", "approver", "manager", "administrator"}), None, PERIOD),
    page("audits:cycle", ALL, _cycle),
    page("audits:cycle-progress", ALL, _cycle),
    form("audits:cycle-close", APPROVE, _cycle),
    page("audits:check-run", ALL, lambda scene: [scene.run.pk]),
    form("audits:check-retry", ALL - {"privacy_officer", "auditor"}, lambda scene: [scene.run.pk]),
    page("audits:fairness", ALL, _slug),
    page("audits:fairness-download", ALL, _slug),
    page("audits:fairness-watch", ALL, _slug),
    page("audits:exposure", ALL, _slug),
    page("audits:exposure-leaks", ALL, _slug),
    page("audits:exposure-download", ALL, _slug),
    form("audits:exposure-rescan", ALL - {"auditor"}, _slug, {"since": "2025-03-01"}),
    page("audits:pattern-new", PATTERNS, _slug),
    form("audits:pattern-new", PATTERNS, _slug),
    page("audits:pattern", ALL, _pattern),
    page("audits:pattern-edit", PATTERNS, _pattern),
    form("audits:pattern-edit", PATTERNS, _pattern),
    form("audits:pattern-step", PATTERNS, lambda scene: [*_pattern(scene), "retire"], {"since": "2025-03-01"}),
    page("audits:probe-sets", ALL),
    page("audits:probe-set-shipped", ALL),
    form(
        "audits:probe-set-copy",
        PROBES,
        None,
        lambda scene: {"team": scene.home.pk, "set": "customer-service"},
        names_ours=True,
    ),
    page("audits:probe-set", ALL, _probe_set),
    page("audits:probe-template-new", PROBES, _probe_set),
    form("audits:probe-template-new", PROBES, _probe_set),
    page("audits:probe-template", PROBES, lambda scene: [scene.probe_set.pk, "billing-charged-twice"]),
    form("audits:probe-template", PROBES, lambda scene: [scene.probe_set.pk, "billing-charged-twice"]),
    page("audits:probe-cue-new", PROBES, _probe_set),
    form("audits:probe-cue-new", PROBES, _probe_set),
    page("audits:probe-cue", PROBES, lambda scene: [scene.probe_set.pk, "age"]),
    form("audits:probe-cue", PROBES, lambda scene: [scene.probe_set.pk, "age"]),
    page("audits:probes", ALL, _slug),
    page("audits:probe-new", PROBES, _slug),
    form("audits:probe-new", PROBES, _slug),
    page("audits:connector-new", REGISTRY, _slug),
    form("audits:connector-new", REGISTRY, _slug),
    page("audits:connector", ALL, _connector),
    page("audits:connector-edit", REGISTRY, _connector),
    form("audits:connector-edit", REGISTRY, _connector),
    form("audits:connector-try", REGISTRY, _connector),
    form("audits:connector-turn", REGISTRY, lambda scene: [*_connector(scene), "off"]),
    page("audits:probe-run", ALL, _probe_run),
    page("audits:probe-progress", ALL, _probe_run),
    form("audits:probe-stop", PROBES, _probe_run),
    page("audits:probe-pairs", ALL - {"administrator"}, _probe_run),
    page("audits:probe-csv", ALL, _probe_run),
    page("assistants:list", ALL),
    page("assistants:detail", ALL, _slug),
    page("assistants:new", REGISTRY),
    form("assistants:new", REGISTRY),
    page("assistants:change", REGISTRY, _slug),
    form("assistants:change", REGISTRY, _slug),
    page("assistants:release-new", REGISTRY, _slug),
    form("assistants:release-new", REGISTRY, _slug),
    page("assistants:source-new", REGISTRY, _slug),
    form("assistants:source-new", REGISTRY, _slug),
    form("assistants:step", REGISTRY, lambda scene: [scene.assistant.slug, "restricted"]),
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
    page("consent:lookup", CONSENT),
    form("consent:lookup", CONSENT, None, {"reference": "A-1"}),
    page(
        "consent:subject",
        CONSENT,
        lambda scene: [scene.conversation.subject.public_id],
    ),
    page("audits:consent-coverage", READERS, _slug),
    page("audits:consent-coverage-csv", READERS, _slug),
    page("consent:subject-receipt", CONSENT, _customer),
    form("consent:merge-propose", PRIVACY, _customer),
    form("consent:merge-confirm", PRIVACY, lambda scene: [scene.customer.public_id, scene.merge.merge]),
    form("consent:merge-undo", PRIVACY, lambda scene: [scene.customer.public_id, scene.merge.merge]),
    form("consent:age-note", PRIVACY, _customer),
    form("consent:restrict", PRIVACY, _customer),
    form("consent:restriction-lift", PRIVACY, lambda scene: [scene.customer.public_id, scene.restriction.pk]),
    page("datasets:list", ALL),
    page("datasets:new", REGISTRY, _slug),
    form("datasets:new", REGISTRY, _slug),
    page("datasets:detail", ALL, _dataset),
    page("datasets:edit", REGISTRY, _dataset),
    form("datasets:edit", REGISTRY, _dataset),
    form("datasets:select", REGISTRY, _dataset),
    form("datasets:trained", REGISTRY, _dataset),
    form("datasets:reference", REGISTRY, _dataset),
    form("datasets:step", REGISTRY, lambda scene: [scene.dataset.slug, "withdraw"]),
    form("audits:dataset-audit", ALL - {"auditor"}, _dataset),
    form("audits:training-export-new", PRIVACY, _dataset),
    page("audits:training-export", ALL, _export),
    page("audits:training-export-manifest", ALL, _export),
    page("audits:training-export-progress", ALL, _export),
    form("audits:training-export-download", PRIVACY, _export),
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


def _on_finding(action: str, roles: frozenset[str], **data: Any) -> Line:
    return act(f"audits_api:finding-{action}", roles, _finding, data)


def _on_remediation(action: str, roles: frozenset[str], **data: Any) -> Line:
    return act(f"audits_api:remediation-{action}", roles, lambda scene: [scene.remediation.pk], data)


def _on_flag(action: str, **data: Any) -> Line:
    return act(f"audits_api:flag-{action}", REVIEW, _flag, data)


def _on_customer(route: str, **data: Any) -> Line:
    return act(
        f"consent_api:{route}",
        PRIVACY,
        None,
        lambda scene: {"subject": str(scene.customer.public_id), **data},
        Scope.CONSENT_WRITE,
        names_ours=True,
    )


def _merge(scene: Scene) -> list[Any]:
    return [scene.merge.merge]


API = [
    read("assistants_api:assistants", ALL, Scope.ASSISTANTS_READ),
    read("assistants_api:assistant", ALL, Scope.ASSISTANTS_READ, _slug),
    act(
        "assistants_api:conversations",
        frozenset({"administrator"}),
        _slug,
        scope=Scope.CONVERSATIONS_WRITE,
        body=(b"{}\n", "application/x-ndjson"),
    ),
    read("assistants_api:conversation", READERS, KEYS_NEVER, _conversation),
    read("consent_api:retention-rules", RETENTION, Scope.CONSENT_READ),
    read("consent_api:retention-runs", RETENTION, Scope.CONSENT_READ),
    read("consent_api:legal-holds", RETENTION, Scope.CONSENT_READ),
    read("audits_api:connectors", ALL, Scope.AUDITS_READ, _slug),
    read("audits_api:probes", ALL, Scope.AUDITS_READ, _slug),
    act(
        "audits_api:probes",
        PROBES,
        _slug,
        lambda scene: {"connector": scene.connector.pk, "probe_set": scene.probe_set.pk, "cues": ["age"]},
        Scope.AUDITS_RUN,
    ),
    read("audits_api:probe", ALL, Scope.AUDITS_READ, _probe_run),
    act("audits_api:probe-stop", PROBES, _probe_run),
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
    read("audits_api:reveals", frozenset({"privacy_officer", "manager", "auditor"}), Scope.AUDITS_READ),
    read("audits_api:flags", READERS, Scope.FLAGS_READ),
    act(
        "audits_api:flags",
        READERS - {"auditor"},
        None,
        lambda scene: {"conversation": str(scene.conversation.public_id), "kind": "wrong", "source": "customer"},
        Scope.FLAGS_WRITE,
        names_ours=True,
    ),
    read("audits_api:flag", READERS, Scope.FLAGS_READ, _flag),
    _on_flag("claim"),
    _on_flag("release"),
    _on_flag("confirm"),
    _on_flag("dismiss", reason="explained", note="It is so."),
    act(
        "audits_api:flag-promote",
        REVIEW,
        _flag,
        lambda scene: {"severity": "high", "check_run": scene.run.pk},
    ),
    act(
        "consent_api:evaluate",
        CONSENT,
        None,
        {"customer_ref": "A-1", "purpose": "support"},
        Scope.CONSENT_READ,
    ),
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
    read("assistants_api:datasets", ALL, Scope.ASSISTANTS_READ),
    act(
        "assistants_api:datasets",
        REGISTRY,
        None,
        {"assistant": "ava-of-home", "slug": "other", "name": "Other", "data_source": "Desk", "purpose": "training"},
        names_ours=True,
    ),
    read("assistants_api:dataset", ALL, Scope.ASSISTANTS_READ, _dataset),
    act(
        "assistants_api:dataset-rows",
        REGISTRY,
        _dataset,
        scope=Scope.DATASETS_WRITE,
        body=(b"{}\n", "application/x-ndjson"),
    ),
    act("assistants_api:dataset-freeze", REGISTRY, _dataset),
    act("assistants_api:dataset-reference", REGISTRY, _dataset, {"name": "Customers", "days": 30}),
    read("audits_api:consent-coverage", READERS, Scope.AUDITS_READ, _slug),
    read("audits_api:fairness", ALL, Scope.AUDITS_READ, _slug),
    read("audits_api:exposure", ALL, Scope.AUDITS_READ, _slug),
    read("audits_api:patterns", ALL, Scope.AUDITS_READ, _slug),
    read("audits_api:probe-sets", ALL, Scope.AUDITS_READ),
    act(
        "audits_api:probe-sets",
        PROBES,
        None,
        lambda scene: {"team": scene.home.slug, "document": {}},
        Scope.AUDITS_RUN,
        names_ours=True,
    ),
    read("audits_api:probe-set", ALL, Scope.AUDITS_READ, _probe_set),
    act("audits_api:probe-set-versions", PROBES, _probe_set, {"document": {}}, Scope.AUDITS_RUN),
    act("audits_api:dataset-audits", ALL - {"auditor"}, _dataset),
    read("audits_api:training-exports", ALL, Scope.ASSISTANTS_READ, _dataset),
    act("audits_api:training-exports", PRIVACY, _dataset),
    read("audits_api:training-export", ALL, Scope.ASSISTANTS_READ, _export),
    act("audits_api:training-export-lines", PRIVACY, _export),
    act("consent_api:events", PRIVACY, None, {"events": []}, Scope.CONSENT_WRITE),
]

# What is open to everybody or guarded by somebody else: login pages and the site's administration have their own tests.
OPEN = {"healthz", "readyz", "prometheus-django-metrics", "api-schema", "api-docs"}
ELSEWHERE = ("accounts/", "admin/")
