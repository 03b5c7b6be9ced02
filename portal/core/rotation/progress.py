"""What every rotation keeps of its way, and the ledger entries of its beginning and end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.core import ledger
from portal.core.actors import SYSTEM
from portal.core.models import KeyRotation

ledger.register_actions(
    {
        "keys.rotation_started": "Key rotation started",
        "keys.rotation_finished": "Key rotation finished",
        "keys.retired": "Master key retired",
    }
)

Watch = Callable[[KeyRotation], None]


@transaction.atomic
def rotation_resume(*, kind: str, key: str, total: int) -> KeyRotation:
    """The rotation to this key that is under way, or a new one. Writes `keys.rotation_started` for a new one."""
    rotation, made = KeyRotation.objects.get_or_create(kind=kind, key=key, finished_at=None, defaults={"total": total})
    if made:
        _record("keys.rotation_started", rotation)
    elif rotation.total < rotation.done + total:
        rotation.total = rotation.done + total
        rotation.save(update_fields=["total"])
    return rotation


def rotation_moved(rotation: KeyRotation, *, position: list[Any], done: int, unreadable: int) -> None:
    """Note a batch, in the batch's transaction."""
    rotation.position = position
    rotation.done += done
    rotation.unreadable += unreadable
    rotation.save(update_fields=["position", "done", "unreadable", "moved_at"])


@transaction.atomic
def rotation_finish(rotation: KeyRotation) -> None:
    """Writes `keys.rotation_finished`."""
    rotation.finished_at = timezone.now()
    rotation.total = max(rotation.done, 0)
    rotation.save(update_fields=["finished_at", "total"])
    _record("keys.rotation_finished", rotation)


def _record(action: str, rotation: KeyRotation) -> None:
    data = {"kind": rotation.kind, "key": rotation.key, "done": rotation.done, "unreadable": rotation.unreadable}
    ledger.append(action=action, actor=SYSTEM, obj=rotation, team_id=None, data=data)
