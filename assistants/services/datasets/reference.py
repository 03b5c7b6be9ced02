"""Declaring whom a training data set is meant for: the shares that its groups are held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from assistants.models import Dataset, DatasetReference, ReferenceKind
from assistants.services.datasets.registry import dataset_locked
from assistants.states import DatasetState
from portal.accounts.models import User
from portal.core import ledger
from portal.core.actors import Actor
from portal.core.errors import Conflict, Invalid

MOST_GROUPS = 100
MOST_DAYS = 3650
MOST_PEOPLE = 100_000_000_000
_MOST_NAME = 60
_ROUNDED = 0.005  # shares are published in rounded per cent


@transaction.atomic
def dataset_reference_declare(
    *,
    dataset_id: int,
    name: str,
    actor: Actor,
    shares: Mapping[str, Mapping[str, float]] | None = None,
    sample: int | None = None,
    days: int | None = None,
) -> DatasetReference:
    """Name the source that the data set's groups are held against; the one before it is replaced.

    Either `shares`, attribute → group → share of the whole (their sums at most 1, up to rounding), counted from
    `sample` people if they are a sample; or `days`: the assistant's own conversations of the last so many days.
    Raises NotFound, Denied, Invalid that names the field, and Conflict where the data set is withdrawn. Writes
    `dataset.reference_declared`.
    """
    dataset = dataset_locked(dataset_id, actor, "datasets.change")
    if dataset.state == DatasetState.WITHDRAWN:
        raise Conflict("This data set is out of use.", code="transition_not_allowed")
    name = name.strip()
    if not 1 <= len(name) <= 200:
        raise Invalid("Name the source, in at most 200 characters.", field="name")
    if bool(shares) == (days is not None):
        raise Invalid("Give either shares or a number of days.", field="shares")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Invalid(f"Give 1 to {MOST_DAYS} days.", field="days")
    if sample is not None and (days is not None or not 1 <= sample <= MOST_PEOPLE):
        raise Invalid("A sample belongs to declared shares and has somebody in it, of all there are.", field="sample")
    reference, _ = DatasetReference.objects.update_or_create(
        dataset=dataset,
        defaults={
            "name": name,
            "kind": ReferenceKind.CUSTOMERS if days is not None else ReferenceKind.DECLARED,
            "shares": _checked(dataset, shares or {}),
            "sample": sample,
            "days": days,
            "declared_by": actor if isinstance(actor, User) else None,
            "declared_at": timezone.now(),
        },
    )
    ledger.append(
        action="dataset.reference_declared",
        actor=actor,
        obj=dataset,
        team_id=dataset.assistant.team_id,
        data={
            "kind": reference.kind,
            "attributes": sorted(reference.shares),
            "groups": sum(len(groups) for groups in reference.shares.values()),
            "sample": sample,
            "days": days,
        },
    )
    return reference


def _checked(dataset: Dataset, shares: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """The shares as they are kept, each attribute's scaled down where rounding has them add up to a little over 1."""
    declared = {*dataset.quasi_identifiers, *dataset.sensitive}
    kept: dict[str, dict[str, float]] = {}
    for attribute, groups in shares.items():
        if attribute not in declared:
            known = ", ".join(sorted(declared)) or "none"
            place = f"shares.{attribute[:_MOST_NAME]}"
            raise Invalid(f"This is none of its attributes; there are: {known}.", field=place)
        if not 1 <= len(groups) <= MOST_GROUPS or any(not 1 <= len(group) <= _MOST_NAME for group in groups):
            raise Invalid(f"{attribute}: give 1 to {MOST_GROUPS} groups with short names.", field="shares")
        if any(not _is_share(share) for share in groups.values()):
            raise Invalid(f"{attribute}: a share lies between 0 and 1.", field="shares")
        total = sum(groups.values())
        if total > 1 + _ROUNDED:
            raise Invalid(f"{attribute}: the shares add up to {100 * total:.1f} %.", field="shares")
        kept[attribute] = {group: share / max(total, 1.0) for group, share in groups.items()}
    return kept


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
