"""What PostgreSQL keeps as JSON, and what it does not although Python reads it."""

from __future__ import annotations

import math
import re
from typing import Any

UNSTORABLE = "It has characters or numbers that cannot be kept."
_CHARACTERS = re.compile("[\x00\ud800-\udfff]")


def is_storable(value: Any) -> bool:
    """Whether decoded JSON has at no depth a NUL, half a character, NaN or an infinity."""
    todo = [value]
    while todo:
        found = todo.pop()
        if isinstance(found, str):
            if _CHARACTERS.search(found):
                return False
        elif isinstance(found, float):
            if not math.isfinite(found):
                return False
        elif isinstance(found, dict):
            todo += [*found, *found.values()]
        elif isinstance(found, list):
            todo += found
    return True
