"""Probe sets, connectors and probe runs."""

from __future__ import annotations

from typing import Any

from portal.core.roles import Scope
from tests.access.lines import Line, act, form, page, read, slug_of
from tests.access.matrix.roles import ALL, PROBES, REGISTRY
from tests.access.scene import Scene


def _probe_set(scene: Scene) -> list[Any]:
    return [scene.probe_set.pk]


def _connector(scene: Scene) -> list[Any]:
    return [scene.assistant.slug, scene.connector.pk]


def _probe_run(scene: Scene) -> list[Any]:
    return [scene.probe_run.pk]


PAGES: list[Line] = [
    page("audits:probe-sets", ALL),
    page("audits:probe-set-shipped", ALL),
    form(
        "audits:probe-set-copy",
        PROBES,
        None,
        lambda scene: {"team": scene.home.pk, "set": "customer-service"},
        names_ours=True,
    ),
    page("audits:probe-set", ALL, _probe_set),
    page("audits:probe-template-new", PROBES, _probe_set),
    form("audits:probe-template-new", PROBES, _probe_set),
    page("audits:probe-template", PROBES, lambda scene: [scene.probe_set.pk, "billing-charged-twice"]),
    form("audits:probe-template", PROBES, lambda scene: [scene.probe_set.pk, "billing-charged-twice"]),
    page("audits:probe-cue-new", PROBES, _probe_set),
    form("audits:probe-cue-new", PROBES, _probe_set),
    page("audits:probe-cue", PROBES, lambda scene: [scene.probe_set.pk, "age"]),
    form("audits:probe-cue", PROBES, lambda scene: [scene.probe_set.pk, "age"]),
    page("audits:probes", ALL, slug_of),
    page("audits:probe-new", PROBES, slug_of),
    form("audits:probe-new", PROBES, slug_of),
    page("audits:connector-new", REGISTRY, slug_of),
    form("audits:connector-new", REGISTRY, slug_of),
    page("audits:connector", ALL, _connector),
    page("audits:connector-edit", REGISTRY, _connector),
    form("audits:connector-edit", REGISTRY, _connector),
    form("audits:connector-try", REGISTRY, _connector),
    form("audits:connector-turn", REGISTRY, lambda scene: [*_connector(scene), "off"]),
    page("audits:probe-run", ALL, _probe_run),
    page("audits:probe-progress", ALL, _probe_run),
    form("audits:probe-stop", PROBES, _probe_run),
    page("audits:probe-pairs", ALL - {"administrator"}, _probe_run),
    page("audits:probe-csv", ALL, _probe_run),
]

API: list[Line] = [
    read("audits_api:connectors", ALL, Scope.AUDITS_READ, slug_of),
    read("audits_api:probes", ALL, Scope.AUDITS_READ, slug_of),
    act(
        "audits_api:probes",
        PROBES,
        slug_of,
        lambda scene: {"connector": scene.connector.pk, "probe_set": scene.probe_set.pk, "cues": ["age"]},
        Scope.AUDITS_RUN,
    ),
    read("audits_api:probe", ALL, Scope.AUDITS_READ, _probe_run),
    act("audits_api:probe-stop", PROBES, _probe_run),
    read("audits_api:probe-sets", ALL, Scope.AUDITS_READ),
    act(
        "audits_api:probe-sets",
        PROBES,
        None,
        lambda scene: {"team": scene.home.slug, "document": {}},
        Scope.AUDITS_RUN,
        names_ours=True,
    ),
    read("audits_api:probe-set", ALL, Scope.AUDITS_READ, _probe_set),
    act("audits_api:probe-set-versions", PROBES, _probe_set, {"document": {}}, Scope.AUDITS_RUN),
]
