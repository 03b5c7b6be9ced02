"""The audit programme of an assistant."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC
from typing import Any

from django.db import transaction
from django.utils import timezone

from assistants.models import Assistant
from audits.models import Programme
from audits.models.cycles import Frequency
from audits.periods import next_opening
from audits.programmes import checks_validated, config_hash, default_checks
from audits.queries.truths import pairs_of
from audits.services.stale_days import counted_days_mark_stale
from portal.accounts.models import User
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import Invalid, NotFound


@transaction.atomic
def programme_ensure(*, assistant: Assistant) -> Programme:
    """The assistant's programme; the default one (every check, every month) is made where there is none."""
    today = timezone.now().astimezone(UTC).date()
    programme, made = Programme.objects.get_or_create(
        assistant=assistant,
        defaults={
            "checks": checks_validated(default_checks()),
            "next_opens_on": next_opening(Frequency.MONTHLY, today),
        },
    )
    if made:
        _record(programme, SYSTEM)
    return programme


@transaction.atomic
def programme_change(
    *,
    programme_id: int,
    actor: Actor,
    checks: Any,
    frequency: str,
    active: bool,
    notify: Collection[User] | None = None,
) -> Programme:
    """Set what is checked, by which bars, how often, and who is told. Cycles that are open keep what they froze.

    Raises NotFound, Denied, and Invalid that names the field. Writes `programme.changed`.
    """
    programme = (
        Programme.objects.select_for_update(of=("self",)).select_related("assistant").filter(pk=programme_id).first()
    )
    if programme is None:
        raise NotFound("There is no such item.")
    require(actor, "audits.programme_change", programme)
    if frequency not in Frequency.values:
        raise Invalid(f"Choose one of {', '.join(Frequency.values)}.", field="frequency")
    pairs_before = pairs_of(programme.checks)
    programme.checks = checks_validated(checks)
    if frequency != programme.frequency or (active and not programme.active):
        programme.next_opens_on = next_opening(frequency, timezone.now().astimezone(UTC).date())
    programme.frequency, programme.active = frequency, active
    programme.save(update_fields=["checks", "frequency", "active", "next_opens_on"])
    if notify is not None:
        programme.notify.set(notify)
    if new := pairs_of(programme.checks).items() - pairs_before.items():
        # Decisions are counted beside the truth only where they are paired: their days are counted again.
        measures = [f"outcome.{decision}" for decision, _ in new]
        counted_days_mark_stale(assistant_id=programme.assistant_id, measures=measures)
    _record(programme, actor)
    return programme


def _record(programme: Programme, actor: Actor) -> None:
    ledger.append(
        action="programme.changed",
        actor=actor,
        obj=programme,
        team_id=programme.assistant.team_id,
        data={
            "frequency": programme.frequency,
            "active": programme.active,
            "checks": config_hash({"checks": programme.checks}),
        },
    )
