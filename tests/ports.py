"""Ports for what a test starts later, by number."""

from __future__ import annotations

import random
import socket

#: Below what systems give to outgoing connections (Linux from 32,768 on, macOS from 49,152 on): whoever connects
#: between the choice of a port and its use cannot be given it.
_FIRST, _LAST = 15_000, 32_000


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens."""
    for port in random.SystemRandom().sample(range(_FIRST, _LAST), 200):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise AssertionError("200 ports are taken")
