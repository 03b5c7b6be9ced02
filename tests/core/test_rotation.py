"""Keys change while the portal runs: nothing is lost, nothing is missed, and the old key goes only when unused."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import uuid
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.utils import timezone

from audits.models import Flag, SignOff
from consent.models import DataSubject
from consent.services.subjects import reference_open, subjects_resolve
from portal.core import envelope
from portal.core.checks import every_data_key_has_its_master_key
from portal.core.errors import Conflict
from portal.core.fields import EncryptedRow, UnreadableValue
from portal.core.models import DataKey, KeyRotation, LedgerEntry, RetiredKey
from portal.core.rotation.field_keys import encrypted_tables, field_keys_in_use, field_keys_rotate, key_names
from portal.core.rotation.master import master_key_retire, master_keys_in_use, master_keys_named, master_keys_rotate
from tests.factories import AssistantFactory, ConversationFactory, TeamFactory
from tests.worker import environment
from tests.workflow.making import bring, finding_make

OLD = "t1:dGVzdC1tYXN0ZXIta2V5LXRlc3QtbWFzdGVyLWtleTE="
NEW = "t2:bmV3LW1hc3Rlci1rZXktbmV3LW1hc3Rlci1rZXktMDE="
NEW_FIELD = "bmV3LWZpZWxkLWtleS1uZXctZmllbGQta2V5LTAwMDE="
PATIENCE = 60


def data_keys(count):
    """Data keys under the current master key; returns them open."""
    made = [envelope.new_key() for _ in range(count)]
    DataKey.objects.bulk_create(
        DataKey(id=opened.key_id, wrapped=wrapped, master_key_id=envelope.master_id_of(wrapped))
        for opened, wrapped in made
    )
    return {opened.key_id: opened for opened, _ in made}


def flags(count):
    assistant = AssistantFactory()
    return [
        Flag.objects.create(
            conversation=ConversationFactory(assistant=assistant),
            kind="privacy",
            source="agent",
            source_id=str(uuid.uuid4()),
            raised_by="user:1",
            raised_at=timezone.now(),
            note=f"Łucja {number}",
        )
        for number in range(count)
    ]


def rotate(*arguments):
    """What the command prints and how it exits."""
    out = StringIO()
    try:
        call_command("rotate_keys", *arguments, stdout=out, stderr=StringIO())
    except CommandError as error:
        return out.getvalue(), error.returncode
    return out.getvalue(), 0


def test_every_data_key_goes_under_the_new_master_key_and_still_opens(db, settings):
    opened = data_keys(25)
    gone = DataKey.objects.first()
    DataKey.objects.filter(pk=gone.pk).update(wrapped=None, destroyed_at=timezone.now())
    settings.PROBITY_MASTER_KEYS = [NEW, OLD]
    rotation = master_keys_rotate(batch=4)
    assert (rotation.done, rotation.unreadable, rotation.finished_at is not None) == (24, 0, True)
    assert master_keys_in_use() == {"t2": 24}
    assert master_keys_named() == ["t2"]
    settings.PROBITY_MASTER_KEYS = [NEW]
    for key in DataKey.objects.filter(destroyed_at__isnull=True):
        assert key.unwrap() == opened[key.pk]
    assert master_keys_rotate().done == 0
    actions = (
        LedgerEntry.objects.filter(object_type="core.keyrotation").order_by("seq").values_list("action", flat=True)
    )
    assert list(actions) == ["keys.rotation_started", "keys.rotation_finished"] * 2


def test_a_key_that_does_not_open_is_left_and_counted(db, settings):
    data_keys(3)
    _, wrapped = envelope.new_key()
    DataKey.objects.create(id=uuid.uuid4(), wrapped=wrapped, master_key_id="t1")
    settings.PROBITY_MASTER_KEYS = [NEW, OLD]
    rotation = master_keys_rotate(batch=2)
    assert (rotation.done, rotation.unreadable) == (3, 1)
    with pytest.raises(Conflict, match="1 data keys are wrapped"):
        master_key_retire(key="t1")
    out, code = rotate("--master", "--json")
    assert (json.loads(out)[0]["unreadable"], code) == (1, 1)


def test_a_retired_master_key_wraps_nothing_again(db, settings):
    data_keys(3)
    settings.PROBITY_MASTER_KEYS = [NEW, OLD]
    with pytest.raises(Conflict, match="3 data keys"):
        master_key_retire(key="t1")
    with pytest.raises(Conflict, match="current"):
        master_key_retire(key="t2")
    master_keys_rotate()
    master_key_retire(key="t1")
    master_key_retire(key="t1")
    assert LedgerEntry.objects.filter(action="keys.retired").count() == 1
    settings.PROBITY_MASTER_KEYS = [OLD]  # a process that was not restarted
    with pytest.raises(DatabaseError, match="t1 is retired"), transaction.atomic():
        subjects_resolve(team=TeamFactory(), references=["A-1"])
    with pytest.raises(Conflict, match="retired before"):
        master_keys_rotate()
    settings.PROBITY_MASTER_KEYS = [NEW]
    with transaction.atomic():
        subjects_resolve(team=TeamFactory(), references=["A-1"])


def test_start_is_refused_while_data_keys_need_a_master_key_that_is_not_there(db, settings):
    data_keys(2)
    assert every_data_key_has_its_master_key(None, databases=["default"]) == []
    settings.PROBITY_MASTER_KEYS = [NEW]
    [error] = every_data_key_has_its_master_key(None, databases=["default"])
    assert (error.id, "t1" in error.msg) == ("probity.E012", True)
    assert every_data_key_has_its_master_key(None, databases=None) == []
    DataKey.objects.update(wrapped=None, destroyed_at=timezone.now())
    assert every_data_key_has_its_master_key(None, databases=["default"]) == []


def test_every_encrypted_value_goes_under_the_new_field_key(db, settings):
    made = flags(7)
    old, new = Fernet(settings.FIELD_ENCRYPTION_KEY[0]), Fernet(NEW_FIELD)
    settings.FIELD_ENCRYPTION_KEY = [NEW_FIELD, *settings.FIELD_ENCRYPTION_KEY]
    names = list(key_names())
    assert field_keys_in_use() == {names[0]: 0, names[1]: 14}
    rotation = field_keys_rotate(batch=2)
    assert (rotation.done >= 7, rotation.unreadable) == (True, 0)
    assert field_keys_in_use() == {names[0]: 14, names[1]: 0}
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM audits_flag ORDER BY id")
        tokens = [token.encode() for (token,) in cursor]
    assert [new.decrypt(token).decode().endswith(f"Łucja {n}") for n, token in enumerate(tokens)] == [True] * 7
    settings.FIELD_ENCRYPTION_KEY = [NEW_FIELD]
    assert [flag.note for flag in Flag.objects.order_by("pk")] == [flag.note for flag in made]
    assert old != new


def test_a_value_that_no_key_opens_is_left_and_counted(db, settings):
    [flag] = flags(1)
    settings.FIELD_ENCRYPTION_KEY = [NEW_FIELD]
    rotation = field_keys_rotate()
    assert rotation.unreadable == 2
    assert field_keys_in_use() == {next(iter(key_names())): 0, "": 2}
    with pytest.raises(UnreadableValue):
        Flag.objects.get(pk=flag.pk)
    assert rotate("--fields")[1] == 1


def test_append_only_rows_are_encrypted_anew_and_changed_in_no_other_way(settings, home, reviewer, manager, approver):
    finding = finding_make(AssistantFactory(team=home))
    bring(finding, "closed", finder=reviewer, fixer=manager, approver=approver)
    signed = SignOff.objects.get(finding=finding)
    settings.FIELD_ENCRYPTION_KEY = [NEW_FIELD, *settings.FIELD_ENCRYPTION_KEY]
    field_keys_rotate()
    settings.FIELD_ENCRYPTION_KEY = [NEW_FIELD]
    assert SignOff.objects.get(pk=signed.pk).note == signed.note
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL probity.resealing = 'on'")
        for change in ("note = 'plain'", "note = NULL", "signed_at = now()", "finding_id = 0"):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(f"UPDATE audits_signoff SET {change}")
        cursor.execute("SET LOCAL probity.resealing = 'off'")
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        cursor.execute("UPDATE audits_signoff SET note = note")


def test_every_table_with_encrypted_fields_lets_a_rotation_pass(db):
    """Triggers that refuse updates must know the exception; the introspection must find every model."""
    places = encrypted_tables()
    rows = {model._meta.db_table for model in apps.get_models() if issubclass(model, EncryptedRow)}
    assert rows
    assert rows - {place.table for place in places} == set()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT tgrelid::regclass::text, proname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
            WHERE NOT tgisinternal AND tgtype & 16 <> 0 AND tgtype & 1 <> 0 AND tgrelid::regclass::text = ANY(%s)
            """,
            [[place.table for place in places]],
        )
        found = {(table, function) for table, function in cursor if function != "probity_append_only"}
    assert found <= {
        ("consent_legalhold", "consent_legalhold_history"),
        ("audits_finding", "audits_finding_closed_by_proof"),
    }


