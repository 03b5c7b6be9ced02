"""Publishing privacy notices. A published version never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consent.models import Notice, Purpose
from portal.accounts.models import Team
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import Conflict, Invalid


@transaction.atomic
def notice_publish(
    *,
    team: Team,
    code: str,
    language: str,
    content: str,
    purposes: Collection[Purpose],
    actor: Actor,
    material: bool = False,
    version: int | None = None,
    published_at: datetime | None = None,
) -> Notice:
    """Publish the next version of a notice, or a further language of the version that `version` names.

    All languages of a version name the same purposes and are equally material. `published_at` is now unless a past
    publication is being registered. Raises Denied, Invalid, and Conflict where that version has that language.
    Writes `notice.published`.
    """
    require(actor, "consent.configure", team)
    now = timezone.now()
    published_at = published_at or now
    _check(team, code, language, content, purposes)
    if published_at > now:
        raise Invalid("A notice is registered once customers can read it, not before.", field="published_at")
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    versions = Notice.objects.filter(team=team, code=code)
    latest = versions.order_by("-version").values_list("version", flat=True).first() or 0
    if version is None:
        version = latest + 1
    if not 1 <= version <= latest + 1:
        raise Invalid(f"The next version is {latest + 1}.", field="version")
    _fit_the_version(list(versions.filter(version=version)), language=language, material=material, purposes=purposes)
    notice = Notice.objects.create(
        team=team,
        code=code,
        version=version,
        language=language,
        content=content,
        content_hash=hashlib.sha256(content.encode()).hexdigest(),
        material=material,
        published_at=published_at,
        recorded_at=now,
    )
    notice.purposes.set(purposes)
    data = {
        "code": code,
        "version": version,
        "language": language,
        "content_hash": notice.content_hash,
        "material": material,
        "purposes": sorted(purpose.pk for purpose in purposes),
    }
    ledger.append(action="notice.published", actor=actor, obj=notice, team_id=team.pk, data=data)
    return notice


def _check(team: Team, code: str, language: str, content: str, purposes: Collection[Purpose]) -> None:
    for field, value in (("code", code), ("language", language), ("content", content)):
        if not value.strip():
            raise Invalid("Must not be blank.", field=field)
    if not purposes:
        raise Invalid("A notice names at least one purpose.", field="purposes")
    if any(purpose.team_id != team.pk for purpose in purposes):
        raise Invalid("A notice names purposes of its own team.", field="purposes")


def _fit_the_version(siblings: list[Notice], *, language: str, material: bool, purposes: Collection[Purpose]) -> None:
    if any(sibling.language == language for sibling in siblings):
        raise Conflict("That version is published in this language.", field="language", code="notice_exists")
    for sibling in siblings[:1]:
        if sibling.material != material:
            raise Invalid("All languages of a version are equally material.", field="material")
        if set(sibling.purposes.values_list("pk", flat=True)) != {purpose.pk for purpose in purposes}:
            raise Invalid("All languages of a version name the same purposes.", field="purposes")
