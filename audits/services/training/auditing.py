"""Asking the questions about one data set now, outside of any cycle."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, timedelta

from django.db import transaction
from django.utils import timezone

from assistants.models import Dataset
from audits.checks.training import TRAINING_CHECKS, dataset_specs
from audits.models import CheckRun
from audits.programmes import spec_hash
from audits.queries.training import dataset_params
from audits.services.checking import check_run_queue
from audits.states import CHECK_DECIDED, CheckKind
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import Conflict, NotFound


@transaction.atomic
def dataset_audit(*, dataset_id: int, actor: Actor, kinds: Collection[CheckKind] | None = None) -> list[CheckRun]:
    """Queue a check run for each question about this data set (or of these kinds), by its present policy.

    What fails raises or updates a finding, as in a cycle. Raises NotFound, Denied without `datasets.audit` (SYSTEM
    needs none), and Conflict while an audit of it is under way. Writes `dataset.audit_started`.
    """
    dataset = (
        Dataset.objects.select_for_update(no_key=True, of=("self",))
        .select_related("assistant", "purpose")
        .filter(pk=dataset_id)
        .first()
    )
    if dataset is None:
        raise NotFound("There is no such data set.")
    if actor is not SYSTEM:
        require(actor, "datasets.audit", dataset)
    asked = [check for check in TRAINING_CHECKS if kinds is None or check.kind in kinds]
    if _under_way(dataset, [check.kind for check in asked]):
        raise Conflict("An audit of this data set is under way.", code="audit_under_way")
    today = timezone.now().astimezone(UTC).date()
    params = dataset_params(dataset)
    specs = [spec for check in asked for spec in dataset_specs(check, params)]
    runs = [
        CheckRun.objects.create(
            assistant=dataset.assistant,
            dataset=dataset,
            kind=spec.kind,
            target=spec.target,
            params=spec.params,
            config_hash=spec_hash(spec),
            window_from=today,
            window_until=today + timedelta(days=1),
        )
        for spec in specs
    ]
    ledger.append(
        action="dataset.audit_started",
        actor=actor,
        obj=dataset,
        team_id=dataset.assistant.team_id,
        data={"runs": [run.pk for run in runs]},
    )
    for run in runs:
        check_run_queue(run)
    return runs


def _under_way(dataset: Dataset, kinds: Collection[CheckKind]) -> bool:
    runs = CheckRun.objects.filter(dataset=dataset, cycle=None, verifies=None, kind__in=kinds)
    return runs.exclude(state__in=CHECK_DECIDED).exists()
