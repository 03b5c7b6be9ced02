"""Registering data sets, settling their policy, freezing them, and saying which release learned from which.

The ledger says what was declared by its names and figures; texts may name people and stay out of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from assistants.models import Assistant, Dataset, DatasetRow, DataSource, Release, TrainedOn
from assistants.services.short_names import require_free
from assistants.states import DATASET, DatasetState
from consent.models import Purpose
from portal.accounts.models import User
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.jobs import enqueue

_LABEL = ("label", "label_favourable", "label_stratum")
_POLICY = frozenset({"k", "l", "allowed_types", "duplicates", "mode", "quasi_identifiers", "sensitive", *_LABEL})
_MOST_ATTRIBUTES = 20
_TYPE = re.compile(r"[A-Z][A-Z0-9_]*")


class DatasetDetails(TypedDict, total=False):
    """What may be said of a data set beyond what must be; see the model for what each means."""

    description: str
    language: str
    quasi_identifiers: Sequence[str]
    sensitive: Sequence[str]
    k: int
    l: int  # noqa: E741  (the letter of l-diversity)
    allowed_types: Sequence[str]
    duplicates: str
    mode: str
    label: str
    label_favourable: str
    label_stratum: str


@transaction.atomic
def dataset_register(
    *,
    assistant_id: int,
    slug: str,
    name: str,
    source: DataSource,
    purpose: Purpose,
    actor: Actor,
    **details: Unpack[DatasetDetails],
) -> Dataset:
    """Register a data set as a draft, with the policy that its audits and exports are held to.

    Raises NotFound, Denied, and Invalid (a taken slug, another assistant's source, another team's purpose). Writes
    `dataset.registered`.
    """
    assistant = Assistant.objects.select_for_update(no_key=True).filter(pk=assistant_id).first()
    if assistant is None:
        raise NotFound("There is no such assistant.")
    _require(actor, "datasets.change", assistant)
    require_free(slug, among=Dataset.objects.all(), own=Q(assistant__team=assistant.team_id))
    dataset = Dataset(
        assistant=assistant,
        slug=slug,
        name=name,
        source=source,
        purpose=purpose,
        policy_set_by=actor if isinstance(actor, User) else None,
        **details,
    )
    _validate(dataset)
    dataset.save()
    _record("dataset.registered", dataset, actor, {"slug": slug, **_policy(dataset)})
    return dataset


@transaction.atomic
def dataset_change(
    *, dataset_id: int, actor: Actor, name: str | None = None, **details: Unpack[DatasetDetails]
) -> Dataset:
    """Change what is declared, or the policy; what is not given stays.

    Which attributes are declared is settled by the first row, because undeclared ones are sealed away. Whoever
    changes the policy is from then on not who exports. Raises NotFound, Denied, Invalid and Conflict. Writes
    `dataset.changed` with the policy, and nothing where nothing differs.
    """
    dataset = dataset_locked(dataset_id, actor, "datasets.change")
    if dataset.state == DatasetState.WITHDRAWN:
        raise Conflict("This data set is out of use.", code="transition_not_allowed")
    given: dict[str, Any] = dict(details) | ({"name": name} if name is not None else {})
    changed = [field for field, value in given.items() if _plain(getattr(dataset, field)) != _plain(value)]
    if not changed:
        return dataset
    if {"quasi_identifiers", "sensitive"} & set(changed) and dataset.rows.exists():
        raise Conflict("Rows are there already; their attributes were declared before.", code="attributes_settled")
    for field in changed:
        setattr(dataset, field, given[field])
    if _POLICY & set(changed):
        dataset.policy_set_by = actor if isinstance(actor, User) else None
        changed.append("policy_set_by")
    _validate(dataset)
    dataset.save(update_fields=changed)
    _record("dataset.changed", dataset, actor, {"fields": sorted(changed), **_policy(dataset)})
    return dataset


@transaction.atomic
def dataset_freeze(*, dataset_id: int, actor: Actor) -> Dataset:
    """Settle the rows: none is added, changed or removed afterwards, except by an erasure.

    `content_hash` is SHA-256 over the rows' pseudonyms and keyed hashes in order. Raises NotFound, Denied, Invalid
    without rows, and Conflict from any other state. Writes `dataset.frozen`.
    """
    dataset = dataset_locked(dataset_id, actor, "datasets.change")
    DATASET.require(dataset.state, DatasetState.FROZEN)
    digest, count = hashlib.sha256(), 0
    rows = DatasetRow.objects.filter(dataset=dataset, erased_at=None).order_by("pk")
    for public_id, record_hash in rows.values_list("public_id", "record_hash").iterator(chunk_size=5000):
        digest.update(public_id.bytes + bytes(record_hash or b""))
        count += 1
    if not count:
        raise Invalid("There is nothing to freeze: the data set has no rows.", field="rows")
    dataset.state, dataset.frozen_at = DatasetState.FROZEN, timezone.now()
    dataset.content_hash, dataset.row_count = digest.hexdigest(), count
    dataset.save(update_fields=["state", "frozen_at", "content_hash", "row_count"])
    _record("dataset.frozen", dataset, actor, {"rows": count, "content": dataset.content_hash})
    return dataset


@transaction.atomic
def dataset_withdraw(*, dataset_id: int, actor: Actor) -> Dataset:
    """End the use of a data set: nothing is added or exported any more. Raises NotFound, Denied and Conflict.

    Writes `dataset.withdrawn`; queues `audits.training_restricted`, which blocks its exports.
    """
    dataset = dataset_locked(dataset_id, actor, "datasets.change")
    before = dataset.state
    DATASET.require(before, DatasetState.WITHDRAWN)
    dataset.state = DatasetState.WITHDRAWN
    dataset.save(update_fields=["state"])
    _record("dataset.withdrawn", dataset, actor, {"from": before})
    enqueue("audits.training_restricted", dataset_id=dataset.pk)
    return dataset


@transaction.atomic
def release_trained_on(*, dataset_id: int, release: Release, trained_at: datetime, actor: Actor) -> TrainedOn:
    """Say that a release of the assistant learned from a frozen data set, then.

    Raises NotFound, Denied, Invalid (another assistant's release, a time in the future), and Conflict where the data
    set is not frozen or this is on record already. Writes `release.trained`; queues `audits.training_restricted`, which
    counts who has withdrawn since.
    """
    dataset = dataset_locked(dataset_id, actor, "datasets.change")
    if dataset.state != DatasetState.FROZEN:
        raise Conflict("Freeze the data set first: what a release learned from must not change.", code="not_frozen")
    if release.assistant_id != dataset.assistant_id:
        raise Invalid("A release of another assistant cannot be chosen.", field="release")
    if trained_at > timezone.now():
        raise Invalid("The date lies in the future.", field="trained_at")
    if TrainedOn.objects.filter(dataset=dataset, release=release).exists():
        raise Conflict(f"Release {release.version} is on record already.", code="already_recorded")
    trained = TrainedOn.objects.create(dataset=dataset, release=release, trained_at=trained_at)
    data = {"release": release.pk, "trained_at": trained_at.isoformat(), "content": dataset.content_hash}
    _record("release.trained", dataset, actor, data)
    enqueue("audits.training_restricted", dataset_id=dataset.pk)
    return trained


def dataset_locked(dataset_id: int, actor: Actor, permission: str) -> Dataset:
    """The data set, locked until the transaction ends. Raises NotFound and Denied."""
    found = Dataset.objects.select_for_update(no_key=True, of=("self",)).select_related("assistant__team", "purpose")
    dataset = found.filter(pk=dataset_id).first()
    if dataset is None:
        raise NotFound("There is no such data set.")
    _require(actor, permission, dataset)
    return dataset


def _require(actor: Actor, permission: str, obj: models.Model) -> None:
    if actor is not SYSTEM:
        require(actor, permission, obj)


def _validate(dataset: Dataset) -> None:
    """Raise Invalid for the first field that is wrong."""
    if dataset.source.assistant_id != dataset.assistant_id:
        raise Invalid("A data source of another assistant cannot be chosen.", field="source")
    if dataset.purpose.team_id != dataset.assistant.team_id:
        raise Invalid("A purpose of another team cannot be chosen.", field="purpose")
    for field in ("quasi_identifiers", "sensitive", "allowed_types"):
        values = list(getattr(dataset, field))
        setattr(dataset, field, values)
        if len(set(values)) < len(values):
            raise Invalid("A name stands here twice.", field=field)
        if len(values) > _MOST_ATTRIBUTES:
            raise Invalid(f"At most {_MOST_ATTRIBUTES} names.", field=field)
    if not all(_TYPE.fullmatch(name) for name in dataset.allowed_types):
        raise Invalid("A type of personal data is written like EMAIL_ADDRESS.", field="allowed_types")
    if set(dataset.quasi_identifiers) & set(dataset.sensitive):
        raise Invalid("An attribute is either a quasi-identifier or sensitive.", field="sensitive")
    _validate_label(dataset)
    try:
        dataset.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(messages[0], field=None if field == "__all__" else field) from error


def _validate_label(dataset: Dataset) -> None:
    """What a row teaches leaves with it, so it is held to the same k and l as every other attribute."""
    declared = {*dataset.quasi_identifiers, *dataset.sensitive}
    for field in ("label", "label_stratum"):
        if (name := getattr(dataset, field)) and name not in declared:
            raise Invalid("Name one of the quasi-identifiers or sensitive attributes.", field=field)
    if dataset.label and not dataset.label_favourable:
        raise Invalid("Say which value of the label is the good one.", field="label_favourable")
    if not dataset.label and (dataset.label_favourable or dataset.label_stratum):
        raise Invalid("Name the label first.", field="label")
    if dataset.label and dataset.label == dataset.label_stratum:
        raise Invalid("Labels are compared within another attribute.", field="label_stratum")


def _policy(dataset: Dataset) -> dict[str, Any]:
    return {
        "purpose": dataset.purpose_id,
        "quasi": list(dataset.quasi_identifiers),
        "sensitive": list(dataset.sensitive),
        "k": dataset.k,
        "l": dataset.l,
        "allowed_types": list(dataset.allowed_types),
        "duplicates": dataset.duplicates,
        "mode": dataset.mode,
        "label": dataset.label,
        "label_stratum": dataset.label_stratum,
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value


def _record(action: str, dataset: Dataset, actor: Actor, data: dict[str, Any]) -> None:
    ledger.append(action=action, actor=actor, obj=dataset, team_id=dataset.assistant.team_id, data=data)
