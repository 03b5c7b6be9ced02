"""The result of an audit of error rates: both rates of every group, and their JSON form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from audits.engine.bias.compared import Compared
from audits.engine.bias.gap_table import group_json
from audits.engine.bias.groups import Level, group_label, level_text
from audits.engine.bias.json_numbers import Range, finite, finite_range
from audits.engine.bias.verdict import Policy, Verdict, overall


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """Outcome against truth in one group: t/f says whether they agree, n/p whether the outcome was unfavourable.

    `group` is a value of the audited attribute, or a tuple of values for an intersection. Counts of the same group
    are added. Raises ValueError where a count is negative.
    """

    group: Level | tuple[Level, ...]
    tn: int
    fp: int
    fn: int
    tp: int

    def __post_init__(self) -> None:
        if min(self.tn, self.fp, self.fn, self.tp) < 0:
            raise ValueError(f"group {group_label(self.levels)!r}: counts must be 0 or more")

    @property
    def levels(self) -> tuple[Level, ...]:
        return self.group if isinstance(self.group, tuple) else (self.group,)

    @property
    def negatives(self) -> int:
        """Members whom the truth clears."""
        return self.tn + self.fp

    @property
    def positives(self) -> int:
        return self.fn + self.tp


class ErrorRate(Compared, frozen=True, gc=False):
    """`errors` of `n`, and against the reference: ratio, difference (both group against reference) and tests.

    `design_effect`: intervals, tests and verdict take its n as n / design_effect independent members.
    """

    errors: int
    n: int
    rate: float | None
    rate_interval: Range
    ratio: float | None = None
    ratio_interval: Range | None = None
    design_effect: float = 1.0

    def to_json(self, name: str) -> dict[str, Any]:
        """The figures under keys that begin with `name`, "fpr" or "fnr"; null for what is not finite."""
        return {
            name: finite(self.rate),
            f"{name}_interval": finite_range(self.rate_interval),
            f"{name}_ratio": finite(self.ratio),
            f"{name}_ratio_interval": finite_range(self.ratio_interval),
            **{f"{name}_{key}": value for key, value in self.compared_json().items() if key != "reasons"},
        }


@dataclass(frozen=True, slots=True)
class GroupErrors:
    """One group's counts and both its error rates."""

    count: ErrorCount
    fpr: ErrorRate
    fnr: ErrorRate
    is_reference: bool = False

    @property
    def levels(self) -> tuple[Level, ...]:
        return self.count.levels

    @property
    def label(self) -> str:
        return group_label(self.levels)

    @property
    def known(self) -> bool:
        return all(level_text(level) for level in self.levels)

    @property
    def tested(self) -> tuple[ErrorRate, ...]:
        return tuple(rate for rate in (self.fpr, self.fnr) if rate.tested)

    @property
    def verdict(self) -> Verdict:
        """`overall` of both rates; the reference differs from nobody."""
        if self.is_reference:
            return Verdict.NO_MATERIAL_DIFFERENCE
        return overall((self.fpr.verdict, self.fnr.verdict))

    @property
    def reasons(self) -> tuple[str, ...]:
        named = (("false positives", self.fpr), ("false negatives", self.fnr))
        return tuple(f"{name}: {reason}" for name, rate in named for reason in rate.reasons)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types under stable keys."""
        count = self.count
        return {
            **{"tn": count.tn, "fp": count.fp, "fn": count.fn, "tp": count.tp},
            **self.fpr.to_json("fpr"),
            **self.fnr.to_json("fnr"),
            "verdict": self.verdict.value,
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, slots=True)
class ErrorTable:
    """All groups of one attribute or intersection: the reference, then by label, those with unknown values last.

    `comparisons` is the size of the family that the p-values were adjusted for.
    """

    attributes: tuple[str, ...]
    groups: tuple[GroupErrors, ...]
    comparisons: int
    policy: Policy

    @property
    def reference(self) -> GroupErrors | None:
        return next((group for group in self.groups if group.is_reference), None)

    @property
    def verdict(self) -> Verdict:
        """`overall` of all rates that were tested."""
        return overall(rate.verdict for group in self.groups for rate in group.tested)

    def to_json(self) -> dict[str, Any]:
        """The table as plain JSON types; never NaN or infinity, null instead."""
        reference = self.reference
        return {
            "attributes": list(self.attributes),
            "reference": group_json(self.attributes, reference.levels) if reference else None,
            "comparisons": self.comparisons,
            "groups": [
                {"group": group_json(self.attributes, group.levels), **group.to_json()} for group in self.groups
            ],
            "verdict": self.verdict.value,
        }
