"""The stretch of days, and perhaps the one release, that a question is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assistants.models import Release


@dataclass(frozen=True, slots=True)
class Window:
    """UTC days with `since` ≤ day < `until`; of one release only, where one is named."""

    since: date
    until: date
    release: Release | None = None
