"""The registry: assistants, their life, their releases, data sources and audited attributes.

Permissions are those of `assistants.rules`. SYSTEM, an operator's command line, needs none. The ledger says who
changed which fields and states, not what was written into them: texts may name people.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q

from assistants.models import Assistant, AuditedAttribute, DataSource, Release
from assistants.services.short_names import require_free
from assistants.states import ASSISTANT, AssistantState
from consent.models import Purpose
from portal.accounts.models import Team, User
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import Invalid, NotFound

# What stands where an assistant's short name would stand in an address.
_ADDRESSES = frozenset({"new"})
_DECIDED_BY_APPROVERS = frozenset({AssistantState.APPROVED, AssistantState.REJECTED})


class AssistantDetails(TypedDict, total=False):
    """What an owner declares about an assistant; see the model for what each means."""

    name: str
    owner: User | None
    vendor: str
    purpose: str
    out_of_scope: str
    limitations: str
    risk_tier: str
    channels: list[str]
    languages: list[str]
    disclosure_texts: dict[str, str]
    human_handoff: str
    next_review: date | None
    jurisdiction: str


class ReleaseDetails(TypedDict, total=False):
    """What may be said of a release beyond what must be."""

    provider: str
    prompt_hash: str
    knowledge_base: str
    knowledge_base_hash: str
    guardrails: str
    tools: list[str]
    changes: str


class DataSourceDetails(TypedDict, total=False):
    """What may be said of a data source beyond what must be."""

    licence: str
    lawful_basis: str
    personal_data: bool
    collected_from: date | None
    collected_until: date | None
    description: str


@transaction.atomic
def assistant_register(
    *,
    team: Team,
    slug: str,
    actor: Actor,
    purposes: Iterable[Purpose] = (),
    **details: Unpack[AssistantDetails],
) -> Assistant:
    """Propose an assistant. Its conversations are checked against each of `purposes`.

    Raises NotFound, Denied, and Invalid (a taken slug, another team's purpose). Writes `assistant.registered`.
    """
    _require(actor, "assistants.change", team)
    require_free(slug, among=Assistant.objects.all(), own=Q(team=team), reserved=_ADDRESSES)
    assistant = Assistant(team=team, slug=slug, **{"name": slug, **details})
    _validate(assistant)
    assistant.save()
    _set_purposes(assistant, purposes)
    _record("assistant.registered", assistant, actor, {"slug": slug})
    return assistant


@transaction.atomic
def assistant_change(
    *,
    assistant_id: int,
    actor: Actor,
    purposes: Iterable[Purpose] | None = None,
    **details: Unpack[AssistantDetails],
) -> Assistant:
    """Change what is declared about an assistant; what is not given stays.

    Conversations keep the consent noted when they came in. Raises NotFound, Denied and Invalid. Writes
    `assistant.changed` with the names of the changed fields, and nothing where nothing differs.
    """
    assistant = _locked(assistant_id, actor, "assistants.change")
    changed = [name for name, value in details.items() if getattr(assistant, name) != value]
    for name in changed:
        setattr(assistant, name, details[name])  # type: ignore[literal-required]
    _validate(assistant)
    if changed:
        assistant.save(update_fields=changed)
    if purposes is not None and _set_purposes(assistant, purposes):
        changed.append("purposes")
    if changed:
        _record("assistant.changed", assistant, actor, {"fields": sorted(changed)})
    return assistant


@transaction.atomic
def assistant_move(*, assistant_id: int, state: AssistantState, actor: Actor) -> Assistant:
    """Move an assistant on in its life. Approving and rejecting are an approver's.

    Raises NotFound, Denied, and Conflict where the transition table does not allow it. Writes `assistant.moved`.
    """
    approval = state in _DECIDED_BY_APPROVERS
    assistant = _locked(assistant_id, actor, "assistants.approve" if approval else "assistants.change")
    before = assistant.state
    ASSISTANT.require(before, state)
    assistant.state = state
    assistant.save(update_fields=["state"])
    _record("assistant.moved", assistant, actor, {"from": before, "to": state.value})
    return assistant


@transaction.atomic
def release_register(
    *,
    assistant_id: int,
    version: str,
    model: str,
    algorithm: str,
    released_at: datetime,
    actor: Actor,
    **details: Unpack[ReleaseDetails],
) -> Release:
    """Add a release, which is final: nothing changes it afterwards.

    `algorithm` says in plain words how it decides. Raises NotFound, Denied, and Invalid (a taken version). Writes
    `release.registered`.
    """
    assistant = _locked(assistant_id, actor, "assistants.change")
    release = Release(
        assistant=assistant, version=version, model=model, algorithm=algorithm, released_at=released_at, **details
    )
    _validate(release)
    release.save()
    _record("release.registered", assistant, actor, {"release": release.pk, "version": version}, obj=release)
    return release


@transaction.atomic
def data_source_register(
    *,
    assistant_id: int,
    name: str,
    kind: str,
    origin: str,
    actor: Actor,
    releases: Iterable[Release] = (),
    **details: Unpack[DataSourceDetails],
) -> DataSource:
    """Say what an assistant, in these releases, learned from or looks things up in.

    Raises NotFound, Denied, and Invalid (an unknown kind, another assistant's release). Writes
    `data_source.registered`.
    """
    assistant = _locked(assistant_id, actor, "assistants.change")
    source = DataSource(assistant=assistant, name=name, kind=kind, origin=origin, **details)
    _validate(source)
    chosen = list(releases)
    if any(release.assistant_id != assistant.pk for release in chosen):
        raise Invalid("A release of another assistant cannot be chosen.", field="releases")
    source.save()
    source.releases.set(chosen)
    data = {"data_source": source.pk, "kind": source.kind, "releases": sorted(release.pk for release in chosen)}
    _record("data_source.registered", assistant, actor, data, obj=source)
    return source


@transaction.atomic
def audited_attribute_declare(
    *, assistant_id: int, name: str, actor: Actor, label: str | None = None, reference: str | None = None
) -> AuditedAttribute:
    """Declare a customer attribute for auditing, or change its label and reference group, those that are given.

    It counts for conversations from now on. Earlier ones keep theirs sealed; handing one over again revises it, which
    moves the value to where it is counted. Raises NotFound, Denied and Invalid. Writes `audited_attribute.declared`,
    and nothing where nothing differs.
    """
    assistant = _locked(assistant_id, actor, "assistants.change")
    declared = AuditedAttribute.objects.filter(assistant=assistant, name=name).first()
    attribute = declared or AuditedAttribute(assistant=assistant, name=name)
    given = {"label": label, "reference": reference}
    changed = {field: value for field, value in given.items() if value not in (None, getattr(attribute, field))}
    if declared is not None and not changed:
        return declared
    for field, value in changed.items():
        setattr(attribute, field, value)
    _validate(attribute)
    attribute.save()
    _record("audited_attribute.declared", assistant, actor, {"name": name}, obj=attribute)
    return attribute


def _require(actor: Actor, permission: str, obj: models.Model) -> None:
    if actor is not SYSTEM:
        require(actor, permission, obj)


def _locked(assistant_id: int, actor: Actor, permission: str) -> Assistant:
    assistant = Assistant.objects.select_for_update(no_key=True).filter(pk=assistant_id).first()
    if assistant is None:
        raise NotFound("There is no such assistant.")
    _require(actor, permission, assistant)
    return assistant


def _set_purposes(assistant: Assistant, purposes: Iterable[Purpose]) -> bool:
    """Set what conversations are checked against; says whether that is a change."""
    wanted = {purpose.pk: purpose for purpose in purposes}
    if any(purpose.team_id != assistant.team_id for purpose in wanted.values()):
        raise Invalid("A purpose of another team cannot be chosen.", field="purposes")
    if set(assistant.purposes.values_list("pk", flat=True)) == set(wanted):
        return False
    assistant.purposes.set(wanted.values())
    return True


def _validate(row: models.Model) -> None:
    """Raise Invalid for the first field that the model itself finds wrong, unique constraints included."""
    try:
        row.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(messages[0], field=None if field == "__all__" else field) from error


def _record(
    action: str, assistant: Assistant, actor: Actor, data: dict[str, Any], *, obj: models.Model | None = None
) -> None:
    ledger.append(action=action, actor=actor, obj=obj or assistant, team_id=assistant.team_id, data=data)
