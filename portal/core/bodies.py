"""Request bodies and queries of the API in which an unknown key is an error, at every depth."""

from __future__ import annotations

import re
from typing import Any

from rest_framework import serializers

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MOST_NAMED = 50


class StrictBody(serializers.Serializer[Any]):
    """A body whose every key must be known, so that a misspelt one is not silently ignored; the first fifty are named.

    `besides` names keys that somebody else reads.
    """

    besides: frozenset[str] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(str(key) for key in data if key not in self.fields and key not in self.besides)
            if unknown:
                known = ", ".join(sorted({*self.fields, *self.besides})) or "none"
                message = f"There is no such field; there are: {known}."
                raise serializers.ValidationError(dict.fromkeys(unknown[:_MOST_NAMED], message))
        unstorable = [
            name
            for name, field in self.fields.items()
            if isinstance(field, serializers.JSONField | serializers.DictField)
            and isinstance(data, dict)
            and _is_unstorable(data.get(name))
        ]
        if unstorable:
            raise serializers.ValidationError(dict.fromkeys(unstorable, "It has characters that cannot be kept."))
        return super().to_internal_value(data)


class Query(StrictBody):
    """The query of an address; REST framework reads `format`."""

    besides = frozenset({"format"})


class ListQuery(Query):
    """The query of a list, which is paged."""

    besides = frozenset({"cursor", "page_size", "format"})


def _is_unstorable(value: Any) -> bool:
    """Whether a text at any depth has what PostgreSQL keeps in no JSON; fields of one text refuse it themselves."""
    todo = [value]
    while todo:
        found = todo.pop()
        if isinstance(found, str):
            if _UNSTORABLE.search(found):
                return True
        elif isinstance(found, dict):
            todo += [*found, *found.values()]
        elif isinstance(found, list):
            todo += found
    return False
