"""Real servers in temporary directories: their start, their sharing, their end."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import kombu
import psycopg
import pytest
import redis

from portal import embedded
from portal.embedded import programs
from portal.embedded.patience import wait_until
from portal.embedded.places import Places
from tests.embedded.conftest import PATIENCE, keeper_of, let_go, nothing_left, processes_of

WRITE_AS_NOBODY = """
import sys
from pathlib import Path
from portal import embedded
try:
    with embedded.servers(Path(sys.argv[1])):
        pass
except embedded.EmbeddedError as error:
    print(error)
"""


def ask(var: Path, question: str) -> object:
    """The single value that the embedded PostgreSQL answers."""
    with psycopg.connect(embedded.addresses(var).database_url) as connection:
        row = connection.execute(question).fetchone()
        assert row is not None
        return row[0]


def answers(var: Path) -> bool:
    try:
        return ask(var, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def postmaster_of(var: Path) -> int:
    return int((var / "postgresql" / "postmaster.pid").read_text().splitlines()[0])


def ownership(directory: Path) -> list[tuple[Path, int, int, int]]:
    """Path, mode, owner and group of every parent of a directory."""
    states = [(parent, parent.stat()) for parent in directory.parents]
    return [(parent, stat.S_IMODE(state.st_mode), state.st_uid, state.st_gid) for parent, state in states]


def test_servers_answer_and_leave_nothing_behind(var):
    parents = ownership(var)
    users = Path("/etc/passwd").read_bytes()
    with embedded.servers(var, durable=False) as addresses:
        assert addresses == embedded.addresses(var)
        assert {keeper_of("postgresql", var), keeper_of("valkey", var), postmaster_of(var)} < processes_of(var)
        assert ask(var, "SHOW server_encoding") == "UTF8"
        assert ask(var, "SELECT upper('é')") == "É"
        assert ask(var, "SHOW listen_addresses") == ""
        assert ask(var, "SHOW autovacuum") == "off"
        with redis.Redis.from_url(addresses.redis_url) as cache:
            assert cache.ping() is True
            assert cache.config_get("port") == {"port": "0"}
            assert cache.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        with kombu.Connection(addresses.celery_url) as broker, broker.SimpleQueue("letters") as queue:
            queue.put("hello")
            assert queue.get(timeout=PATIENCE).payload == "hello"
        assert stat.S_IMODE(Places.of(var).sockets.stat().st_mode) == 0o700
    assert nothing_left(var)
    assert ownership(var) == parents
    assert Path("/etc/passwd").read_bytes() == users


def test_servers_keep_their_data_for_the_next_start(var):
    with embedded.servers(var) as addresses:
        assert ask(var, "SHOW fsync") == "on"
        assert ask(var, "SHOW synchronous_commit") == "on"
        assert ask(var, "SHOW autovacuum") == "on"
        with psycopg.connect(addresses.database_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 41 + 1 AS value")
        with redis.Redis.from_url(addresses.redis_url) as cache:
            cache.set("kept", "yes")
    with embedded.servers(var) as addresses:
        assert ask(var, "SELECT value FROM kept") == 42
        with redis.Redis.from_url(addresses.redis_url) as cache:
            assert cache.get("kept") == b"yes"


def test_second_user_shares_the_servers_and_the_last_one_stops_them(var, start_user):
    first = start_user(var)
    postmaster = postmaster_of(var)
    second = start_user(var)
    assert postmaster_of(var) == postmaster
    assert let_go(first) == "down\n"
    assert answers(var)
    assert let_go(second) == "down\n"
    assert not answers(var)


def test_start_only_what_is_asked_for(var):
    with embedded.servers(var, database=False, durable=False) as addresses:
        with redis.Redis.from_url(addresses.redis_url) as cache:
            assert cache.ping() is True
        assert not (var / "postgresql").exists()
    with embedded.servers(var.with_name("untouched"), database=False, cache=False):
        assert not var.with_name("untouched").exists()


def test_servers_stop_when_their_only_user_is_killed(var, start_user):
    user = start_user(var)
    user.send_signal(signal.SIGKILL)
    assert nothing_left(var)


def test_killed_keeper_takes_its_server_along_and_the_next_start_works(var, start_user):
    user = start_user(var)
    postmaster = postmaster_of(var)
    os.kill(keeper_of("postgresql", var), signal.SIGKILL)
    assert wait_until(lambda: postmaster not in processes_of(var), seconds=PATIENCE)
    with embedded.servers(var, durable=False):
        assert ask(var, "SELECT 1") == 1
    assert let_go(user) == "down\n"


def test_killed_postgresql_is_started_again(var):
    with embedded.servers(var, durable=False):
        postmaster = postmaster_of(var)
        os.kill(postmaster, signal.SIGKILL)
        assert wait_until(lambda: postmaster not in processes_of(var) and answers(var), seconds=PATIENCE)
        assert postmaster_of(var) != postmaster


def test_killed_valkey_is_started_again(var):
    with (
        embedded.servers(var, database=False) as addresses,
        redis.Redis.from_url(addresses.redis_url) as cache,
    ):
        cache.set("kept", "yes")
        killed = cache.info("server")["process_id"]
        os.kill(killed, signal.SIGKILL)

        def is_back() -> bool:
            try:
                return cache.info("server")["process_id"] != killed
            except redis.RedisError:
                return False

        assert wait_until(is_back, seconds=PATIENCE)
        assert cache.get("kept") == b"yes"


def test_pid_file_whose_number_now_belongs_to_another_program_blocks_no_start(var):
    with embedded.servers(var, cache=False, durable=False):
        stale = (var / "postgresql" / "postmaster.pid").read_text().splitlines()
    stale[0] = str(os.getpid())
    (var / "postgresql" / "postmaster.pid").write_text("\n".join(stale) + "\n")
    with embedded.servers(var, cache=False, durable=False):
        assert ask(var, "SELECT 1") == 1


def test_start_that_was_cut_off_is_done_again(var):
    (var / "postgresql.new").mkdir(parents=True)
    (var / "postgresql.new" / "PG_VERSION").write_text("18\n")
    with embedded.servers(var, cache=False, durable=False):
        assert ask(var, "SELECT current_database()") == "probity"


def test_cluster_of_another_version_gives_one_sentence(var):
    (var / "postgresql").mkdir(parents=True)
    (var / "postgresql" / "PG_VERSION").write_text("16\n")
    with pytest.raises(embedded.EmbeddedError) as refusal, embedded.servers(var, cache=False):
        pass
    assert str(refusal.value) == (
        f"{var / 'postgresql'} was written by PostgreSQL 16, this release brings 18: dump and restore it, "
        "or set DATABASE_URL to a PostgreSQL server of yours."
    )


def test_state_directory_without_write_permission_gives_one_sentence(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    refused = subprocess.run(
        [*programs.unprivileged(), sys.executable, "-c", WRITE_AS_NOBODY, str(closed)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert refused.stdout == (
        f"Cannot write to the state directory {closed} (Permission denied): make it writable, "
        "or set PROBITY_VAR to another directory.\n"
    )


def test_socket_directory_that_others_can_enter_is_refused(var):
    Places.of(var).sockets.mkdir(mode=0o755, parents=True)
    with pytest.raises(embedded.EmbeddedError, match="must belong to you alone"), embedded.servers(var):
        pass


def test_root_without_user_namespaces_is_told_to_set_the_database(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(embedded.EmbeddedError) as refusal:
        programs.unprivileged.__wrapped__()
    assert str(refusal.value) == (
        "PostgreSQL does not run as root, and this machine allows no user namespace: set DATABASE_URL to a "
        "PostgreSQL server of yours, or start as a normal user."
    )