def test_command_says_what_uses_which_key_and_when_the_old_one_may_go(db, settings):
    data_keys(2)
    flags(1)
    settings.PROBITY_MASTER_KEYS = [NEW, OLD]
    settings.FIELD_ENCRYPTION_KEY = [NEW_FIELD, *settings.FIELD_ENCRYPTION_KEY]
    old_field = list(key_names())[1]
    used = DataKey.objects.count()
    assert rotate("--retire", "t1")[1] == 1
    assert rotate("--retire", old_field)[1] == 1
    assert rotate("--retire", "nobody")[1] == 2
    status = json.loads(rotate("--status", "--json")[0])
    assert status["master_keys"]["t1"] == {"data_keys": used, "configured": True, "current": False, "retired": False}
    assert status["field_keys"][old_field] == {"values": 2, "configured": True, "current": False}
    out, code = rotate("--batch", "1")
    assert code == 0
    assert f"{used} data keys wrapped anew" in out
    assert rotate("--retire", "t1")[1] == 0
    assert "Remove it from FIELD_ENCRYPTION_KEY" in rotate("--retire", old_field)[0]
    out, _ = rotate("--status")
    assert ", retired" in out
    assert not KeyRotation.objects.filter(finished_at__isnull=True).exists()
    assert list(RetiredKey.objects.values_list("pk", flat=True)) == ["t1"]
    assert rotate("--batch", "0")[1] == 2


