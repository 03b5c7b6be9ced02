"""How long something takes: once, at its best, or of this process's processor."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def timed(call: Callable[[], T]) -> tuple[float, T]:
    """Wall time in seconds, and the result."""
    started = time.perf_counter()
    result = call()
    return time.perf_counter() - started, result


def best_of(repeats: int, call: Callable[[], T]) -> tuple[float, T]:
    """Shortest wall time in seconds of so many calls, and the last result."""
    seconds, result = timed(call)
    for _ in range(repeats - 1):
        again, result = timed(call)
        seconds = min(seconds, again)
    return seconds, result


def processed(call: Callable[[], T]) -> tuple[float, T]:
    """Seconds of this process's processor, which other work on the machine does not lengthen much, and the result."""
    started = time.process_time()
    result = call()
    return time.process_time() - started, result
