"""Sets of roles that the lines name."""

from __future__ import annotations

from portal.core.roles import Role

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