def started(kind, batch, *new):
    command = [sys.executable, "-m", "tests.core.rotating", kind, str(batch), *new]
    return subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.django_db(transaction=True)
def test_rotation_killed_half_way_goes_on_while_intake_does(settings):
    """Kill -9 in the middle of both rotations; customers come in from processes with the old keys all the while."""
    opened = data_keys(600)
    made = flags(40)
    team, references, stop = TeamFactory(), [], threading.Event()

    def take_in():
        try:
            while not stop.is_set() and len(references) < 3000:
                batch = [f"C-{uuid.uuid4()}" for _ in range(3)]
                with transaction.atomic():
                    subjects_resolve(team=team, references=batch)
                references.extend(batch)
        finally:
            connection.close()

    intake = threading.Thread(target=take_in)
    intake.start()
    try:
        for kind, batch, new in (("master", 7, NEW), ("fields", 3, NEW_FIELD)):
            with started(kind, batch, new) as process:
                seen = [process.stdout.readline() for _ in range(4)]
                process.send_signal(signal.SIGKILL)
                assert process.wait(PATIENCE) == -signal.SIGKILL, process.stderr.read()
            cut_short = KeyRotation.objects.get(kind=kind)
            assert cut_short.finished_at is None
            assert int(seen[-1]) <= cut_short.done < cut_short.total
        came_in_meanwhile = len(references)
        settings.PROBITY_MASTER_KEYS = [NEW, OLD]
        settings.FIELD_ENCRYPTION_KEY = [NEW_FIELD, *settings.FIELD_ENCRYPTION_KEY]
        before = KeyRotation.objects.get(kind="master")
        resumed = master_keys_rotate(batch=50)
        assert (resumed.pk, resumed.done > before.done, field_keys_rotate().unreadable) == (before.pk, True, 0)
    finally:
        stop.set()
        intake.join(PATIENCE)
    assert came_in_meanwhile > 0
    # One process was never restarted: what it leaves under the old key is found, not missed.
    settings.PROBITY_MASTER_KEYS = [OLD, NEW]
    with transaction.atomic():
        subjects_resolve(team=team, references=["late"])
    references.append("late")
    settings.PROBITY_MASTER_KEYS = [NEW, OLD]
    with pytest.raises(Conflict, match="1 data keys are wrapped under t1"):
        master_key_retire(key="t1")
    master_keys_rotate()
    master_key_retire(key="t1")
    settings.PROBITY_MASTER_KEYS, settings.FIELD_ENCRYPTION_KEY = [NEW], [NEW_FIELD]
    keys = DataKey.objects.in_bulk()
    assert all(keys[key_id].unwrap() == one for key_id, one in opened.items())
    assert {reference_open(s) for s in DataSubject.objects.filter(team=team).select_related("data_key")} == set(
        references
    )
    assert [flag.note for flag in Flag.objects.order_by("pk")] == [flag.note for flag in made]
