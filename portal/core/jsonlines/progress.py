"""A progress bar for people; silent where nobody watches."""

from __future__ import annotations

import time
from types import TracebackType

from django.core.management.base import OutputWrapper

_WIDTH = 30
_EVERY = 0.1


class ProgressBar:
    """Redraws one line on `terminal`, at most ten times a second, and clears it at the end."""

    def __init__(self, terminal: OutputWrapper, *, label: str, total: int) -> None:
        self._terminal = terminal
        self._label = label
        self._total = max(total, 1)
        self._active = terminal.isatty()
        self._drawn_at = 0.0

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._active:
            self._draw("\r\x1b[K")

    def show(self, done: int) -> None:
        """Say that `done` of the total is behind us."""
        if not self._active or time.monotonic() - self._drawn_at < _EVERY:
            return
        self._drawn_at = time.monotonic()
        share = min(done / self._total, 1)
        filled = round(share * _WIDTH)
        self._draw(f"\r{self._label} [{'#' * filled}{'.' * (_WIDTH - filled)}] {share:.0%}")

    def _draw(self, text: str) -> None:
        self._terminal.write(text, lambda plain: plain, ending="")
