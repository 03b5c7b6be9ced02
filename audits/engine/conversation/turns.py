"""What a conversation is made of."""

from typing import Literal, NamedTuple

Role = Literal["customer", "assistant", "agent", "system"]


class Turn(NamedTuple):
    """One utterance. `role` is customer, assistant (the AI), agent (a human) or system."""

    role: str
    text: str
