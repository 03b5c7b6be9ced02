"""What the demo shows of the daily watch: it begins with the first conversation, Aria's within what was asked alone."""

from __future__ import annotations

from django.utils import timezone

from assistants.models import Assistant
from audits.models import Programme
from audits.services.programmes import programme_change, programme_ensure
from audits.services.watch import watch_ensure
from audits.states import CheckKind
from portal.accounts.models import User


def watch_seed(*, assistant: Assistant, administrator: User) -> None:
    """Begin the watch; workers count all closed days as soon as they have scanned the conversations."""
    programme = programme_ensure(assistant=assistant)
    if assistant.slug == "aria":
        programme = _by_intent(programme, administrator)
    watch_ensure(programme=programme, next_run_at=timezone.now())


def _by_intent(programme: Programme, administrator: User) -> Programme:
    """Of some seven customers of 65 and over a day, strata by intent and channel would leave hardly two to compare."""
    checks = [
        {**entry, "params": {**entry["params"], "strata": ["intent"]}}
        if entry["kind"] == CheckKind.MONITORING
        else entry
        for entry in programme.checks
    ]
    return programme_change(
        programme_id=programme.pk,
        actor=administrator,
        checks=checks,
        frequency=programme.frequency,
        active=programme.active,
    )
