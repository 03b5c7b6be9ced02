"""Envelope encryption: AES-256-GCM under a data key, the data key wrapped by a master key.

Sealed value: `version (1) | nonce (12) | ciphertext + tag (16)`. The associated data binds it to its place
(`model/field/row/…`), so a value moved to another row does not open. Wrapped key: `version (1) | id length (1) |
master key id | nonce (12) | wrapped key + tag`, bound to the data key's own id. NIST SP 800-38D; a data key seals far
fewer than 2^32 values, so random nonces are safe.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.core import keys

_VERSION = b"\x01"
_NONCE = 12


class SealBroken(Exception):
    """The value was altered, moved, or sealed under another key. Says nothing of its content."""


@dataclass(frozen=True, slots=True, repr=False)
class OpenKey:
    """An unwrapped data key. Lives in memory only, as short as possible."""

    key_id: uuid.UUID
    raw: bytes

    def seal(self, plaintext: bytes, *, place: str) -> bytes:
        """Encrypt for one place; the same text sealed twice differs."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + AESGCM(self.raw).encrypt(nonce, plaintext, self._aad(place))

    def open(self, sealed: bytes, *, place: str) -> bytes:
        """Decrypt what was sealed for this place. Raises SealBroken."""
        sealed = bytes(sealed)
        if sealed[:1] != _VERSION or len(sealed) < 1 + _NONCE + 16:
            raise SealBroken("unknown envelope version")
        try:
            return AESGCM(self.raw).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], self._aad(place))
        except InvalidTag as error:
            raise SealBroken("the sealed value does not belong here or was altered") from error

    def _aad(self, place: str) -> bytes:
        return self.key_id.bytes + place.encode()


def new_key() -> tuple[OpenKey, bytes]:
    """A fresh data key and its wrapped form under the current master key."""
    opened = OpenKey(key_id=uuid.uuid4(), raw=AESGCM.generate_key(bit_length=256))
    return opened, wrap(opened)


def wrap(opened: OpenKey) -> bytes:
    """Wrap a data key under the current master key."""
    master_id, master = keys.current_master_key()
    nonce = os.urandom(_NONCE)
    name = master_id.encode()
    header = _VERSION + bytes([len(name)]) + name
    return header + nonce + AESGCM(master).encrypt(nonce, opened.raw, header + opened.key_id.bytes)


def unwrap(key_id: uuid.UUID, wrapped: bytes) -> OpenKey:
    """Open a wrapped data key. Raises SealBroken where the master key is unknown or the value was altered."""
    wrapped = bytes(wrapped)
    master = keys.master_keys().get(master_id_of(wrapped))
    if master is None:
        raise SealBroken("the master key of this data key is not configured")
    header_end = 2 + wrapped[1]
    header, nonce = wrapped[:header_end], wrapped[header_end : header_end + _NONCE]
    try:
        raw = AESGCM(master).decrypt(nonce, wrapped[header_end + _NONCE :], header + key_id.bytes)
    except InvalidTag as error:
        raise SealBroken("the wrapped data key was altered or belongs to another subject") from error
    return OpenKey(key_id=key_id, raw=raw)


def master_id_of(wrapped: bytes) -> str:
    """Which master key wraps this data key."""
    wrapped = bytes(wrapped)
    if wrapped[:1] != _VERSION or len(wrapped) < 2 + wrapped[1] + _NONCE + 16:
        raise SealBroken("unknown wrapped-key version")
    return wrapped[2 : 2 + wrapped[1]].decode("ascii", "replace")
