"""Conversations of a release that treats all ages alike, as an operator would import them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

AGE_GROUPS = ("18–34", "35–64", "65+")
EACH = 400  # enough for the interval of every difference to lie inside ±5 points at this rate
UNRESOLVED_EVERY = 25  # 96 % resolved in every group


def fair_conversations(file: Path, *, release: str, started_at: datetime, each: int = EACH) -> int:
    """Write them as JSON lines, so many of each age group; how many there are."""
    records = list(_records(release, started_at, each))
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    file.write_text("".join(lines), encoding="utf-8")
    return len(records)


def _records(release: str, started_at: datetime, each: int) -> Iterator[dict[str, Any]]:
    at = started_at.isoformat()
    for number in range(each * len(AGE_GROUPS)):
        group, position = AGE_GROUPS[number % len(AGE_GROUPS)], number // len(AGE_GROUPS)
        yield {
            "external_id": f"after-the-fix-{number:05d}",
            "release": release,
            "channel": "web",
            "language": "en",
            "started_at": at,
            "attributes": {"age_group": group},
            "outcome": {"resolved": position % UNRESOLVED_EVERY != 0},
            "turns": [
                {"role": "assistant", "text": "Hello, I am Aria, an automated assistant.", "at": at},
                {"role": "customer", "text": "My bill is higher than last month.", "at": at},
                {"role": "assistant", "text": "I have explained the difference in your account.", "at": at},
            ],
        }
