"""Keyset pagination: a page costs the same however deep it is, and nothing is skipped or doubled while rows arrive."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

if TYPE_CHECKING:  # DRF's views load this module through the settings
    from rest_framework.views import APIView

LARGEST = 200
_POSITION = re.compile(r"(?:o=[0-9]{1,3}&)?(?:r=1&)?p=[0-9]{1,19}")


class KeysetPagination(CursorPagination):
    """`?cursor=…&page_size=…` (1 to 200); newest first by primary key, which is an integer everywhere."""

    ordering = "-pk"
    page_size_query_param = "page_size"
    max_page_size = LARGEST
    cursor_query_description = "Where the page begins, from `next` or `previous` of another page."
    page_size_query_description = f"How many items a page has, 1 to {LARGEST}; 50 unless given."

    def decode_cursor(self, request: Request) -> Cursor | None:
        given = request.query_params.get(self.cursor_query_param)
        if not given:
            return None
        try:
            known = _POSITION.fullmatch(b64decode(given, validate=True).decode("ascii"))
        except (binascii.Error, ValueError):
            known = None
        if known is None:
            raise NotFound("There is no such page: a cursor is taken from `next` or `previous`, as it is.")
        cursor: Cursor | None = super().decode_cursor(request)
        return cursor

    def get_page_size(self, request: Request) -> int | None:
        given = request.query_params.get(self.page_size_query_param)
        if given is None:
            return self.page_size
        if not re.fullmatch("[0-9]{1,3}", given) or not 1 <= int(given) <= LARGEST:
            raise ValidationError({self.page_size_query_param: [f"Give a whole number from 1 to {LARGEST}."]})
        return int(given)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1, "maximum": LARGEST, "default": self.page_size}
        return parameters
