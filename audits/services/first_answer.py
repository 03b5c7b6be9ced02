"""How long a customer waited for the first answer."""

from __future__ import annotations

from collections.abc import Iterable

from assistants.states import TurnRole
from assistants.transcripts import Turn

_ANSWERING = (TurnRole.ASSISTANT, TurnRole.AGENT)
_LONGEST = 10**9  # no wait is longer: what is stored must fit, whatever times a record carries


def first_answer_seconds(turns: Iterable[Turn]) -> int | None:
    """Whole seconds from the customer's first turn to the next one of the assistant or of a person.

    None where there is no such pair, one of the two carries no time, or the answer's lies before the question's.
    """
    asked: Turn | None = None
    for turn in turns:
        if asked is None:
            asked = turn if turn.role == TurnRole.CUSTOMER else None
        elif turn.role in _ANSWERING:
            if asked.at is None or turn.at is None or turn.at < asked.at:
                return None
            return min(int((turn.at - asked.at).total_seconds()), _LONGEST)
    return None
