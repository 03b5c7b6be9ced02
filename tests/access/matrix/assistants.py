"""The registry of assistants."""

from __future__ import annotations

from portal.core.roles import Scope
from tests.access.lines import Line, form, page, read, slug_of
from tests.access.matrix.roles import ALL, REGISTRY

PAGES: list[Line] = [
    page("assistants:list", ALL),
    page("assistants:detail", ALL, slug_of),
    page("assistants:new", REGISTRY),
    form("assistants:new", REGISTRY),
    page("assistants:change", REGISTRY, slug_of),
    form("assistants:change", REGISTRY, slug_of),
    page("assistants:release-new", REGISTRY, slug_of),
    form("assistants:release-new", REGISTRY, slug_of),
    page("assistants:source-new", REGISTRY, slug_of),
    form("assistants:source-new", REGISTRY, slug_of),
    form("assistants:step", REGISTRY, lambda scene: [scene.assistant.slug, "restricted"]),
]

API: list[Line] = [
    read("assistants_api:assistants", ALL, Scope.ASSISTANTS_READ),
    read("assistants_api:assistant", ALL, Scope.ASSISTANTS_READ, slug_of),
]
