"""Which outcomes say what a decision should have been: the pairs that an assistant's programme declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from audits.models import Programme
from audits.states import CheckKind

LONGEST_PAIR = 80
"""Characters of both names together, so that the measure that they make fits."""


def truth_pairs(assistant_id: int) -> dict[str, str]:
    """Decision → truth, as the assistant's programme has them now; empty without a programme."""
    checks = Programme.objects.filter(assistant=assistant_id).values_list("checks", flat=True).first()
    return pairs_of(checks or ())


def pairs_of(checks: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The pairs in these checks of a programme, whether the check is enabled or not."""
    pairs: dict[str, str] = {}
    for check in checks:
        if check["kind"] == CheckKind.ERROR_PARITY:
            pairs |= check.get("params", {}).get("pairs") or {}
    return pairs


def truth_measure(decision: str, truth: str) -> str:
    """The measure that counts this decision beside this truth: values `tp`, `fp`, `fn`, `tn`."""
    return f"truth.{decision}/{truth}"
