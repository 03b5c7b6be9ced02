"""Opening what is sealed under the keys of data subjects, many at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import prefetch_related_objects

from portal.core.envelope import OpenKey, SealBroken
from portal.core.errors import KeyDestroyed

C = TypeVar("C")


def opened_each(
    rows: Sequence[Any], *, unpack: Callable[[bytes], C], unreadable: type[Exception], what: str
) -> dict[int, C | KeyDestroyed | SealBroken]:
    """What `unpack` makes of each row's `sealed`, by primary key; `what` is what one of them is called, such as row.

    What does not open, or is `unreadable` to `unpack`, is a result too, returned and not raised, so that it hides no
    other. Each data key is unwrapped once. Two queries at most, none where `subject__data_key` was selected along.
    """
    prefetch_related_objects(rows, "subject__data_key")
    keys: dict[uuid.UUID, OpenKey | KeyDestroyed | SealBroken] = {}
    opened: dict[int, C | KeyDestroyed | SealBroken] = {}
    for row in rows:
        data_key = row.subject.data_key
        if data_key.pk not in keys:
            try:
                keys[data_key.pk] = data_key.unwrap()
            except (KeyDestroyed, SealBroken) as error:
                keys[data_key.pk] = error
        key = keys[data_key.pk]
        if not isinstance(key, OpenKey):
            opened[row.pk] = key
        elif row.sealed is None:
            opened[row.pk] = KeyDestroyed(f"This {what} has been erased.")
        else:
            try:
                opened[row.pk] = unpack(key.open(bytes(row.sealed), place=row.place))
            except SealBroken as error:
                opened[row.pk] = error
            except unreadable:
                opened[row.pk] = SealBroken(f"the sealed value holds no {what}")
    return opened
