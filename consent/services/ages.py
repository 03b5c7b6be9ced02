"""Noting what is known of a data subject's age."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from consent.models import DataSubject, SubjectAgeNote
from consent.services.restricting import announce_for
from consent.states import AgeEvidence
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import Invalid, NotFound

OLDEST = 21


@transaction.atomic
def subject_age_note(
    *,
    subject_id: int,
    minor_below_age: int | None,
    evidence: str,
    actor: Actor,
    of_age_on: date | None = None,
    source: str = "portal",
) -> SubjectAgeNote:
    """Note that a data subject is younger than `minor_below_age` years, or, with None, that earlier notes were wrong.

    From then on a consent of theirs without an age band of its own needs a guardian, whenever it was given, until
    `of_age_on` where that is given. Raises NotFound, Denied (`consent.record`) and Invalid. Writes
    `subject.age_noted`; tells the listeners.
    """
    subject = DataSubject.objects.select_for_update(no_key=True).filter(pk=subject_id).first()
    if subject is None:
        raise NotFound("There is no such item.")
    require(actor, "consent.record", subject)
    if evidence not in AgeEvidence.values:
        raise Invalid(f"One of: {', '.join(AgeEvidence.values)}.", field="evidence")
    if minor_below_age is not None and not 1 <= minor_below_age <= OLDEST:
        raise Invalid(f"Between 1 and {OLDEST} years.", field="minor_below_age")
    if minor_below_age is None and of_age_on is not None:
        raise Invalid("A day of coming of age belongs to a minor.", field="of_age_on")
    note = SubjectAgeNote.objects.create(
        subject=subject,
        minor_below_age=minor_below_age,
        of_age_on=of_age_on,
        evidence=evidence,
        source=source,
        actor=actor.actor_ref,
        recorded_at=timezone.now(),
    )
    subject.minor_below_age = minor_below_age
    subject.save(update_fields=["minor_below_age"])
    data = {"minor": minor_below_age is not None, "evidence": evidence}
    ledger.append(action="subject.age_noted", actor=actor, obj=subject, team_id=subject.team_id, data=data)
    announce_for(subject_ids=[subject.pk], team_id=subject.team_id)
    return note
