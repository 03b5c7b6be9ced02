"""Key material of this installation, read from the settings each time it changes, never at import.

Master keys (`PROBITY_MASTER_KEYS`, `id:base64` each, the first one current) wrap the data keys. The index key gives
each blind index its own HMAC key. RFC 5869 (HKDF-SHA256) derives one key per use.
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32


def _decode(text: str, *, setting: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImproperlyConfigured(f"{setting} must be base64 text.") from error
    if len(raw) != KEY_BYTES:
        raise ImproperlyConfigured(f"{setting} must hold {KEY_BYTES} bytes, this one holds {len(raw)}.")
    return raw


@lru_cache(maxsize=8)
def _parse_master_keys(entries: tuple[str, ...]) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for entry in entries:
        key_id, separator, encoded = entry.partition(":")
        if not separator or not key_id or len(key_id.encode()) > 16:
            raise ImproperlyConfigured("PROBITY_MASTER_KEYS entries have the form id:base64, id up to 16 bytes.")
        if key_id in keys:
            raise ImproperlyConfigured(f"PROBITY_MASTER_KEYS names the id {key_id} twice.")
        keys[key_id] = _decode(encoded, setting="PROBITY_MASTER_KEYS")
    if not keys:
        raise ImproperlyConfigured("PROBITY_MASTER_KEYS is empty.")
    return keys


def master_keys() -> dict[str, bytes]:
    """All master keys by id, the current one first. Raises ImproperlyConfigured."""
    return _parse_master_keys(tuple(settings.PROBITY_MASTER_KEYS))


def current_master_key() -> tuple[str, bytes]:
    """(id, key) under which new data keys are wrapped."""
    return next(iter(master_keys().items()))


@lru_cache(maxsize=64)
def _derive(encoded: str, setting: str, info: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info.encode()).derive(
        _decode(encoded, setting=setting)
    )


def index_key(name: str) -> bytes:
    """The HMAC key of the blind index `name`."""
    return _derive(settings.PROBITY_INDEX_KEY, "PROBITY_INDEX_KEY", f"blind-index/{name}")


def ledger_seed() -> bytes:
    """The 32-byte Ed25519 seed that signs the erasure list and the certificates of erasures."""
    return _decode(settings.PROBITY_LEDGER_KEY, setting="PROBITY_LEDGER_KEY")
