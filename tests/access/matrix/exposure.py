"""Personal data in answers: exposure pages and own patterns."""

from __future__ import annotations

from typing import Any

from portal.core.roles import Scope
from tests.access.lines import Line, form, page, read, slug_of
from tests.access.matrix.roles import ALL, PATTERNS
from tests.access.scene import Scene


def _pattern(scene: Scene) -> list[Any]:
    return [scene.assistant.slug, scene.pattern.pk]


PAGES: list[Line] = [
    page("audits:exposure", ALL, slug_of),
    page("audits:exposure-leaks", ALL, slug_of),
    page("audits:exposure-download", ALL, slug_of),
    form("audits:exposure-rescan", ALL - {"auditor"}, slug_of, {"since": "2025-03-01"}),
    page("audits:pattern-new", PATTERNS, slug_of),
    form("audits:pattern-new", PATTERNS, slug_of),
    page("audits:pattern", ALL, _pattern),
    page("audits:pattern-edit", PATTERNS, _pattern),
    form("audits:pattern-edit", PATTERNS, _pattern),
    form("audits:pattern-step", PATTERNS, lambda scene: [*_pattern(scene), "retire"], {"since": "2025-03-01"}),
]

API: list[Line] = [
    read("audits_api:exposure", ALL, Scope.AUDITS_READ, slug_of),
    read("audits_api:patterns", ALL, Scope.AUDITS_READ, slug_of),
]
