"""Statements that leave the database: canonical JSON, hashed, and signed with the installation's Ed25519 key."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from portal.core import keys
from portal.core.ledger import canonical


@dataclass(frozen=True, slots=True)
class Signed:
    """`body` is the exact text that was signed; `sha256` is its hash in hexadecimal, `signature` base64."""

    body: str
    sha256: str
    signature: str


def sign(statement: Mapping[str, Any], *, kind: str) -> Signed:
    """Sign a statement of plain JSON types. A signature of one `kind` is none of another."""
    body = canonical(statement)
    signature = _key().sign(_message(kind, body))
    return Signed(body, hashlib.sha256(body.encode()).hexdigest(), base64.b64encode(signature).decode())


def verify(body: str, signature: str, *, kind: str) -> bool:
    """Whether this installation's key has signed the text as that kind of statement."""
    try:
        _key().public_key().verify(base64.b64decode(signature, validate=True), _message(kind, body))
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key() -> str:
    """The verifying key, base64: enough to check a statement without this installation."""
    raw = _key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.ledger_seed())


def _message(kind: str, body: str) -> bytes:
    return f"probity/{kind}/v1\n{body}".encode()
