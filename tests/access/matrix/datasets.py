"""Data sets, their audits and training exports."""

from __future__ import annotations

from typing import Any

from portal.core.roles import Scope
from tests.access.lines import Line, act, form, page, read, slug_of
from tests.access.matrix.roles import ALL, PRIVACY, REGISTRY
from tests.access.scene import Scene


def _dataset(scene: Scene) -> list[Any]:
    return [scene.dataset.slug]


def _export(scene: Scene) -> list[Any]:
    return [scene.export.public_id]


PAGES: list[Line] = [
    page("datasets:list", ALL),
    page("datasets:new", REGISTRY, slug_of),
    form("datasets:new", REGISTRY, slug_of),
    page("datasets:detail", ALL, _dataset),
    page("datasets:edit", REGISTRY, _dataset),
    form("datasets:edit", REGISTRY, _dataset),
    form("datasets:select", REGISTRY, _dataset),
    form("datasets:trained", REGISTRY, _dataset),
    form("datasets:reference", REGISTRY, _dataset),
    form("datasets:step", REGISTRY, lambda scene: [scene.dataset.slug, "withdraw"]),
    form("audits:dataset-audit", ALL - {"auditor"}, _dataset),
    form("audits:training-export-new", PRIVACY, _dataset),
    page("audits:training-export", ALL, _export),
    page("audits:training-export-manifest", ALL, _export),
    page("audits:training-export-progress", ALL, _export),
    form("audits:training-export-download", PRIVACY, _export),
]

API: list[Line] = [
    read("assistants_api:datasets", ALL, Scope.ASSISTANTS_READ),
    act(
        "assistants_api:datasets",
        REGISTRY,
        None,
        {"assistant": "ava-of-home", "slug": "other", "name": "Other", "data_source": "Desk", "purpose": "training"},
        names_ours=True,
    ),
    read("assistants_api:dataset", ALL, Scope.ASSISTANTS_READ, _dataset),
    act(
        "assistants_api:dataset-rows",
        REGISTRY,
        _dataset,
        scope=Scope.DATASETS_WRITE,
        body=(b"{}\n", "application/x-ndjson"),
    ),
    act("assistants_api:dataset-freeze", REGISTRY, _dataset),
    act("assistants_api:dataset-reference", REGISTRY, _dataset, {"name": "Customers", "days": 30}),
    act("audits_api:dataset-audits", ALL - {"auditor"}, _dataset),
    read("audits_api:training-exports", ALL, Scope.ASSISTANTS_READ, _dataset),
    act("audits_api:training-exports", PRIVACY, _dataset),
    read("audits_api:training-export", ALL, Scope.ASSISTANTS_READ, _export),
    act("audits_api:training-export-lines", PRIVACY, _export),
]
