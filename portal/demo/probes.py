"""The demo company's probe: connectors to the demo assistant and its judge, and one run that finds what is planted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction

from assistants.models import Assistant
from audits.models import ProbeConnector, ProbeSetVersion
from audits.probe_states import ConnectorKind
from audits.services.probing.connectors import connector_save
from audits.services.probing.runs import probe_run_start
from portal.accounts.models import User
from portal.core.actors import SYSTEM

CONNECTOR = "Demo assistant"
JUDGE_CONNECTOR = "Demo judge"
SEED = 11


def probe_seed(*, assistant: Assistant, manager: User) -> None:
    """Write the connectors down and start a run of the team's probe set; nothing where no demo assistant serves."""
    if not settings.PROBITY_DEMO_ASSISTANT:
        return
    version = ProbeSetVersion.objects.get(team=assistant.team_id, slug="customer-service")
    connector, judge = (
        connector_save(assistant_id=assistant.pk, values=values, secret=None, actor=manager)
        for values in _values(settings.PROBITY_DEMO_ASSISTANT).values()
    )
    probe_run_start(
        connector_id=connector.pk,
        judge_id=judge.pk,
        version_id=version.pk,
        cues=["name"],
        pairs_per_template=1,
        seed=SEED,
        actor=manager,
    )


@transaction.atomic
def connectors_point_at(place: str) -> int:
    """Point the demo company's connectors at `host:port`, where they lead elsewhere; returns how many did."""
    moved = 0
    for name, values in _values(place).items():
        stale = ProbeConnector.objects.filter(assistant__team__synthetic=True, name=name).exclude(url=values["url"])
        for connector in list(stale):
            connector_save(
                assistant_id=connector.assistant_id, connector_id=connector.pk, values=values, secret=None, actor=SYSTEM
            )
            moved += 1
    return moved


def _values(place: str) -> dict[str, dict[str, Any]]:
    """What is written down of each connector, by name: the assistant's first."""
    assistant = {
        "name": CONNECTOR,
        "kind": ConnectorKind.OPENAI,
        "url": f"http://{place}/v1/chat/completions",
        "model": "brightwater-demo",
        "instructions": "You are Aria, the assistant of Brightwater. Answer briefly.",
        "body_template": "",
        "answer_path": "",
        "secret_header": "",
        "requests_per_minute": 6000,
        "at_a_time": 1,
        "timeout_seconds": 10,
        "max_answer_kb": 64,
        "max_tokens": 200,
        "run_requests": 5000,
        "month_requests": 50_000,
        "month_characters": 20_000_000,
    }
    judge = {
        "name": JUDGE_CONNECTOR,
        "url": f"http://{place}/judge/v1/chat/completions",
        "model": "brightwater-judge",
        "instructions": "",
    }
    return {CONNECTOR: assistant, JUDGE_CONNECTOR: {**assistant, **judge}}
