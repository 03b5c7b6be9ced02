"""Is data still there that the retention rules say should long be gone? (GDPR Art. 5(1)(e), storage limitation.)

What counts is the state at the moment of the check, whatever the window: data of any day can be overdue.
"""

from __future__ import annotations

from collections import Counter

import msgspec
from django.utils import timezone

from audits.checks.contract import (
    MOST_EVIDENCE,
    Check,
    CheckContext,
    CheckOutcome,
    CheckSpec,
    Scope,
    Settings,
    one_by_one,
)
from audits.checks.tables import counted, table
from audits.states import CheckKind, CheckState, Severity
from consent.queries.retention_due import Figures, assistant_figures, conversations_in_breach

TARGET = "kept beyond its time"
MANY = 1000


class RetentionSettings(Settings, frozen=True, kw_only=True):
    """No thresholds: one row that is there beyond deadline and grace, without a legal hold, is a breach."""


def expand(settings: RetentionSettings, scope: Scope) -> list[CheckSpec]:
    """One question where the team has rules in force, none otherwise."""
    if not scope.retention:
        return []
    return [CheckSpec(kind=CheckKind.RETENTION, target=TARGET, params=msgspec.to_builtins(settings))]


def run(context: CheckContext) -> CheckOutcome:
    """Failed where anything is past its deadline and grace, not held, and could still be read."""
    now = timezone.now()
    found = assistant_figures(team_id=context.assistant.team_id, assistant_id=context.assistant.pk, now=now)
    governed = [one for one in found if one.governed]
    overdue = [one for one in governed if one.breach]
    kept, breaches = sum(one.kept for one in governed), sum(one.breach for one in overdue)
    decided = CheckState.FAILED if breaches else CheckState.PASSED
    return CheckOutcome(
        state=decided if governed else CheckState.INSUFFICIENT_DATA,
        sentence=_sentence(governed, overdue, kept=kept, breaches=breaches),
        result={
            "tables": [
                table(
                    "What is kept, by kind of data",
                    (
                        ("Kind of data", "text"),
                        ("Kept", "count"),
                        ("Due", "count"),
                        ("Held back", "count"),
                        ("Beyond grace", "count"),
                    ),
                    [[_name(one, context), one.kept, one.due, one.held, one.breach] for one in governed],
                )
            ],
            "figures": {
                "n": kept,
                "breach": breaches,
                "due": sum(one.due for one in governed),
                "held": sum(one.held for one in governed),
                "ungoverned": len(found) - len(governed),
            },
        },
        n=kept,
        title="Personal data is kept longer than the retention rules allow",
        severity=Severity.HIGH if breaches >= MANY else Severity.MEDIUM,
        evidence=_evidence(context, overdue) if breaches else (),
    )


def _sentence(governed: list[Figures], overdue: list[Figures], *, kept: int, breaches: int) -> str:
    if not governed:
        return "No retention rule covers every purpose of this assistant, so that its data is kept without limit."
    if not breaches:
        return f"Of {counted(kept, 'record')} under a retention rule, none is kept beyond its deadline and grace."
    by_kind: Counter[str] = Counter()
    for one in overdue:
        by_kind[one.kind_label.lower()] += one.breach
    kinds = ", ".join(f"{kind}: {breach:,}" for kind, breach in by_kind.items())
    return f"{counted(breaches, 'record')} should be gone and can still be read ({kinds})."


def _name(one: Figures, context: CheckContext) -> str:
    """The kind of data, and which data set where it is one's."""
    return one.kind_label if one.label == context.assistant.name else f"{one.kind_label} ({one.label})"


def _evidence(context: CheckContext, overdue: list[Figures]) -> list[tuple[int, str]]:
    found: dict[int, str] = {}
    for one in overdue:
        ids = conversations_in_breach(
            team_id=context.assistant.team_id,
            assistant_id=context.assistant.pk,
            data_class=one.data_class,
            now=timezone.now(),
            most=MOST_EVIDENCE,
        )
        for pk in ids:
            found.setdefault(pk, f"{one.kind_label}: kept beyond deadline and grace.")
    return list(found.items())[:MOST_EVIDENCE]


CHECK = Check(kind=CheckKind.RETENTION, settings=RetentionSettings, expand=expand, answer=one_by_one(run))
