"""Consent decisions for uses of personal data, one or many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from consent.evaluation import NO_SUBJECT, Decision
from consent.models import DataSubject, Purpose
from consent.people import decide_for_person
from consent.queries.facts import clock_skew, notice_versions, people_of


@dataclass(frozen=True, slots=True)
class Use:
    """One use of one data subject's data (None: nobody knows whose) for one purpose."""

    subject_id: int | None
    purpose: Purpose
    use_time: datetime


def evaluate(
    *, subject: DataSubject | None, purpose: Purpose, use_time: datetime, known_at: datetime | None = None
) -> Decision:
    """Decide one use, from what was on record at `known_at` (now, unless given)."""
    use = Use(None if subject is None else subject.pk, purpose, use_time)
    return evaluate_many(uses=[use], known_at=known_at)[0]


def evaluate_many(*, uses: Sequence[Use], known_at: datetime | None = None) -> list[Decision]:
    """Decide many uses, in their order, with four queries whatever their number."""
    known_at = known_at or timezone.now()
    subjects = {use.subject_id for use in uses if use.subject_id is not None}
    if not subjects:
        return [NO_SUBJECT] * len(uses)
    purposes = {use.purpose.pk for use in uses}
    people = people_of(subjects, purposes, known_at=known_at)
    notices, skew = notice_versions(purposes), clock_skew()
    return [
        NO_SUBJECT
        if use.subject_id is None
        else decide_for_person(
            people[use.subject_id],
            purpose=use.purpose.pk,
            basis=use.purpose.lawful_basis,
            legal_claims=use.purpose.legal_claims,
            use_time=use.use_time,
            known_at=known_at,
            notices=notices,
            skew=skew,
        )
        for use in uses
    ]
