"""Waiting for a condition, with a deadline."""

import threading
import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool], *, seconds: float, interval: float = 0.02) -> bool:
    """Ask every `interval` seconds until the condition holds or `seconds` have passed; whether it held."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        pause.wait(interval)
    return True
