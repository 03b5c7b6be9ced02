"""One alpha for all that a cycle asks about fairness: the chance that an audit without any true gap raises a disparity.

Each kind of check shares its own alpha over its questions, as if it were alone. Here the kinds that a cycle asks share
one: each kind's part is its weight among those present, and every question's `alpha` is scaled by it before it
is frozen. By Bonferroni's inequality the parts add up to the largest alpha that any of the kinds states, however
much their questions have to do with each other. A verification asks with the alpha that was frozen.

Weights: the two questions that every programme is about, whether outcomes differ and whether they still do at equal
questions, get most; what looks at fewer or rarer data less. Kinds that never raise a disparity by a test of their own
(impact ratios, data sufficiency), the daily watch and probes, which have an error rate of their own, take no part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from audits.checks.contract import CheckSpec
from audits.states import CheckKind

WEIGHTS: Mapping[CheckKind, int] = {
    CheckKind.OUTCOME_GAP: 4,
    CheckKind.ADJUSTED_GAP: 4,
    CheckKind.LANGUAGE_PARITY: 2,
    CheckKind.INTERSECTIONS: 2,
    CheckKind.SERVICE_QUALITY: 2,
    CheckKind.ERROR_PARITY: 2,
    CheckKind.TEXT_HARM: 2,
    CheckKind.TRAINING_SHARES: 1,
    CheckKind.TRAINING_LABELS: 1,
}


def alpha_shared(specs: Sequence[CheckSpec]) -> list[CheckSpec]:
    """The same questions, each with its part of the alpha; those that have no part in it as they are."""
    parts = [spec.kind if spec.kind in WEIGHTS and "alpha" in spec.params else None for spec in specs]
    total = sum(WEIGHTS[kind] for kind in {kind for kind in parts if kind is not None})
    return [
        replace(spec, params={**spec.params, "alpha": spec.params["alpha"] * WEIGHTS[kind] / total})
        if kind is not None
        else spec
        for spec, kind in zip(specs, parts, strict=True)
    ]
