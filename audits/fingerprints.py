"""What makes two discoveries the same finding."""

from __future__ import annotations

import hashlib

from portal.core.ledger import canonical


def fingerprint_of(*, assistant_id: int, kind: str, target: str) -> str:
    """SHA-256, in hex, of the assistant, the kind of check and what it looked at, as canonical JSON."""
    body = canonical({"assistant": assistant_id, "kind": kind, "target": target})
    return hashlib.sha256(body.encode()).hexdigest()
