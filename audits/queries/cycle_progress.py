"""How far a cycle is, for whoever waits for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, Min, QuerySet

from assistants.models import Assistant, Conversation
from assistants.states import ConversationState
from audits.models import Cycle, Finding
from audits.states import CHECK_DECIDED, CheckState


@dataclass(frozen=True, slots=True)
class CycleProgress:
    """How far a cycle is. `unscanned` counts the conversations of its period that still wait to be scanned."""

    state: str
    unscanned: int
    verdicts: dict[str, int]

    @property
    def checks(self) -> int:
        return sum(self.verdicts.values())

    @property
    def decided(self) -> int:
        return sum(n for state, n in self.verdicts.items() if state in CHECK_DECIDED)


def findings_of(cycle: Cycle) -> QuerySet[Finding]:
    """The findings that the cycle raised or saw again."""
    return Finding.objects.filter(seen_in__cycle=cycle).distinct().order_by("pk")


def cycle_progress(cycle_id: int) -> CycleProgress:
    """Where the cycle stands now, in three queries."""
    cycle = Cycle.objects.get(pk=cycle_id)
    verdicts = Counter(cycle.check_runs.values_list("state", flat=True))
    unscanned = Conversation.objects.filter(
        assistant_id=cycle.assistant_id,
        state=ConversationState.RECEIVED,
        day__gte=cycle.period_from,
        day__lt=cycle.period_until,
    )
    return CycleProgress(
        state=cycle.state,
        unscanned=unscanned.count(),
        verdicts={str(state): verdicts[state] for state in CheckState if verdicts[state]},
    )


def days_with_conversations(assistant: Assistant) -> tuple[date, date] | None:
    """The days (from ≤ day < until) that hold all conversations of the assistant; None where it has none."""
    days = Conversation.objects.filter(assistant=assistant).aggregate(first=Min("day"), last=Max("day"))
    if days["first"] is None:
        return None
    return days["first"], days["last"] + timedelta(days=1)
