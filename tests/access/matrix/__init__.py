"""Who may reach what: one line for each page, form and route of the API. `test_matrix` walks it.

Each module holds the lines of its area. A new route needs a line there, or `test_every_route_has_a_line` fails.
Arguments of an address come from the scene; a line without arguments is a list, which opens in any team and shows the
viewer's own things alone.
"""

from __future__ import annotations

from tests.access.lines import Line
from tests.access.matrix import (
    assistants,
    consent,
    conversations,
    cycles,
    datasets,
    exposure,
    findings,
    portal,
    probes,
    requests,
    retention,
)

_AREAS = (
    portal,
    assistants,
    conversations,
    findings,
    cycles,
    exposure,
    probes,
    datasets,
    consent,
    requests,
    retention,
)

PAGES: list[Line] = [line for area in _AREAS for line in area.PAGES]
API: list[Line] = [line for area in _AREAS for line in area.API]

# What is open to everybody or guarded by somebody else: login pages and the site's administration have their own tests.
OPEN = {"healthz", "readyz", "prometheus-django-metrics", "api-schema", "api-docs", "api-index", "api-elsewhere"}
ELSEWHERE = ("accounts/", "admin/")
