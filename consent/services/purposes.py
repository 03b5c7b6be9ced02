"""The register of purposes: what data is used for, and on which lawful basis."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from consent.models import Purpose
from consent.states import LawfulBasis
from portal.accounts.models import Team
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import Conflict, Invalid


@transaction.atomic
def purpose_create(
    *,
    team: Team,
    code: str,
    name: str,
    lawful_basis: str,
    actor: Actor,
    description: str = "",
    legal_claims: bool = False,
) -> Purpose:
    """Register a purpose. Code, lawful basis and whether it serves legal claims stay: past decisions rest on them.

    Raises Denied, Invalid, and Conflict where the team has that code. Writes `purpose.created`.
    """
    require(actor, "consent.configure", team)
    if lawful_basis not in LawfulBasis.values:
        raise Invalid("There is no such lawful basis.", field="lawful_basis")
    if not code or not name.strip():
        raise Invalid("A purpose has a code and a name.", field="name" if code else "code")
    try:
        with transaction.atomic():
            purpose = Purpose.objects.create(
                team=team,
                code=code,
                name=name,
                description=description,
                lawful_basis=lawful_basis,
                legal_claims=legal_claims,
            )
    except IntegrityError as error:
        raise Conflict("The team has a purpose with this code.", field="code", code="purpose_exists") from error
    data = {"code": code, "lawful_basis": lawful_basis, "legal_claims": legal_claims}
    ledger.append(action="purpose.created", actor=actor, obj=purpose, team_id=team.pk, data=data)
    return purpose


@transaction.atomic
def purpose_change(*, purpose_id: int, actor: Actor, name: str, description: str, retired: bool = False) -> Purpose:
    """Reword a purpose, retire it or bring it back; another wording is another version of it.

    A retired purpose takes no new consents.

    Nothing else can change: a controller must not swap the lawful basis of data it already holds (EDPB Guidelines
    05/2020, 121–123), so another basis is another purpose. Raises Denied, Invalid. Writes `purpose.changed`.
    """
    purpose = Purpose.objects.select_for_update().get(pk=purpose_id)
    require(actor, "consent.configure", purpose)
    if not name.strip():
        raise Invalid("A purpose has a name.", field="name")
    changed = [
        field for field, value in (("name", name), ("description", description)) if getattr(purpose, field) != value
    ]
    if retired != (purpose.retired_at is not None):
        changed.append("retired_at")
    if not changed:
        return purpose
    purpose.name, purpose.description = name, description
    if "retired_at" in changed:
        purpose.retired_at = timezone.now() if retired else None
    if changed != ["retired_at"]:
        purpose.version += 1
    purpose.save(update_fields=[*changed, "version"])
    data = {"changed": changed, "retired": retired, "version": purpose.version}
    ledger.append(action="purpose.changed", actor=actor, obj=purpose, team_id=purpose.team_id, data=data)
    return purpose
