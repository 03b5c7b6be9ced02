"""The latest runs about a question: what finding them costs does not grow with the runs that are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import QuerySet

from assistants.models import Assistant
from audits.models import CheckRun
from audits.queries.asked_groups import cues_about
from audits.queries.counts import ATTRIBUTE
from audits.states import CheckKind

#: The kinds of which a question is an outcome by a dimension.
_BY_OUTCOME = (CheckKind.OUTCOME_GAP, CheckKind.ADJUSTED_GAP, CheckKind.LANGUAGE_PARITY, CheckKind.MONITORING)

Asked = tuple[str, Mapping[str, str]]
"""A kind of check, and the params that its runs must have."""


def latest_asked(runs: QuerySet[CheckRun], asked: Sequence[Asked], *, most: int) -> QuerySet[CheckRun]:
    """The `most` latest of these runs of one assistant that were asked any of this, newest first; one query.

    Each part is a walk along an index of CheckRun where its params are none, a dimension, a dimension and an outcome,
    or a probe's cue.
    """
    first, *others = [
        runs.filter(kind=kind, **{f"params__{name}": value for name, value in params.items()})
        .order_by("-pk")
        .values("pk")[:most]
        for kind, params in asked
    ]
    found = first.union(*others, all=True) if others else first
    return CheckRun.objects.filter(pk__in=found).order_by("-pk")[:most]


def checks_and_probes(*, assistant: Assistant, outcome: str, dimension: str, most: int) -> QuerySet[CheckRun]:
    """The latest checks of an outcome by a dimension, and probes of the cues that stand for it; none that verifies."""
    cues = sorted(cues_about(dimension.removeprefix(ATTRIBUTE)))
    return latest_asked(
        CheckRun.objects.filter(assistant=assistant, verifies=None),
        [
            *((kind, {"dimension": dimension, "outcome": outcome}) for kind in _BY_OUTCOME),
            *((CheckKind.MATCHED_PAIRS, {"cue": cue}) for cue in cues),
        ],
        most=most,
    )
