"""The kinds of data that retention rules can be about. Each is registered by the app that owns the rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from consent.states import Anchor
from portal.core.errors import Invalid

# For a purpose (None: the data has none), when this anchor was reached, as an expression over a row.
AnchorExpression = Callable[[int | None], Any]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are kept for the same purposes, such as those of one assistant. `key` is None for a whole team.

    `assistant` is whose they are, where they are one assistant's: holds and checks are about assistants.
    """

    key: int | None
    label: str
    purposes: tuple[int, ...] = ()
    assistant: int | None = None


@dataclass(frozen=True, slots=True)
class DataClass:
    """One kind of data.

    `rows(team id, group)` are the rows that exist and can still be disposed of, erased subjects' left out, with a
    bigint primary key. `place` is the row's jurisdiction as an expression, `subject` the path to its data subject's id
    (empty: it has none), `since` a column that no anchor but the withdrawal of consent precedes. `dispose(ids, now)`
    runs in the transaction that has locked these rows, returns how many rows it emptied, and leaves none of them in
    `rows`, unless somebody is at work on them: then the next run has them. `of_assistants` says
    that each group is of one assistant; `conversation` is the path to the id of the row's conversation, if it has one.
    `first` takes, without waiting, the locks that go before those of these rows, and returns the rows that it got them
    for: everybody locks requests, then subjects, then what hangs on them.
    """

    name: str
    label: str
    disposal: str
    anchors: Mapping[Anchor, AnchorExpression]
    groups: Callable[[int], Sequence[Group]]
    rows: Callable[[int, Group], QuerySet[Any]]
    place: Any
    dispose: Callable[[Sequence[int], datetime], int]
    subject: str = ""
    since: str = ""
    of_assistants: bool = True
    conversation: str = ""
    first: Callable[[Sequence[int]], Collection[int]] | None = None
    batch: int = 500


_classes: dict[str, DataClass] = {}


def register_data_class(data_class: DataClass) -> None:
    """Make rules about this kind of data possible; called once, from an app's `ready`."""
    _classes[data_class.name] = data_class


def data_classes() -> list[DataClass]:
    """Every kind of data, in the order in which they were registered."""
    return list(_classes.values())


def data_class(name: str) -> DataClass:
    """Raises Invalid where there is none."""
    found = _classes.get(name)
    if found is None:
        raise Invalid("There is no such kind of data.", field="data_class")
    return found
