import os
from pathlib import Path

import environ
import pytest
import redis

from portal import embedded
from portal.embedded.places import SOCKET_PATH_LIMIT, Places


def test_addresses_lead_to_sockets_in_the_state_directory():
    assert embedded.addresses(Path("/srv/probity/var")) == embedded.Addresses(
        database_url="postgresql://probity@/probity?host=/srv/probity/var/run&port=5432",
        redis_url="unix:///srv/probity/var/run/valkey.sock?db=0",
        celery_url="redis+socket:///srv/probity/var/run/valkey.sock?virtual_host=0",
    )


def test_addresses_are_understood_by_django_and_redis():
    addresses = embedded.addresses(Path("/srv/probity/var"))
    database = environ.Env.db_url_config(addresses.database_url)
    assert (database["NAME"], database["USER"]) == ("probity", "probity")
    assert database["OPTIONS"] == {"host": "/srv/probity/var/run", "port": 5432}
    pool = redis.ConnectionPool.from_url(addresses.redis_url)
    assert (pool.connection_kwargs["path"], pool.connection_kwargs["db"]) == (
        "/srv/probity/var/run/valkey.sock",
        0,
    )


@pytest.mark.parametrize(
    "var", [Path("/srv") / ("deep/" * 30) / "var", Path("/srv/my files/var"), Path("/srv/ä,b/var")]
)
def test_sockets_of_a_long_or_unusual_path_lie_in_a_short_directory(var):
    sockets = Places.of(var).sockets
    assert sockets == Places.of(var).sockets
    assert sockets.parent == Path("/tmp")
    assert sockets.name.startswith(f"probity-{os.getuid()}-")
    assert len(str(sockets / "postgresql.keeper")) <= SOCKET_PATH_LIMIT
    assert sockets != Places.of(var.with_name("other")).sockets


def test_state_directory_is_var_beside_manage_unless_configured(monkeypatch):
    monkeypatch.delenv("PROBITY_VAR")
    assert (embedded.state_directory().name, embedded.state_directory().parent / "manage.py") == (
        "var",
        Path(__file__).resolve().parents[2] / "manage.py",
    )
    monkeypatch.setenv("PROBITY_VAR", "/srv/elsewhere")
    assert embedded.state_directory() == Path("/srv/elsewhere")
