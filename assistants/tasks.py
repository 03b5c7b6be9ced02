"""The jobs of the assistants app: thin, ids and figures only, each safe to repeat."""

from __future__ import annotations

from typing import Any

from assistants.services.datasets import dataset_rows_select_batches
from portal.core.jobs import job_task


@job_task("assistants.select_rows")
def select_rows(*, dataset_id: int, filters: dict[str, Any]) -> None:
    dataset_rows_select_batches(dataset_id=dataset_id, filters=filters)
