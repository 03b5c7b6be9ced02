"""Private PostgreSQL and Valkey for one test run, in a directory of its own, apart from any running portal.

A pytest plugin, loaded before Django's settings are (`-p tests.servers`).
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from portal import embedded


def _remove(directory: str) -> None:
    shutil.rmtree(directory, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Start the servers that the environment does not name; pytest stops them however the run ends.

    Workers of a parallel run find them through the environment that they inherit.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ and not early_config.known_args_namespace.help:
        var = tempfile.mkdtemp(prefix="probity-tests-")
        closing = contextlib.ExitStack()
        early_config.add_cleanup(closing.close)
        closing.callback(_remove, var)
        os.environ["PROBITY_VAR"] = var
        closing.enter_context(
            embedded.servers(
                Path(var),
                database=not os.environ.get("DATABASE_URL"),
                cache=not os.environ.get("REDIS_URL"),
                durable=False,
            )
        )
    return (yield)
