"""The first pages and the ledger."""

from __future__ import annotations

from tests.access.lines import Line, form, page
from tests.access.matrix.roles import ALL

PAGES: list[Line] = [
    page("home", ALL, anybody=True),
    page("dashboard", ALL),
    page("ledger", ALL - {"reviewer"}),
    form("ledger-verify", ALL - {"reviewer"}),
]

API: list[Line] = []
