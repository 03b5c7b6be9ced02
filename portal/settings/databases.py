"""Where PostgreSQL and Redis are: from the environment, else the embedded servers of this installation."""

from pathlib import Path
from typing import Any

import environ

from portal import embedded


def database_config(env: environ.Env, var: Path) -> dict[str, Any]:
    """Django's `default` database entry.

    The connection pool is opt-in (`DATABASE_POOL`): it serves the threaded web process, while workers keep one
    connection each, because the advisory lock that proves a job alive belongs to its connection.
    """
    url = env.str("DATABASE_URL", default="") or embedded.addresses(var).database_url
    config: dict[str, Any] = {**env.db_url_config(url)}
    config["ATOMIC_REQUESTS"] = False
    config.setdefault("OPTIONS", {})
    if env.bool("DATABASE_POOL", default=False):
        config["OPTIONS"]["pool"] = {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", default=8)}
    else:
        config["CONN_MAX_AGE"] = None
        config["CONN_HEALTH_CHECKS"] = True
    return config


def redis_urls(env: environ.Env, var: Path) -> tuple[str, str]:
    """(address for redis-py, address for Celery's broker)."""
    url = env.str("REDIS_URL", default="")
    if url:
        return url, url.replace("unix://", "redis+socket://", 1)
    addresses = embedded.addresses(var)
    return addresses.redis_url, addresses.celery_url
