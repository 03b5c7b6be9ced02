"""The private PostgreSQL and Valkey of `make run` and `make test`.

Used when `DATABASE_URL` / `REDIS_URL` are not set, so that one machine needs nothing but Python. Only the
standard library is imported here: settings, `manage.py` and the test run call this before Django is loaded.

How it works: each server has a *keeper*, a small process that starts it, restarts it after a crash and stops
it when the last process that uses it has gone, however that process ended (`keeper`). A user is whoever holds
a connection to the keeper's socket (`seats`).
"""

from .errors import EmbeddedError
from .places import Addresses, addresses, state_directory
from .seats import servers
from .secret_file import secrets

__all__ = ["Addresses", "EmbeddedError", "addresses", "secrets", "servers", "state_directory"]
