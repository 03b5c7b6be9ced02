"""A data subject's consents over time, as they were known on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from consent.evaluation import Decision, plausible, voided_by
from consent.models import ConsentEvent, DataSubject, Purpose
from consent.people import decide_for_person
from consent.queries.decisions import Use, evaluate_many
from consent.queries.facts import clock_skew, notice_versions, people_of


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
    """The events on record at `known_at`, of all whom the subject was merged with then as well, oldest first.

    The decision beside an event is the subject's. A constant number of queries.
    """
    purposes = {purpose.pk: purpose for purpose in Purpose.objects.filter(team=subject.team_id)}
    person = people_of([subject.pk], purposes, known_at=known_at)[subject.pk]
    known = [event for facts in person.everyone for event in facts.events]
    rows = ConsentEvent.objects.select_related("purpose", "notice", "subject").in_bulk([event.id for event in known])
    notices, skew = notice_versions(purposes), clock_skew()
    voided = voided_by(known)
    entries = []
    for one in known:
        event = rows[one.id]
        decision = decide_for_person(
            person,
            purpose=one.purpose,
            basis=event.purpose.lawful_basis,
            legal_claims=event.purpose.legal_claims,
            use_time=plausible(one, skew=skew)[1],
            known_at=known_at,
            notices=notices,
            skew=skew,
        )
        entries.append(TimelineEntry(event, decision, voided.get(one.id)))
    return sorted(entries, key=lambda entry: (max(entry.event.occurred_at, entry.event.valid_from), entry.event.pk))


def decisions_by_purpose(*, subject: DataSubject, use_time: datetime, known_at: datetime) -> list[PurposeDecision]:
    """What each purpose of the subject's team would have been answered. A constant number of queries."""
    purposes = list(Purpose.objects.filter(team=subject.team_id).order_by("code"))
    decisions = evaluate_many(uses=[Use(subject.pk, purpose, use_time) for purpose in purposes], known_at=known_at)
    return [PurposeDecision(purpose, decision) for purpose, decision in zip(purposes, decisions, strict=True)]
