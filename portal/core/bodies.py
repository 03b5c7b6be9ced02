"""Request bodies and queries of the API. What is wrong with them is told without repeating what was sent."""

from __future__ import annotations

import re
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from portal.core.storable import UNSTORABLE, is_storable

_MOST_NAMED = 50
_REPEATING = re.compile(r"\{(input|value|pk_value)\}")


class _Input(serializers.Serializer[Any]):
    """Fields whose messages say what is taken, never what was given: that may be about a person, and errors get
    logged where the request is not.
    """

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields: dict[str, serializers.Field[Any, Any, Any, Any]] = super().get_fields()
        for field in fields.values():
            _tell_without_repeating(field)
        return fields


class Query(_Input):
    """The query of an address; the API's door has refused parameters that it does not declare."""


class StrictBody(_Input):
    """A body whose every key must be known, at every depth, so that a misspelt one is not silently ignored; the first
    fifty are named.
    """

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(str(key) for key in data if key not in self.fields)
            if unknown:
                known = ", ".join(sorted(self.fields)) or "none"
                message = f"There is no such field; there are: {known}."
                raise serializers.ValidationError(dict.fromkeys(unknown[:_MOST_NAMED], message))
        unstorable = [
            name
            for name, field in self.fields.items()
            if isinstance(field, serializers.JSONField | serializers.DictField)
            and isinstance(data, dict)
            and not is_storable(data.get(name))
        ]
        if unstorable:
            raise serializers.ValidationError(dict.fromkeys(unstorable, UNSTORABLE))
        return super().to_internal_value(data)


def read(request: Request, body: type[StrictBody]) -> dict[str, Any]:
    """The request's validated body. Raises ValidationError, which names the fields."""
    given = body(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def read_query(request: Request, query: type[Query]) -> dict[str, Any]:
    """The request's validated parameters. Raises ValidationError, which names them as they stand in the address."""
    given = query(data=request.query_params)
    if not given.is_valid():
        raise ValidationError({name: _messages(wrong) for name, wrong in given.errors.items()})
    return dict(given.validated_data)


def _messages(wrong: Any) -> list[str]:
    """What is wrong with a parameter, whichever of its repetitions it is."""
    inner = wrong.values() if isinstance(wrong, dict) else wrong if isinstance(wrong, list) else None
    return [str(wrong)] if inner is None else [message for each in inner for message in _messages(each)]


def _tell_without_repeating(field: Any) -> None:
    """Put other words where a message of this field, or of what it holds, would repeat the value."""
    if not isinstance(field, serializers.BaseSerializer):
        offered = isinstance(field, serializers.ChoiceField)
        neutral = f"Choose one of: {', '.join(map(str, field.choices))}." if offered else "There is no such item."
        for code, message in field.error_messages.items():
            if _REPEATING.search(str(message)):
                field.error_messages[code] = neutral
        if isinstance(field, serializers.PrimaryKeyRelatedField):
            field.error_messages["incorrect_type"] = "Give an id, a whole number."
    for inner in ("child", "child_relation"):
        if hasattr(field, inner):
            _tell_without_repeating(getattr(field, inner))
