"""Looking a customer up. Who looked for whom is written down."""

from __future__ import annotations

from django.db import transaction

from consent.models import DataSubject
from consent.queries.subjects import subject_by_reference
from portal.accounts.models import Team
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import Actor


@transaction.atomic
def subject_look_up(*, team: Team, reference: str, actor: Actor) -> DataSubject | None:
    """The team's data subject with this reference, or None.

    Raises Denied. Writes `consent.looked_up` on the data subject, or on the team where nobody was found; never the
    reference itself.
    """
    require(actor, "consent.view", team)
    subject = subject_by_reference(team=team, reference=reference)
    ledger.append(
        action="consent.looked_up",
        actor=actor,
        obj=subject or team,
        team_id=team.pk,
        data={"found": subject is not None},
    )
    return subject
