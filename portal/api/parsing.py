"""Bodies of JSON, bounded in size and in depth."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from portal.core.jsonlines.bodies import BodyTooLarge
from portal.core.jsonlines.streams import BUFFER, Bounded, TooMuch

DEEPEST = 32


class BoundedJsonParser(JSONParser):
    """Takes as many bytes as one record may have, and no more than 32 levels of objects and lists."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        limit = settings.PROBITY_MAX_RECORD_BYTES
        source: io.BufferedReader[Any] = io.BufferedReader(Bounded(stream, limit=limit), BUFFER)
        try:
            parsed = super().parse(source, media_type, parser_context)
        except TooMuch as error:
            raise BodyTooLarge(limit) from error
        except RecursionError as error:
            raise _too_deep() from error
        level: list[Any] = [parsed]
        for _ in range(DEEPEST + 1):
            level = [inner for one in level for inner in _inside(one)]
            if not level:
                return parsed
        raise _too_deep()


def _inside(value: Any) -> list[Any]:
    """The objects and lists directly in a value."""
    within = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for one in within if isinstance(one, dict | list)]


def _too_deep() -> ParseError:
    return ParseError(f"The body is nested more than {DEEPEST} levels deep.")
