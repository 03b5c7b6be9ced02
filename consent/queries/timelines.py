"""A data subject's consents over time, as they were known on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from consent.evaluation import Decision, decide, plausible, voided_by
from consent.models import ConsentEvent, DataSubject, Purpose
from consent.queries.decisions import Use, clock_skew, evaluate_many, histories_of, notice_versions


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An event, the decision in force once it had certainly taken effect, and the event that took it back, if any."""

    event: ConsentEvent
    decision: Decision
    voided_by: int | None


@dataclass(frozen=True, slots=True)
class PurposeDecision:
    """What one purpose was answered."""

    purpose: Purpose
    decision: Decision


def timeline(*, subject: DataSubject, known_at: datetime) -> list[TimelineEntry]:
    """The events on record at `known_at`, oldest first. A constant number of queries."""
    events = {
        event.pk: event
        for event in ConsentEvent.objects.filter(subject=subject, recorded_at__lte=known_at).select_related(
            "purpose", "notice"
        )
    }
    purposes = {event.purpose_id for event in events.values()}
    histories = histories_of([subject.pk], purposes, known_at=known_at)
    notices, skew = notice_versions(purposes), clock_skew()
    entries = []
    for history in histories.values():
        voided = voided_by(history.events)
        for one in history.events:
            event = events[one.id]
            decision = decide(
                history.events,
                purpose=one.purpose,
                basis=event.purpose.lawful_basis,
                use_time=plausible(one, skew=skew)[1],
                known_at=known_at,
                notices=notices,
                minor_below_age=history.minor_below_age,
                skew=skew,
            )
            entries.append(TimelineEntry(event, decision, voided.get(one.id)))
    return sorted(entries, key=lambda entry: (max(entry.event.occurred_at, entry.event.valid_from), entry.event.pk))


def decisions_by_purpose(*, subject: DataSubject, use_time: datetime, known_at: datetime) -> list[PurposeDecision]:
    """What each purpose of the subject's team would have been answered. A constant number of queries."""
    purposes = list(Purpose.objects.filter(team=subject.team_id).order_by("code"))
    decisions = evaluate_many(uses=[Use(subject.pk, purpose, use_time) for purpose in purposes], known_at=known_at)
    return [PurposeDecision(purpose, decision) for purpose, decision in zip(purposes, decisions, strict=True)]
