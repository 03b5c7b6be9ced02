"""Weights that take a group's bearing on its label out of training data, without changing a single label."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

VERSION = "1"

Group = TypeVar("Group", bound=Hashable)
Label = TypeVar("Label", bound=Hashable)


def reweighing_weights(counts: Mapping[tuple[Group, Label], int]) -> dict[tuple[Group, Label], float]:
    """The weight of each example by its group and label: how often they would meet by chance, over how often they do.

    W(g, y) = n(g) · n(y) / (n · n(g, y)). Weighted so, every group has the label rate of the whole, and the weights of
    all examples add up to their number. Combinations that do not occur have no weight.
    Source: Kamiran & Calders (2012), Knowl. Inf. Syst. 33:1-33, algorithm 3. Raises ValueError for negative counts.
    """
    if any(n < 0 for n in counts.values()):
        raise ValueError("counts must not be negative")
    of_group: dict[Group, int] = {}
    of_label: dict[Label, int] = {}
    for (group, label), n in counts.items():
        of_group[group] = of_group.get(group, 0) + n
        of_label[label] = of_label.get(label, 0) + n
    total = sum(counts.values())
    return {
        (group, label): of_group[group] * of_label[label] / (total * n) for (group, label), n in counts.items() if n
    }
