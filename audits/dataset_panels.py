"""What the audits add to the page of a training data set: its audits and its exports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistants.models import Dataset
from assistants.panels import add_dataset_panel
from assistants.states import DatasetState
from audits.queries.training_exports import UNDER_WAY, exports_of, latest_audits
from audits.states import CHECK_DECIDED
from portal.accounts.models import User
from portal.core.access import can

EXPORTS = 10


def audit_panel(dataset: Dataset, user: User) -> Mapping[str, Any]:
    """The latest answer to each question, and the button that asks again."""
    runs = latest_audits(dataset) if can(user, "audits.view", dataset) else []
    return {
        "runs": runs,
        "asking": any(run.state not in CHECK_DECIDED for run in runs),
        "may_audit": can(user, "datasets.audit", dataset),
    }


def export_panel(dataset: Dataset, user: User) -> Mapping[str, Any]:
    """The latest exports, and, for a privacy officer, the way to the next."""
    exports = list(exports_of(dataset)[:EXPORTS])
    may = can(user, "datasets.export", dataset)
    return {
        "exports": exports,
        "may_export": may and dataset.state == DatasetState.FROZEN and dataset.policy_set_by_id != user.pk,
        "own_policy": may and dataset.policy_set_by_id == user.pk,
        "weighable": [
            (name, name.replace("_", " "))
            for name in (*dataset.quasi_identifiers, *dataset.sensitive)
            if dataset.label and name != dataset.label
        ],
        "label_words": dataset.label.replace("_", " "),
        "exporting": any(export.state in UNDER_WAY for export in exports),
    }


add_dataset_panel("datasets/_audits.html", audit_panel)
add_dataset_panel("datasets/_exports.html", export_panel)
