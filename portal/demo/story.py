"""What a demo conversation is about before it is put into words, and the quotas that outcomes follow."""

from __future__ import annotations

import random
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Customer:
    reference: str
    language: str
    attributes: dict[str, str]
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Story:
    """One conversation before it is put into words."""

    number: int
    customer: Customer
    anonymous: bool
    started_at: datetime
    release: str
    channel: str
    intent: str
    resolved: bool


class Quota:
    """Says yes to the given share of each cell's requests, spread evenly; each cell starts at a phase of its own."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.due_so_far: dict[Hashable, float] = {}

    def due(self, cell: Hashable, share: float) -> bool:
        before = self.due_so_far.get(cell)
        before = self.rng.random() if before is None else before
        self.due_so_far[cell] = before + share
        return int(before + share) > int(before)
