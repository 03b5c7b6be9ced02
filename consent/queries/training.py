"""Training is checked twice: was the data's collection permitted, and is its use permitted now?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.evaluation import Decision
from consent.models import Purpose
from consent.queries.decisions import Use, evaluate_many


@dataclass(frozen=True, slots=True)
class TrainingUse:
    """Data of one data subject (None: nobody knows whose), and when it was collected."""

    subject_id: int | None
    collected_at: datetime


@dataclass(frozen=True, slots=True)
class TrainingDecision:
    """The decision for the moment of collection and the one for now; both from all that is known now."""

    at_collection: Decision
    now: Decision

    @property
    def permitted(self) -> bool:
        return self.at_collection.permitted and self.now.permitted


def training_decisions(*, uses: Sequence[TrainingUse], purpose: Purpose, now: datetime) -> list[TrainingDecision]:
    """Decide both for each use, in their order, with four queries whatever their number.

    What became known after the collection counts for it as well: a consent that was since declared invalid never
    covered it, one that reached Probity late did.
    """
    collected = [Use(use.subject_id, purpose, use.collected_at) for use in uses]
    present = [Use(use.subject_id, purpose, now) for use in uses]
    decisions = evaluate_many(uses=[*collected, *present], known_at=now)
    return [
        TrainingDecision(then, today)
        for then, today in zip(decisions[: len(uses)], decisions[len(uses) :], strict=True)
    ]
