"""What the audits add to an assistant's page: its programme, cycles, open findings and volume."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistants.models import Assistant
from assistants.panels import add_panel
from audits.models import ProbeConnector, Programme
from audits.queries.cycle_figures import cycles_with_figures, verdict_counts
from audits.queries.cycles import CycleFilters, cycles_for
from audits.queries.findings import FindingFilters, findings_for
from audits.queries.probing import probe_runs_for
from audits.queries.volumes import conversations_counted, weekly_volume
from audits.states import FINDING, CheckKind
from portal.accounts.models import User
from portal.core.access import can
from portal.core.charts import sparkline

CYCLES = 5
FINDINGS = 10
PROBES = 5
WEEKS = 12


def audit_panel(assistant: Assistant, user: User) -> Mapping[str, Any]:
    """What `audits/_assistant_panel.html` shows to those who may see audits."""
    if not can(user, "audits.view", assistant):
        return {"may_view": False}
    cycles = cycles_with_figures(cycles_for(user, CycleFilters(assistant=assistant.slug)))[:CYCLES]
    volume = weekly_volume(assistant, weeks=WEEKS)
    return {
        "sections": [("findings", "Findings"), ("cycles", "Audit cycles"), ("programme", "Audit programme")],
        "may_view": True,
        "may_list": can(user, "coverage.view", assistant),
        "programme": _programme(assistant),
        "cycles": [(cycle, verdict_counts(cycle)) for cycle in cycles],
        "may_open": can(user, "audits.cycle_open", assistant),
        **_findings(assistant, user),
        "counted": conversations_counted(assistant),
        "volume": sparkline(
            [n for _, n in volume],
            title="Conversations, week by week",
            description=f"Conversations in each of the last {WEEKS} weeks.",
        )
        if volume
        else "",
    }


def _findings(assistant: Assistant, user: User) -> Mapping[str, Any]:
    filters = FindingFilters(states=tuple(sorted(FINDING.open)), assistant=assistant.slug)
    found = findings_for(user, filters)
    return {"findings": found[:FINDINGS], "open_findings": found.count(), "shown_findings": FINDINGS}


def _programme(assistant: Assistant) -> Mapping[str, Any] | None:
    programme = Programme.objects.filter(assistant=assistant).first()
    if programme is None:
        return None
    enabled = [CheckKind(check["kind"]).label for check in programme.checks if check.get("enabled", True)]
    return {"row": programme, "checks": enabled}


def probe_panel(assistant: Assistant, user: User) -> Mapping[str, Any]:
    """The latest probe runs, and the way to the next."""
    if not can(user, "audits.view", assistant):
        return {"may_view": False}
    runs = probe_runs_for(user, assistant=assistant.slug)
    active = ProbeConnector.objects.filter(assistant=assistant, active=True).exists()
    return {
        "sections": [("probes", "Probes")],
        "may_view": True,
        "runs": runs[:PROBES],
        "total": runs.count(),
        "connectors": active,
        "may_start": active and can(user, "probes.start", assistant),
    }


add_panel("audits/_assistant_panel.html", audit_panel)
add_panel("audits/_probes_panel.html", probe_panel)
