"""Renaming the keys of a foreign source to those of a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.core.errors import Invalid

_ABSENT = object()


class FieldMap:
    """Moves values from source paths to record paths, such as `id` to `external_id` or `user.age` to `attributes.age`.

    Paths are dotted. What is not mapped stays where it is; an object that has been emptied by moving is removed.
    """

    def __init__(self, moves: Iterable[tuple[str, str]]) -> None:
        self.moves = [(source.split("."), target.split(".")) for source, target in moves]

    @classmethod
    def parse(cls, texts: Iterable[str]) -> FieldMap:
        """From `KEY=FIELD` texts. Raises Invalid for any other form."""
        moves: list[tuple[str, str]] = []
        for text in texts:
            source, separator, target = text.partition("=")
            if not separator or not all(source.split(".")) or not all(target.split(".")):
                raise Invalid(f"{text} is not of the form KEY=FIELD.", field="map")
            moves.append((source, target))
        return cls(moves)

    def apply(self, source: dict[str, Any]) -> dict[str, Any]:
        """`source` with every mapped value moved. Changes `source`. Raises Invalid where a target is taken."""
        taken = [(target, _take(source, path)) for path, target in self.moves]
        for target, value in taken:
            if value is not _ABSENT:
                _put(source, target, value)
        return source


def _take(tree: dict[str, Any], path: list[str]) -> Any:
    name, *rest = path
    if not rest:
        return tree.pop(name, _ABSENT)
    inner = tree.get(name)
    if not isinstance(inner, dict):
        return _ABSENT
    value = _take(inner, rest)
    if not inner and value is not _ABSENT:
        del tree[name]
    return value


def _put(tree: dict[str, Any], path: list[str], value: Any) -> None:
    *parents, last = path
    for name in parents:
        inner = tree.setdefault(name, {})
        if not isinstance(inner, dict):
            raise Invalid("The mapping puts a value inside one that is no object.", field=".".join(path))
        tree = inner
    if last in tree:
        raise Invalid("The mapping gives this field two values.", field=".".join(path))
    tree[last] = value
