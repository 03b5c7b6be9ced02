"""What every comparison of two rates comes to, whatever the rates are of."""

from __future__ import annotations

from typing import Any

import msgspec

from audits.engine.bias.json_numbers import Range, finite, finite_range
from audits.engine.bias.verdict import Verdict


class Compared(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A difference of rates with its interval, its test and the verdict; None stands for what is not determined.

    `p_adjusted` is None where it was not tested.
    """

    difference: float | None = None
    difference_interval: Range | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    verdict: Verdict = Verdict.NOT_ENOUGH_DATA
    reasons: tuple[str, ...] = ()

    @property
    def tested(self) -> bool:
        return self.p_adjusted is not None

    def compared_json(self) -> dict[str, Any]:
        """Plain JSON types under stable keys; null for what is not finite."""
        return {
            "difference": finite(self.difference),
            "difference_interval": finite_range(self.difference_interval),
            "p_value": finite(self.p_value),
            "p_adjusted": finite(self.p_adjusted),
            "verdict": self.verdict.value,
            "reasons": list(self.reasons),
        }
