"""Probe sets of a team: copied from a shipped one, or handed in, and changed by writing a further version."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from audits.engine.probing import ProbeSet, SetError, faults_of, shipped_sets
from audits.models import ProbeSetVersion
from audits.programmes import config_hash
from portal.accounts.models import Team, User
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import Conflict, Invalid, NotFound

_MOST_FAULTS = 5
_LONGEST_NAME = 80
_LONGEST_NOTE = 200


def probe_set_copy(*, team_id: int, shipped: str, actor: Actor) -> ProbeSetVersion:
    """Give a team its own copy of a shipped set (by slug), to run and to change.

    Raises NotFound, Denied, and Conflict where the team has a set of this name. Writes `probe_set.created`.
    """
    source = next((one for one in shipped_sets() if slugify(one.name) == shipped), None)
    if source is None:
        raise NotFound("There is no such item.")
    return _create(team_id, source, copied_from=f"{source.name} v{source.version}", note="", actor=actor)


def probe_set_create(*, team_id: int, document: Any, note: str = "", actor: Actor) -> ProbeSetVersion:
    """Write the first version of a set of the team's own.

    Raises NotFound, Denied, Conflict where the team has a set of this name, and Invalid that names the template or cue
    and the field. Writes `probe_set.created`.
    """
    return _create(team_id, probe_set_read(document), copied_from="", note=note, actor=actor)


def probe_set_change(*, probe_set_id: int, document: Any, note: str = "", actor: Actor) -> ProbeSetVersion:
    """Write the next version of a set; the versions before it stay as they are.

    Returns the version that is there where nothing would change. Raises NotFound, Denied, Invalid that names the
    template or cue and the field, and Conflict where `probe_set_id` is not the newest version any more. Writes
    `probe_set.changed`.
    """
    with transaction.atomic():
        before = ProbeSetVersion.objects.filter(pk=probe_set_id).first()
        if before is None:
            raise NotFound("There is no such item.")
        require(actor, "probes.change", before)
        # Versions of a team are written one after the other.
        Team.objects.select_for_update(no_key=True).get(pk=before.team_id)
        newest = ProbeSetVersion.objects.filter(team=before.team_id, slug=before.slug).order_by("-version")[0]
        if newest.pk != before.pk:
            raise Conflict(
                f"Version {newest.version} was written meanwhile; make your change in that one.", code="probe_set_newer"
            )
        found = probe_set_read(document)
        if slugify(found.name) != before.slug:
            raise Invalid("The name of a set stays as it is.", field="name")
        if _content_hash(found) == before.content_hash:
            return before
        made = _write(found, team_id=before.team_id, version=before.version + 1, note=note, actor=actor)
        _record(made, "probe_set.changed", actor)
        return made


def probe_set_read(document: Any) -> ProbeSet:
    """The set that a document describes. Raises Invalid that names the template or cue and the field."""
    try:
        found = ProbeSet.from_json(document)
    except SetError as error:
        raise Invalid(str(error), field="document") from error
    if len(found.name) > _LONGEST_NAME or not slugify(found.name):
        raise Invalid(f"The name must have letters, and at most {_LONGEST_NAME} characters.", field="name")
    faults = faults_of(found)
    if faults:
        told = "; ".join(str(fault) for fault in faults[:_MOST_FAULTS])
        more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        raise Invalid(told + more, field="document")
    return found


def _create(team_id: int, found: ProbeSet, *, copied_from: str, note: str, actor: Actor) -> ProbeSetVersion:
    with transaction.atomic():
        team = Team.objects.select_for_update(no_key=True).filter(pk=team_id).first()
        if team is None:
            raise NotFound("There is no such item.")
        require(actor, "probes.change", team)
        if ProbeSetVersion.objects.filter(team=team, slug=slugify(found.name)).exists():
            raise Conflict(f"The team has a probe set “{found.name}” already.", code="probe_set_exists")
        made = _write(found, team_id=team.pk, version=1, note=note, actor=actor, copied_from=copied_from)
        _record(made, "probe_set.created", actor)
        return made


def _write(
    found: ProbeSet, *, team_id: int, version: int, note: str, actor: Actor, copied_from: str = ""
) -> ProbeSetVersion:
    if len(note) > _LONGEST_NOTE:
        raise Invalid(f"At most {_LONGEST_NOTE} characters.", field="note")
    return ProbeSetVersion.objects.create(
        team_id=team_id,
        slug=slugify(found.name),
        version=version,
        name=found.name,
        document={**found.to_json(), "version": version},
        content_hash=_content_hash(found),
        note=note.strip(),
        copied_from=copied_from,
        created_by=actor if isinstance(actor, User) else None,
        created_at=timezone.now(),
    )


def _content_hash(found: ProbeSet) -> str:
    return config_hash({**found.to_json(), "version": 0})


def _record(made: ProbeSetVersion, action: str, actor: Actor) -> None:
    document = made.document
    ledger.append(
        action=action,
        actor=actor,
        obj=made,
        team_id=made.team_id,
        data={
            "slug": made.slug,
            "version": made.version,
            "content": made.content_hash,
            "templates": len(document["templates"]),
            "cues": len(document["cues"]),
        },
    )
