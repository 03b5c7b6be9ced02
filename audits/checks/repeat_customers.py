"""What repeat customers weigh: conversations of one customer are alike, and say less than as many of several."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from audits.checks.contract import CheckContext
from audits.checks.gap_settings import GapParams
from audits.checks.tables import table
from audits.engine.bias.suppression import SMALLEST_SHOWN
from audits.engine.statistics.clusters import rao_scott
from audits.queries.repeats import cluster_sums, customer_sums
from portal.core.languages import language_name

_COLUMNS = (
    ("Group", "text"),
    ("Conversations", "count"),
    ("Customers", "count"),
    ("Design effect", "ratio"),
    ("Worth as many independent ones", "count"),
)


def repeats_table(context: CheckContext, params: GapParams, shown: Collection[str]) -> dict[str, Any]:
    """One row a group that is `shown`, unless it has fewer than ten customers.

    The design effect is the observed variance of the group's rate over that of independent conversations (Rao & Scott
    1992), of the conversations whose customer is still on record.
    """
    sums = customer_sums(
        assistant=context.assistant, window=context.window, dimensions=[params.dimension], outcomes=[params.outcome]
    )
    levels, clusters = cluster_sums(sums[params.dimension, params.outcome], favourable=params.good)
    effective = rao_scott(clusters)
    named = params.dimension == "language"
    rows = []
    for i, level in enumerate(levels):
        label = language_name(level) if named and level is not None else level
        if label in shown and clusters.clusters[i] >= SMALLEST_SHOWN:
            n, customers = int(clusters.n[i]), int(clusters.clusters[i])
            rows.append([label, n, customers, float(effective.design_effect[i]), round(float(effective.n[i]))])
    return table("Repeat customers, and what they weigh", _COLUMNS, sorted(rows))
