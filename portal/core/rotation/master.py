"""Master keys: every data key is wrapped anew under the current one, batch by batch, while intake and scans go on.

The data keys themselves stay, so nothing sealed is touched. A batch locks its rows and skips those that somebody else
has locked; passes follow until nothing is left, so that keys made meanwhile by a process that still runs with the old
configuration are found as well. Whatever the current key is, all go to it: a configuration with the old key in front
again turns a rotation back.
"""

from __future__ import annotations

import uuid

from django.db import connection, transaction

from portal.core import envelope, keys, ledger
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict
from portal.core.models import DataKey, KeyRotation, RetiredKey
from portal.core.models.rotations import RotationKind
from portal.core.rotation.progress import Watch, rotation_finish, rotation_moved, rotation_resume

BATCH = 2000
_FIRST = uuid.UUID(int=0)
_BATCH = """
    SELECT id, wrapped FROM core_datakey
    WHERE master_key_id = %s AND destroyed_at IS NULL AND id > %s
    ORDER BY id LIMIT %s
    FOR NO KEY UPDATE SKIP LOCKED
"""
_STORE = """
    UPDATE core_datakey SET wrapped = fresh.wrapped, master_key_id = %s
    FROM unnest(%s::uuid[], %s::bytea[]) AS fresh (id, wrapped)
    WHERE core_datakey.id = fresh.id
"""
# What a data key says of itself, not what the column beside it says.
_IN_USE = """
    SELECT convert_from(substring(wrapped from 3 for get_byte(wrapped, 1)), 'UTF8') AS key, count(*)
    FROM core_datakey WHERE destroyed_at IS NULL GROUP BY 1 ORDER BY 1
"""
# One step of the index a key, however many rows there are.
_NAMED = """
    WITH RECURSIVE named (key) AS (
        (SELECT master_key_id FROM core_datakey WHERE destroyed_at IS NULL ORDER BY master_key_id LIMIT 1)
        UNION ALL
        SELECT (SELECT master_key_id FROM core_datakey
                WHERE destroyed_at IS NULL AND master_key_id > named.key ORDER BY master_key_id LIMIT 1)
        FROM named WHERE named.key IS NOT NULL
    )
    SELECT key FROM named WHERE key IS NOT NULL
"""


def master_keys_named() -> list[str]:
    """The master keys under which data keys are wrapped, as their rows say. Costs the same for any number of rows."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMED)
        return [key for (key,) in cursor]


def master_keys_in_use() -> dict[str, int]:
    """How many data keys each master key wraps, read from the wrapped keys themselves. Reads the whole table."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_USE)
        return dict(cursor.fetchall())


def master_keys_rotate(*, batch: int = BATCH, watch: Watch | None = None) -> KeyRotation:
    """Wrap every data key under the current master key; returns the finished rotation.

    Safe to kill, to repeat and to run twice at once. Data keys that do not open are left as they are and counted.
    Raises ImproperlyConfigured.
    """
    current, _ = keys.current_master_key()
    if RetiredKey.objects.filter(pk=current).exists():
        raise Conflict(f"{current} was retired before. Make a new key with an id of its own.", code="key_retired")
    waiting = DataKey.objects.filter(destroyed_at__isnull=True).exclude(master_key_id=current).count()
    rotation = rotation_resume(kind=RotationKind.MASTER, key=current, total=waiting)
    again = True
    while again:  # once more after a pass that changed something, or began in the middle: rows locked or made behind us
        again = bool(rotation.position)
        for old in master_keys_named():
            if old == current:
                continue
            after: uuid.UUID | None = _FIRST
            if rotation.position and rotation.position[0] == old:
                after = uuid.UUID(rotation.position[1])
            while after is not None:
                after, rewrapped = _batch(rotation, old, current, after=after, size=batch)
                again = again or rewrapped > 0
                if watch is not None:
                    watch(rotation)
        rotation.position = []
    left = DataKey.objects.filter(destroyed_at__isnull=True).exclude(master_key_id=current).count()
    rotation.unreadable = left
    rotation.save(update_fields=["unreadable"])
    rotation_finish(rotation)
    return rotation


@transaction.atomic
def _batch(
    rotation: KeyRotation, old: str, current: str, *, after: uuid.UUID, size: int
) -> tuple[uuid.UUID | None, int]:
    """Rewrap the next keys above `after`: the last id seen (None at the end), and how many were rewrapped."""
    with connection.cursor() as cursor:
        cursor.execute(_BATCH, [old, after, size])
        rows = cursor.fetchall()
        if not rows:
            return None, 0
        fresh: dict[uuid.UUID, bytes] = {}
        for key_id, wrapped in rows:
            try:
                fresh[key_id] = envelope.wrap(envelope.unwrap(key_id, wrapped))
            except envelope.SealBroken:
                continue
        cursor.execute(_STORE, [current, list(fresh), list(fresh.values())])
    rotation_moved(rotation, position=[old, str(rows[-1][0])], done=len(fresh), unreadable=0)
    return rows[-1][0], len(fresh)


@transaction.atomic
def master_key_retire(*, key: str) -> RetiredKey:
    """Prove that nothing is wrapped under a master key and let nothing be wrapped under it again.

    Writers of data keys wait meanwhile, so that none slips through; afterwards a process that still runs with the old
    configuration is refused by the database instead of making data that nobody could open. Raises Conflict where the
    key is the current one or still used. Writes `keys.retired`.
    """
    if key == keys.current_master_key()[0]:
        raise Conflict(f"{key} is the current master key. Put the new one first.", code="key_in_use")
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE core_datakey IN SHARE ROW EXCLUSIVE MODE")
    in_use = master_keys_in_use().get(key, 0)
    if in_use or key in master_keys_named():
        raise Conflict(f"{in_use:,} data keys are wrapped under {key}. Rotate first.", code="key_in_use")
    retired, made = RetiredKey.objects.get_or_create(key=key)
    if made:
        ledger.append(action="keys.retired", actor=SYSTEM, obj=retired, team_id=None, data={"key": key})
    return retired
