"""Restriction of processing (GDPR Art. 18): imposed, and lifted again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consent.models import DataSubject, ProcessingRestriction
from consent.services.restricting import announce_for
from consent.states import RestrictionGround
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import Conflict, Invalid, NotFound


@transaction.atomic
def restriction_impose(
    *, subject_id: int, ground: str, actor: Actor, imposed_at: datetime | None = None, source: str = "portal"
) -> ProcessingRestriction:
    """Restrict the processing of a data subject's data from `imposed_at` (now unless given, never later) on.

    Every use is then denied with `restricted`, except on a vital interest and for purposes of legal claims. Several
    restrictions can stand at once. Raises NotFound, Denied (`consent.record`) and Invalid. Writes
    `restriction.imposed`; tells the listeners.
    """
    subject = _locked_subject(subject_id, actor)
    now = timezone.now()
    if ground not in RestrictionGround.values:
        raise Invalid(f"One of: {', '.join(RestrictionGround.values)}.", field="ground")
    if imposed_at is not None and imposed_at > now:
        raise Invalid("A restriction starts now or earlier.", field="imposed_at")
    made = ProcessingRestriction.objects.create(
        subject=subject,
        ground=ground,
        imposed_at=imposed_at or now,
        recorded_at=now,
        source=source,
        imposed_by=actor.actor_ref,
    )
    data = {"subject": subject.pk, "ground": ground}
    ledger.append(action="restriction.imposed", actor=actor, obj=made, team_id=subject.team_id, data=data)
    announce_for(subject_ids=[subject.pk], team_id=subject.team_id)
    return made


@transaction.atomic
def restriction_lift(*, restriction_id: int, actor: Actor, lifted_at: datetime | None = None) -> ProcessingRestriction:
    """End a restriction at `lifted_at`: now unless given, neither later nor before its start.

    The data subject is to be told before (Art. 18(3)). Raises NotFound, Denied (`consent.record`), Invalid, and
    Conflict where it was lifted already. Writes `restriction.lifted`.
    """
    found = ProcessingRestriction.objects.filter(pk=restriction_id).values_list("subject_id", flat=True).first()
    if found is None:
        raise NotFound("There is no such item.")
    subject = _locked_subject(found, actor)
    restriction = ProcessingRestriction.objects.select_for_update().get(pk=restriction_id)
    now = timezone.now()
    if restriction.lifted_at is not None:
        raise Conflict("This restriction has been lifted already.", code="restriction_lifted")
    if lifted_at is not None and not restriction.imposed_at <= lifted_at <= now:
        raise Invalid("A restriction ends after its start, and not in the future.", field="lifted_at")
    restriction.lifted_at, restriction.lift_recorded_at = lifted_at or now, now
    restriction.lifted_by = actor.actor_ref
    restriction.save(update_fields=["lifted_at", "lift_recorded_at", "lifted_by"])
    data = {"subject": subject.pk, "ground": restriction.ground}
    ledger.append(action="restriction.lifted", actor=actor, obj=restriction, team_id=subject.team_id, data=data)
    return restriction


def _locked_subject(subject_id: int, actor: Actor) -> DataSubject:
    subject = DataSubject.objects.select_for_update(no_key=True).filter(pk=subject_id).first()
    if subject is None:
        raise NotFound("There is no such item.")
    require(actor, "consent.record", subject)
    return subject
