"""Keyset pagination: a page costs the same however deep it is, and nothing is skipped or doubled while rows arrive."""

from rest_framework.pagination import CursorPagination


class KeysetPagination(CursorPagination):
    """`?cursor=…&page_size=…` (up to 200); newest first by primary key unless a view names another order."""

    ordering = "-pk"
    page_size_query_param = "page_size"
    max_page_size = 200
