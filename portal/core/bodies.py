"""Request bodies and queries of the API in which an unknown key is an error, at every depth."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class StrictBody(serializers.Serializer[Any]):
    """A body whose every key must be known, so that a misspelt one is not silently ignored.

    `besides` names keys that somebody else reads, such as those of pagination.
    """

    besides: frozenset[str] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(str(key) for key in data if key not in self.fields and key not in self.besides)
            if unknown:
                raise serializers.ValidationError(dict.fromkeys(unknown, "There is no such field."))
        return super().to_internal_value(data)
