"""What a legal hold on an assistant reaches: told by the floor that knows assistants, which imports this module."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.db.models import ExpressionWrapper

from portal.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class HeldAssistants:
    """Five questions, one query each.

    `reached(assistant ids, subject ids)`: which of the subjects have data with one of the assistants. `names`: each
    assistant's name. `team_of`: its team, None where there is none. `listed`: the assistants of teams as choices.
    `met(assistant ids, path)`: an expression, whether the subject whose id is at `path` has data with one of them.
    """

    reached: Callable[[Collection[int], Collection[int]], set[int]]
    names: Callable[[Collection[int]], Mapping[int, str]]
    team_of: Callable[[int], int | None]
    listed: Callable[[Collection[int]], list[tuple[int, str]]]
    met: Callable[[Collection[int], str], ExpressionWrapper]


_known: list[HeldAssistants] = []


def register_assistants(held: HeldAssistants) -> None:
    """Called once, from the `ready` of the app that has assistants."""
    _known[:] = [held]


def assistants() -> HeldAssistants:
    """Raises Invalid where no app has assistants."""
    if not _known:
        raise Invalid("This installation has no assistants.", field="scope")
    return _known[0]
