"""API keys: made once, shown once, found by prefix, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import ApiKey, Team, User
from portal.core import ledger
from portal.core.access import require
from portal.core.errors import Invalid
from portal.core.roles import Scope

MARK = "prb"
_SEEN_EVERY = timedelta(minutes=5)

ledger.register_actions({"api_key.created": "API key created", "api_key.revoked": "API key revoked"})


@transaction.atomic
def api_key_create(
    *, team: Team, name: str, scopes: Iterable[str], expires_at: datetime, actor: User
) -> tuple[ApiKey, str]:
    """Create a key; returns it with the text `prb_<prefix>_<secret>`, which is never shown again.

    Raises Denied, and Invalid for an unknown scope or an expiry in the past. Writes `api_key.created`.
    """
    require(actor, "accounts.api_key_manage", team)
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in Scope.values]
    if unknown or not wanted:
        raise Invalid(f"Unknown scope: {', '.join(unknown)}." if unknown else "Choose a scope.", field="scopes")
    if expires_at <= timezone.now():
        raise Invalid("The expiry must be in the future.", field="expires_at")
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        team=team,
        name=name,
        prefix=prefix,
        secret_hash=_digest(secret),
        scopes=wanted,
        created_by=actor,
        expires_at=expires_at,
    )
    ledger.append(action="api_key.created", actor=actor, obj=key, team_id=team.pk, data={"scopes": wanted})
    return key, f"{MARK}_{prefix}_{secret}"


@transaction.atomic
def api_key_revoke(*, api_key_id: int, actor: User) -> ApiKey:
    """Revoke a key at once; repeating it changes nothing. Writes `api_key.revoked`."""
    key = ApiKey.objects.select_for_update().get(pk=api_key_id)
    require(actor, "accounts.api_key_manage", key)
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        ledger.append(action="api_key.revoked", actor=actor, obj=key, team_id=key.team_id)
    return key


def api_key_of(text: str) -> ApiKey | None:
    """The usable key that this text is, or None. Notes its use, at most every five minutes."""
    mark, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != MARK or not prefix or not secret:
        return None
    key = ApiKey.objects.select_related("team").filter(prefix=prefix).first()
    # A hash of high-entropy random bytes needs no slow function.
    if key is None or not hmac.compare_digest(bytes(key.secret_hash), _digest(secret)) or not key.usable:
        return None
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at < now - _SEEN_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
