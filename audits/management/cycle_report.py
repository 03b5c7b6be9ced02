"""A cycle's verdicts as text and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from audits.models import CheckRun, Cycle, Finding

_WIDTH = 110
_INDENT = "    "


def text_report(cycle: Cycle, runs: Sequence[CheckRun], findings: Sequence[Finding], *, seconds: float) -> str:
    """The verdict table, each verdict with its sentence, and what was found."""
    last = cycle.period_until - timedelta(days=1)
    lines = [
        f"Cycle {cycle.pk} of {cycle.assistant.slug}, {cycle.period_from} to {last}: "
        f"{cycle.get_state_display().lower()} after {seconds:.1f} s",
        "",
    ]
    widths = [
        max((len(value) for value in column), default=0) for column in zip(*[_cells(run) for run in runs], strict=True)
    ]
    for run in runs:
        cells = [cell.ljust(width) for cell, width in zip(_cells(run), widths, strict=True)]
        lines.append("  ".join(cells).rstrip())
        text = run.sentence or f"The check ended with {run.error}."
        lines += textwrap.wrap(text, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)
    lines += ["", "No findings." if not findings else f"{len(findings)} finding{'s' * (len(findings) > 1)}:"]
    lines += [f"{_INDENT}{finding.pk}  {finding.get_severity_display()}  {finding.title}" for finding in findings]
    return "\n".join(lines)


def json_report(
    cycle: Cycle, runs: Sequence[CheckRun], findings: Sequence[Finding], *, seconds: float | None
) -> dict[str, Any]:
    """The same for programs; `seconds` is null where nobody waited."""
    return {
        "cycle": cycle.pk,
        "assistant": cycle.assistant.slug,
        "from": cycle.period_from.isoformat(),
        "to": (cycle.period_until - timedelta(days=1)).isoformat(),
        "state": cycle.state,
        "config_hash": cycle.config_hash,
        "seconds": None if seconds is None else round(seconds, 3),
        "checks": [
            {
                "id": run.pk,
                "kind": run.kind,
                "target": run.target,
                "verdict": run.state,
                "n": run.n,
                "sentence": run.sentence,
                "error": run.error,
                "config_hash": run.config_hash,
                "result": run.result,
            }
            for run in runs
        ],
        "findings": [
            {
                "id": finding.pk,
                "kind": finding.kind,
                "severity": finding.severity,
                "state": finding.state,
                "title": finding.title,
                "sentence": finding.sentence,
            }
            for finding in findings
        ],
    }


def _cells(run: CheckRun) -> tuple[str, ...]:
    return run.get_state_display(), run.get_kind_display(), run.target, f"n = {run.n:,}"
