"""The ledger as a page: the entries of the viewer's teams, newest first, and the verification of the whole chain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps

from portal.accounts.models import ApiKey, User
from portal.core import ledger
from portal.core.access import restrict
from portal.core.models import LedgerEntry

PAGE = 50
MOST_SHOWN = 5
_HASH = re.compile(r"[0-9a-f]{32,}")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words. `details` are the figures and ids of its `body`, which is what was hashed after `prev`."""

    seq: int
    at: datetime
    what: str
    action: str
    who: str
    object_type: str
    object_id: str
    object_name: str
    details: list[tuple[str, str]]
    body: str
    hash: str
    prev: str


def lines_for(user: User, *, before: int | None, action: str, object_type: str, object_id: str) -> list[Line]:
    """At most PAGE + 1 entries below sequence number `before`; the extra one says that there are more."""
    entries = restrict(LedgerEntry.objects.order_by("-seq"), user, "core.ledger_view")
    if before is not None:
        entries = entries.filter(seq__lt=before)
    if action:
        entries = entries.filter(action=action)
    if object_type and object_id:
        entries = entries.filter(object_type=object_type, object_id=object_id)
    rows = list(entries[: PAGE + 1])
    names = _names({row.actor for row in rows})
    return [
        Line(
            seq=row.seq,
            at=row.at,
            what=ledger.action_label(row.action),
            action=row.action,
            who=names.get(row.actor, row.actor),
            object_type=row.object_type,
            object_id=row.object_id,
            object_name=f"{apps.get_model(row.object_type)._meta.verbose_name} {row.object_id}",
            details=list(_details(json.loads(row.body)["data"])),
            body=row.body,
            hash=bytes(row.hash).hex(),
            prev=bytes(row.prev).hex(),
        )
        for row in rows
    ]


def _details(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What an entry says, for reading: empty members are left out, hashes shortened."""
    for name, value in sorted(data.items()):
        text = _in_words(value)
        if text:
            yield name.replace("_", " "), text


def _in_words(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{_in_words(name)} {_in_words(inner)}" for name, inner in sorted(value.items()))
    if isinstance(value, list):
        shown = [_in_words(inner) for inner in value[:MOST_SHOWN]]
        return ", ".join(shown) + (f" … {len(value)} in all" if len(value) > MOST_SHOWN else "")
    text = str(value)
    return f"{text[:10]}…" if _HASH.fullmatch(text) else text.replace("_", " ")


def _names(actors: set[str]) -> dict[str, str]:
    """What `user:7` and `key:3` are called, in one query each."""
    ids: dict[str, list[int]] = {"user": [], "key": []}
    for actor in actors:
        kind, _, number = actor.partition(":")
        if kind in ids and number.isdigit():
            ids[kind].append(int(number))
    names = {"system": "Probity"}
    names |= {f"user:{user.pk}": str(user) for user in User.objects.filter(pk__in=ids["user"])}
    names |= {f"key:{key.pk}": f"API key {key.name}" for key in ApiKey.objects.filter(pk__in=ids["key"])}
    return names
