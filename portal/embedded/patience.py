"""Waiting for a condition, with a deadline."""

import threading
import time
from collections.abc import Callable

INTERVAL = 0.02  # seconds


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Ask until the condition holds or the time is over; whether it held."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        pause.wait(INTERVAL)
    return True
