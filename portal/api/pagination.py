"""Keyset pagination: a page costs the same however deep it is, and nothing is skipped or doubled while rows arrive."""

import re

from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

_KEY = re.compile("[0-9]{1,19}")


class KeysetPagination(CursorPagination):
    """`?cursor=…&page_size=…` (up to 200); newest first by primary key, which is an integer everywhere."""

    ordering = "-pk"
    page_size_query_param = "page_size"
    max_page_size = 200

    def decode_cursor(self, request: Request) -> Cursor | None:
        cursor: Cursor | None = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not _KEY.fullmatch(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor
