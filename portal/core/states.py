"""Transition tables: which state may follow which, in one place per entity."""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from django.db import models

from portal.core.errors import Conflict

S = TypeVar("S", bound=models.TextChoices)


class Transitions(Generic[S]):
    """An allowed-transition table over one enum.

    `table` maps each state to the states that may follow it; states without followers are terminal.
    """

    def __init__(self, states: type[S], table: Mapping[S, Iterable[S]]) -> None:
        self.states = states
        self.table: dict[S, frozenset[S]] = {state: frozenset(table.get(state, ())) for state in states}

    def allows(self, old: str, new: str) -> bool:
        return self.states(new) in self.table[self.states(old)]

    def require(self, old: str, new: str) -> None:
        """Raise Conflict, in words, unless `new` may follow `old`."""
        if not self.allows(old, new):
            raise Conflict(
                f"{self.states(old).label} cannot become {self.states(new).label.lower()}.",
                code="transition_not_allowed",
            )

    @property
    def terminal(self) -> frozenset[S]:
        return frozenset(state for state, followers in self.table.items() if not followers)

    @property
    def open(self) -> frozenset[S]:
        return frozenset(self.states) - self.terminal
