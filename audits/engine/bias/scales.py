"""The ordered scales that numbers are counted on: few, bounded bins, so that counts alone can be compared by rank.

A bin is called by its lower edge as text. Rank statistics ask only for the order of bins, so a bin that holds several
numbers makes ties of them: it costs a little power and biases nothing.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

BELOW = "below"
"""The bin of what lies under a scale's first edge."""


@dataclass(frozen=True)
class Scale:
    """Bins by their lower edges, rising; the last is open. `unit` is how its numbers are called, if by anything."""

    edges: tuple[float, ...]
    unit: str = ""

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The bins' names in order; what lies under the first edge comes first."""
        return (BELOW, *(f"{edge:g}" for edge in self.edges))

    def label(self, number: float) -> str:
        """The bin that a number falls into."""
        return self.labels[bisect_right(self.edges, number)]

    def counts(self, by_label: Mapping[str, int]) -> list[int]:
        """Counts in the order of the scale. Raises ValueError for a bin that it does not have."""
        if strange := by_label.keys() - set(self.labels):
            raise ValueError(f"the scale has no bin {min(strange)!r}")
        return [by_label.get(label, 0) for label in self.labels]

    def words(self, label: str) -> str:
        """A bin for people: "4", "20 to 30 s", "under 0", "10000 and more"."""
        unit = f" {self.unit}" if self.unit else ""
        place = self.labels.index(label)
        if place == 0:
            return f"under {self.edges[0]:g}{unit}"
        if place == len(self.edges):
            return f"{label}{unit} and more"
        upper = self.edges[place]
        if upper - self.edges[place - 1] <= 1:
            return f"{label}{unit}"
        return f"{label} to {upper:g}{unit}"


_TO_TEN = (0, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10)
_TO_A_HUNDRED = (15, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100)
_MINUTES = (60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800, 2700)
_HOURS = (3600, 5400, 7200, 10800, 14400, 28800, 43200, 86400, 172800, 604800)

#: Numbers that integrations send: scores of 0 to 1, 1 to 5 in halves, 0 to 10 and 0 to 100, and larger amounts.
SCORES = Scale((*_TO_TEN, *_TO_A_HUNDRED, 150, 200, 300, 500, 750, 1000, 2000, 5000, 10000))
TURNS = Scale((*range(21), 25, 30, 40, 50, 75, 100, 150, 200), "turns")
SECONDS = Scale((0, 2, 5, 10, 15, 20, 30, 45, *_MINUTES, *_HOURS), "s")


def middle(counts: Sequence[int]) -> int | None:
    """The place of the lower median; None without members."""
    half, seen = math.ceil(sum(counts) / 2), 0
    for place, n in enumerate(counts):
        seen += n
        if n and seen >= half:
            return place
    return None
