"""Connectors, probe sets and runs for tests, made as the pages make them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from assistants.models import Assistant
from audits.engine.probing import shipped_sets
from audits.models import ProbeConnector, ProbeRun, ProbeSetVersion
from audits.programmes import config_hash
from audits.services.probing.connectors import connector_save
from audits.services.probing.runs import probe_run_start
from portal.core.actors import SYSTEM, Actor
from tests.jobs import drain

SECRET = "sk-Zebra-4711-never-shown"


def values(place: str, **more: Any) -> dict[str, Any]:
    """What a person fills in for an endpoint at `host:port`: asked fast, with all the time a busy machine takes."""
    return {
        "name": "Chat",
        "kind": "openai",
        "url": f"http://{place}/v1/chat/completions",
        "model": "demo",
        "instructions": "",
        "body_template": "",
        "answer_path": "",
        "secret_header": "",
        "requests_per_minute": 6000,
        "at_a_time": 1,
        "timeout_seconds": 60,
        "max_answer_kb": 64,
        "max_tokens": 0,
        "run_requests": 5000,
        "month_requests": 50_000,
        "month_characters": 50_000_000,
        **more,
    }


def connector_make(
    assistant: Assistant, place: str, *, secret: str | None = SECRET, actor: Actor = SYSTEM, **more: Any
) -> ProbeConnector:
    return connector_save(assistant_id=assistant.pk, values=values(place, **more), secret=secret, actor=actor)


def version_make(assistant: Assistant, *, templates: int | None = None, version: int = 1) -> ProbeSetVersion:
    """The shipped set, or its first templates, as a version of the assistant's team."""
    document = shipped_sets()[0].to_json()
    if templates is not None:
        document["templates"] = document["templates"][:templates]
    return ProbeSetVersion.objects.create(
        team=assistant.team,
        slug="customer-service",
        name=document["name"],
        version=version,
        document=document,
        content_hash=config_hash(document),
        created_at=timezone.now(),
    )


def started(connector: ProbeConnector, version: ProbeSetVersion, **more: Any) -> ProbeRun:
    given = {"cues": ["name_gender"], "pairs_per_template": 1, "seed": 7, "actor": SYSTEM, **more}
    return probe_run_start(connector_id=connector.pk, version_id=version.pk, **given)


def drained(run: ProbeRun) -> ProbeRun:
    """The run after everything that is queued has been worked off in this process."""
    drain()
    run.refresh_from_db()
    return run
