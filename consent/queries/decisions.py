"""Consent decisions for uses of personal data, one or many at a time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import connection
from django.utils import timezone

from consent.evaluation import NO_SUBJECT, Decision
from consent.models import DataSubject
from consent.people import decide_for_person
from consent.queries.facts import clock_skew, notice_versions, people_of
from consent.queries.subjects import reference_index, reference_normalised
from portal.core.errors import Invalid

_NAMED = """
    SELECT p.id, p.lawful_basis, p.legal_claims, s.id
    FROM consent_purpose p
    LEFT JOIN consent_datasubject s ON s.team_id = p.team_id AND (s.reference_index = %s OR s.public_id = %s)
    WHERE p.team_id = %s AND p.code = %s
"""
_SUBJECTS = """
    SELECT id, public_id, reference_index FROM consent_datasubject
    WHERE team_id = %s AND (reference_index = ANY(%s) OR public_id = ANY(%s))
"""
_PURPOSES = "SELECT code, id, lawful_basis, legal_claims FROM consent_purpose WHERE team_id = %s"


class DecidedPurpose(Protocol):
    """What of a purpose decides."""

    @property
    def pk(self) -> int: ...
    @property
    def lawful_basis(self) -> str: ...
    @property
    def legal_claims(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class PurposeTerms:
    """A purpose as far as it decides."""

    pk: int
    lawful_basis: str
    legal_claims: bool


@dataclass(frozen=True, slots=True)
class Use:
    """One use of one data subject's data (None: nobody knows whose) for one purpose."""

    subject_id: int | None
    purpose: DecidedPurpose
    use_time: datetime


def named_use(
    *, team_id: int, purpose: str, reference: str | None = None, subject: uuid.UUID | None = None
) -> tuple[int | None, PurposeTerms] | None:
    """The data subject's id, None where there is none, and the purpose; None for an unknown purpose. One query.

    The caller has checked `consent.view`.
    """
    normalised = reference_normalised(reference)
    index = None if normalised is None else reference_index(team_id=team_id, reference=normalised)
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [index, subject, team_id, purpose])
        row = cursor.fetchone()
    return None if row is None else (row[3], PurposeTerms(*row[:3]))


@dataclass(frozen=True, slots=True)
class UseName:
    """One use by the names that an integration knows: a purpose's code, and a reference or a pseudonym."""

    purpose: str
    reference: str | None
    subject: uuid.UUID | None
    use_time: datetime


def named_uses(*, team_id: int, names: Sequence[UseName]) -> list[Use]:
    """The uses meant, in their order; two queries. Raises Invalid, with its place, for an unknown purpose."""
    references = {name.reference for name in names if name.reference is not None}
    index_of = {
        reference: reference_index(team_id=team_id, reference=normalised)
        for reference in references
        if (normalised := reference_normalised(reference)) is not None
    }
    wanted = [name.subject for name in names if name.subject is not None]
    by_index: dict[bytes, int] = {}
    by_pseudonym: dict[uuid.UUID, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SUBJECTS, [team_id, list(index_of.values()), wanted])
        for subject_id, public_id, index in cursor:
            by_pseudonym[public_id] = subject_id
            if index is not None:
                by_index[bytes(index)] = subject_id
        cursor.execute(_PURPOSES, [team_id])
        purposes = {row[0]: PurposeTerms(*row[1:]) for row in cursor}
    uses = []
    for place, name in enumerate(names):
        if name.purpose not in purposes:
            raise Invalid("There is no such purpose.", field=f"uses[{place}].purpose")
        if name.subject is not None:
            subject_id = by_pseudonym.get(name.subject)
        else:
            subject_id = by_index.get(index_of.get(name.reference or "", b""))
        uses.append(Use(subject_id, purposes[name.purpose], name.use_time))
    return uses


def evaluate(
    *, subject: DataSubject | None, purpose: DecidedPurpose, use_time: datetime, known_at: datetime | None = None
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
