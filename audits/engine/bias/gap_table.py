"""The result of an outcome-gap audit: one row a group, and its JSON form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from msgspec.structs import force_setattr

from audits.engine.bias.adjusted_gap import AdjustedGap
from audits.engine.bias.compared import Compared
from audits.engine.bias.groups import Level, group_known, group_label, level_text
from audits.engine.bias.json_numbers import Range, finite, finite_range
from audits.engine.bias.verdict import Policy, Verdict


class GroupResult(Compared, frozen=True, gc=False):
    """One group against the reference. Ratios and differences are group against reference, in rates (0 to 1).

    None stands for what the data does not determine. `excluded` says why a group is left out of the ratios or
    altogether. `design_effect`: intervals, tests and verdict take its n as n / design_effect independent members.
    `label` and `known` follow from the levels.
    """

    levels: tuple[Level, ...]
    n: int
    favourable: int
    rate: float | None
    rate_interval: Range
    impact_ratio: float | None = None
    impact_ratio_interval: Range | None = None
    below_four_fifths: bool | None = None
    adverse_ratio: float | None = None
    detectable_difference: float | None = None
    is_reference: bool = False
    excluded: str | None = None
    adjusted: AdjustedGap | None = None
    design_effect: float = 1.0
    label: str = ""
    known: bool = False

    def __post_init__(self) -> None:
        force_setattr(self, "label", group_label(self.levels))
        force_setattr(self, "known", group_known(self.levels))

    def to_json(self, attributes: tuple[str, ...]) -> dict[str, Any]:
        """Plain JSON types under stable keys; numbers that are not finite become null."""
        row: dict[str, Any] = {
            "group": group_json(attributes, self.levels),
            "n": self.n,
            "favourable": self.favourable,
            "rate": finite(self.rate),
            "rate_interval": finite_range(self.rate_interval),
            "impact_ratio": finite(self.impact_ratio),
            "impact_ratio_interval": finite_range(self.impact_ratio_interval),
            "below_four_fifths": self.below_four_fifths,
            "adverse_ratio": finite(self.adverse_ratio),
            **self.compared_json(),
            "detectable_difference": finite(self.detectable_difference),
            "is_reference": self.is_reference,
            "excluded": self.excluded,
            "design_effect": self.design_effect,
        }
        if self.adjusted is not None:
            row["adjusted"] = self.adjusted.to_json()
        return row


@dataclass(frozen=True, slots=True)
class PairDisparity:
    """A group worse off than another, `against`, by a disparity; neither of them is the reference.

    `verdict` is `watch` where the disparity is held back (`table.questions`).
    """

    levels: tuple[Level, ...]
    against: tuple[Level, ...]
    difference: float
    difference_interval: Range
    p_value: float
    p_adjusted: float
    reasons: tuple[str, ...]
    verdict: Verdict = Verdict.DISPARITY

    @property
    def label(self) -> str:
        return group_label(self.levels)

    @property
    def against_label(self) -> str:
        return group_label(self.against)

    def to_json(self, attributes: tuple[str, ...]) -> dict[str, Any]:
        """Plain JSON types under stable keys."""
        return {
            "group": group_json(attributes, self.levels),
            "against": group_json(attributes, self.against),
            "difference": finite(self.difference),
            "difference_interval": finite_range(self.difference_interval),
            "p_value": finite(self.p_value),
            "p_adjusted": finite(self.p_adjusted),
            "verdict": self.verdict.value,
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, slots=True)
class GapTable:
    """All groups of one attribute, or of one intersection of attributes, compared with one reference.

    `comparisons` is the size of the family that the p-values were adjusted for. `between` lists disparities
    of two groups neither of which is the reference; looked for only where the reference was chosen from the
    data.
    """

    attributes: tuple[str, ...]
    groups: tuple[GroupResult, ...]
    between: tuple[PairDisparity, ...]
    comparisons: int
    verdict: Verdict
    policy: Policy

    @property
    def reference(self) -> GroupResult | None:
        return next((group for group in self.groups if group.is_reference), None)

    @property
    def n(self) -> int:
        return sum(group.n for group in self.groups)

    @property
    def unknown_n(self) -> int:
        return sum(group.n for group in self.groups if not group.known)

    @property
    def unknown_share(self) -> float | None:
        return self.unknown_n / self.n if self.n else None

    @property
    def effective_n(self) -> float:
        """How many independent members the known groups weigh like; see `GroupResult.design_effect`."""
        return sum(group.n / group.design_effect for group in self.groups if group.known)

    @property
    def compared(self) -> tuple[GroupResult, ...]:
        """The groups that were tested against the reference."""
        return tuple(group for group in self.groups if group.tested)

    def to_json(self) -> dict[str, Any]:
        """The table as plain JSON types; never NaN or infinity, null instead."""
        reference = self.reference
        return {
            "attributes": list(self.attributes),
            "reference": group_json(self.attributes, reference.levels) if reference else None,
            "n": self.n,
            "unknown": {"n": self.unknown_n, "share": self.unknown_share},
            "comparisons": self.comparisons,
            "groups": [group.to_json(self.attributes) for group in self.groups],
            "between": [pair.to_json(self.attributes) for pair in self.between],
            "verdict": self.verdict.value,
        }


def group_json(attributes: tuple[str, ...], levels: tuple[Level, ...]) -> dict[str, Level]:
    """A group as attribute → value; unknown values are null."""
    return {
        attribute: level if level_text(level) else None for attribute, level in zip(attributes, levels, strict=True)
    }
