"""What the daily watch saw in a period, for a cycle; and the words for evidence, groups and days."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from audits.checks.contract import CheckContext, CheckOutcome
from audits.checks.gap_settings import dimension_name
from audits.checks.tables import counted, table
from audits.group_words import level_words
from audits.queries.watch import StreamFigures, watched_in
from audits.states import CheckState

_COLUMNS = (("Watched", "text"), ("Days", "count"), ("Evidence", "value"), ("Most", "value"), ("Alarm", "text"))


def evidence_text(log_evidence: float) -> str:
    """ "3.2 to 1", as far as anybody reads it."""
    if log_evidence >= math.log(1e6):
        return "more than a million to 1"
    evidence = math.exp(log_evidence)
    if evidence < 0.01:
        return "less than 0.01 to 1"
    if evidence >= 100:
        return f"{evidence:,.0f} to 1"
    return f"{evidence:.1f} to 1" if evidence >= 1 else f"{evidence:.2g} to 1"


def watch_report(context: CheckContext) -> CheckOutcome:
    """A watch where an alarm was raised in the window: the alarm itself has a finding."""
    streams = watched_in(assistant=context.assistant, window=context.window)
    alarmed = [one for one in streams if one.alarmed_on is not None and one.alarmed_on >= context.window.since]
    days = max((one.days for one in streams), default=0)
    if not days:
        state, sentence = CheckState.INSUFFICIENT_DATA, "No day of this period has been watched yet."
    elif alarmed:
        state = CheckState.WATCH
        named = "; ".join(stream_name(one) for one in alarmed)
        own = "It has a finding of its own" if len(alarmed) == 1 else "Each question has a finding of its own"
        sentence = f"The watch raised an alarm for {counted(len(alarmed), 'group')}: {named}. {own}."
    else:
        state = CheckState.PASSED
        most = max(streams, key=lambda one: one.most)
        sentence = (
            f"No alarm on {counted(days, 'day')}. The most evidence against “no difference” was "
            f"{evidence_text(most.most)} ({stream_name(most)}); the alarm is at {most.alarm:.0f} to 1."
        )
    return CheckOutcome(
        state=state,
        sentence=sentence,
        result={
            "tables": [table("Groups watched", _COLUMNS, [_report_row(one) for one in streams])],
            "figures": {
                "n": max((one.n for one in streams), default=0),
                "groups": len(streams),
                "days": days,
                "alarms": len(alarmed),
                "passed": len(streams) - len(alarmed),
                "failed": len(alarmed),
            },
        },
        n=max((one.n for one in streams), default=0),
        title="The daily watch raised an alarm",
    )


def stream_name(one: StreamFigures) -> str:
    """ "resolved, age group: 65+ against 35–64"."""
    name = spoken(dimension_name(one.dimension))
    group, reference = level_words(one.dimension, one.group), level_words(one.dimension, one.reference)
    return f"{spoken(one.outcome)}, {name}: {group} against {reference}"


def _report_row(one: StreamFigures) -> list[Any]:
    return [
        stream_name(one),
        one.days,
        evidence_text(one.last),
        evidence_text(one.most),
        alarm_text(one.alarmed_on),
    ]


def spoken(name: str) -> str:
    return name.replace("_", " ")


def day_text(day: date) -> str:
    """In a sentence."""
    return f"{day:%-d %B %Y}"


def alarm_text(day: date | None) -> str:
    """In a column, written as every day of a table."""
    return f"{day:%-d %b %Y}" if day else "none"
