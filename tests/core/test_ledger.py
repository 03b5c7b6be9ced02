import json
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from portal.core import ledger
from portal.core.actors import SYSTEM
from portal.core.models import LedgerEntry
from tests.factories import TeamFactory

ledger.register_actions({"test.done": "Done in a test"})


def append(team, **data):
    with transaction.atomic():
        return ledger.append(action="test.done", actor=SYSTEM, obj=team, team_id=team.pk, data=data)


@pytest.fixture
def chain(home):
    return [append(home, step=step) for step in range(5)]


def with_triggers_off(sql, parameters):
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, parameters)
        cursor.execute("SET session_replication_role = DEFAULT")


def test_chain_links_and_verifies(chain):
    assert [entry.seq for entry in chain] == [1, 2, 3, 4, 5]
    assert chain[0].prev == ledger.GENESIS
    assert chain[1].prev == chain[0].hash
    found = ledger.verify()
    assert (found.intact, found.entries, found.head) == (True, 5, chain[-1].hash.hex())


@pytest.mark.parametrize(
    "statement",
    ["UPDATE core_ledgerentry SET action = 'x'", "DELETE FROM core_ledgerentry", "TRUNCATE core_ledgerentry"],
)
def test_database_refuses_changes(chain, statement):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert ledger.verify().entries == 5


@pytest.mark.parametrize(
    ("sql", "broken_at", "reason"),
    [
        ("UPDATE core_ledgerentry SET body = replace(body, 'step', 'stop') WHERE seq = %s", 3, "content"),
        ("UPDATE core_ledgerentry SET actor = 'user:1' WHERE seq = %s", 3, "column actor"),
        ("UPDATE core_ledgerentry SET team_id = 99 WHERE seq = %s", 3, "column team"),
        ("UPDATE core_ledgerentry SET hash = '\\x00' WHERE seq = %s", 3, "content"),
        ("DELETE FROM core_ledgerentry WHERE seq = %s", 4, "entry 3 is missing"),
    ],
)
def test_tampering_is_found_at_its_entry(chain, sql, broken_at, reason):
    with_triggers_off(sql, [3])
    found = ledger.verify()
    assert (found.broken_at, reason in found.reason) == (broken_at, True)


def test_swapped_entries_are_found(chain):
    with_triggers_off("UPDATE core_ledgerentry SET seq = -seq WHERE seq IN (2, 3)", [])
    with_triggers_off("UPDATE core_ledgerentry SET seq = 5 + seq WHERE seq < 0", [])
    assert ledger.verify().broken_at == 2


def test_command_is_green_then_red(chain, tmp_path):
    out = StringIO()
    export = tmp_path / "ledger.jsonl"
    call_command("verify_ledger", "--export", str(export), stdout=out)
    assert "intact: 5 entries" in out.getvalue()
    lines = [json.loads(line) for line in export.read_text().splitlines()]
    assert [line["seq"] for line in lines] == [1, 2, 3, 4, 5]
    assert ledger.chain(bytes.fromhex(lines[0]["hash"]), lines[1]["body"]).hex() == lines[1]["hash"]
    with_triggers_off("UPDATE core_ledgerentry SET body = body || ' ' WHERE seq = %s", [2])
    with pytest.raises(CommandError, match="broken at entry 2") as error:
        call_command("verify_ledger", stdout=StringIO())
    assert error.value.returncode == 1


def test_unregistered_action_is_refused(home):
    with pytest.raises(ledger.UnregisteredAction), transaction.atomic():
        ledger.append(action="test.unheard_of", actor=SYSTEM, obj=home, team_id=home.pk)


@pytest.mark.django_db(transaction=True)
def test_entry_outside_a_transaction_is_refused():
    team = TeamFactory()
    with pytest.raises(transaction.TransactionManagementError):
        ledger.append(action="test.done", actor=SYSTEM, obj=team, team_id=team.pk)


@pytest.mark.parametrize("value", [float("nan"), object(), b"bytes"])
def test_bodies_take_plain_json_only(home, value):
    with pytest.raises((TypeError, ValueError)):
        append(home, value=value)


def test_entry_falls_with_its_change(home):
    with pytest.raises(RuntimeError), transaction.atomic():
        append(home)
        raise RuntimeError
    assert LedgerEntry.objects.count() == 0


def test_correlation_groups_entries(home):
    with ledger.correlated("request-1"):
        first, second = append(home), append(home)
    third = append(home)
    assert [entry.correlation_id for entry in (first, second, third)] == ["request-1", "request-1", ""]
    assert ledger.verify().intact


@pytest.mark.django_db(transaction=True)
def test_concurrent_appends_make_one_chain():
    team = TeamFactory()

    def work():
        for step in range(20):
            append(team, step=step)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = ledger.verify()
    assert (found.intact, found.entries) == (True, 160)
