"""An erasure outlives the backups: whoever an old one brings back is erased again from the list."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from assistants.models import Conversation
from assistants.queries import transcript_open
from consent.models import DataSubject, Erasure
from consent.services.erasure_list import list_export, to_replay
from consent.services.erasures import erased_without_trace
from consent.services.requests.erasing import request_erase
from consent.services.subjects import reference_open
from portal.core import ledger
from portal.core.errors import KeyDestroyed
from portal.core.models import DataKey
from portal.core.readiness import problems
from portal.core.start import require_safe_start
from tests.erasure.backup import backup, restored
from tests.erasure.scene import MARKER, REFERENCE, hand_over, tables_saying, told
from tests.jobs import drain


@pytest.mark.django_db(transaction=True)
def test_a_restored_backup_is_erased_again(scene, privacy_officer, tmp_path, settings, client):
    settings.PROBITY_ERASURE_LIST = str(tmp_path / "erasures.jsonl")
    backup(tmp_path / "before.dump")
    request_erase(public_id=scene.request.public_id, actor=privacy_officer, reauthenticated=True)
    drain()
    assert len((tmp_path / "erasures.jsonl").read_text().splitlines()) == 1
    assert MARKER not in (tmp_path / "erasures.jsonl").read_text()
    assert (to_replay(), problems()) == (0, {})

    with restored(tmp_path / "before.dump"):
        subject = DataSubject.objects.get(pk=scene.subject.pk)
        assert reference_open(subject) == REFERENCE
        conversation = Conversation.objects.filter(subject=subject).order_by("pk").first()
        assert MARKER in transcript_open(conversation).turns[0].text
        assert len(tables_saying(MARKER)) == 6
        assert to_replay() == 1
        assert client.get("/readyz").status_code == 503
        with pytest.raises(ImproperlyConfigured, match="replay_erasures"):
            require_safe_start()

        call_command("replay_erasures", settings.PROBITY_ERASURE_LIST)
        drain()
        subject.refresh_from_db()
        conversation.refresh_from_db()
        with pytest.raises(KeyDestroyed):
            subject.data_key.unwrap()
        with pytest.raises(KeyDestroyed):
            transcript_open(conversation)
        assert erased_without_trace(subject)
        assert tables_saying(MARKER) == set()
        assert Erasure.objects.get().erased_at == subject.erased_at
        assert (to_replay(), problems()) == (0, {})
        assert client.get("/readyz").json()["database"] == "ok"
        require_safe_start()
        assert ledger.verify().intact
        # The request was under way when the backup was made: it ends with a certificate of its own.
        assert subject.requests.get().state == "fulfilled"
        assert json.loads(subject.requests.get().certificate.body)["erased"][0]["again_after_a_restore"] is True
        _, rejected = hand_over(scene.assistant, told(f"ext-{MARKER}"))
        assert [one.field for one in rejected] == ["external_id"]


def replayed(path, capsys) -> dict[str, int]:
    capsys.readouterr()
    call_command("replay_erasures", str(path), "--json")
    return json.loads(capsys.readouterr().out)


def test_replay_is_idempotent_and_counts_what_it_does_not_know(scene, privacy_officer, tmp_path, capsys):
    request_erase(public_id=scene.request.public_id, actor=privacy_officer, reauthenticated=True)
    drain()
    path = tmp_path / "list.jsonl"
    call_command("export_erasures", str(path))
    assert list_export(path) == 0
    assert replayed(path, capsys) == {"read": 1, "erased": 0, "already": 1, "unknown": 0}
    assert Erasure.objects.count() == 1


def test_an_altered_line_stops_the_replay_before_anything_is_done(scene, privacy_officer, tmp_path, capsys):
    request_erase(public_id=scene.request.public_id, actor=privacy_officer, reauthenticated=True)
    drain()
    path = tmp_path / "list.jsonl"
    list_export(path)
    stray = DataKey.objects.filter(wrapped__isnull=False).order_by("pk").first()
    altered = path.read_text().replace(str(scene.subject.data_key_id), str(stray.pk))
    path.write_text(path.read_text() + altered)
    with pytest.raises(CommandError) as refused:
        call_command("replay_erasures", str(path))
    assert refused.value.returncode == 2
    assert "line 2" in capsys.readouterr().err
    stray.refresh_from_db()
    assert stray.wrapped is not None


def test_missing_and_broken_lists_are_named(tmp_path, capsys, db):
    with pytest.raises(CommandError, match=r"nothing\.jsonl"):
        call_command("replay_erasures", str(tmp_path / "nothing.jsonl"))
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(b'{"body": "{}", "signature": "AA=="}\n\n\xff\xfe\n[]\n')
    with pytest.raises(CommandError):
        call_command("replay_erasures", str(broken))
    assert [line.split(":")[0].rpartition(", ")[2] for line in capsys.readouterr().err.splitlines()] == [
        "line 1",
        "line 3",
        "line 4",
    ]


@pytest.mark.parametrize("left", [-40, -1], ids=["half a line", "no line end"])
def test_a_list_whose_writer_was_killed_is_mended(scene, privacy_officer, tmp_path, capsys, left):
    request_erase(public_id=scene.request.public_id, actor=privacy_officer, reauthenticated=True)
    drain()
    path = tmp_path / "list.jsonl"
    list_export(path)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:left])
    list_export(path)
    assert replayed(path, capsys)["already"] == len(path.read_text().splitlines()) == (1 if left < -1 else 2)
    path.write_bytes(whole[:left])
    list_export(path)
    assert path.read_bytes() == whole
