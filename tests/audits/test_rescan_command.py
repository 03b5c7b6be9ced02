"""The rescan command: what it says, and what a dead worker leaves behind."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from assistants.models import Conversation
from audits.models import ConversationScan
from audits.queries.counts import value_counts
from audits.services import rescans
from audits.services.counting import stale_days_fold
from tests.audits.conversations import Told
from tests.audits.told import MARCH, counted
from tests.jobs import drain

pytestmark = pytest.mark.django_db


def rescan(*arguments: str) -> str:
    out = io.StringIO()
    call_command("rescan", "--assistant", "ava", *arguments, stdout=out)
    return out.getvalue()


def test_it_says_how_many_an_earlier_version_has_read(assistant):
    counted(assistant, [Told() for _ in range(3)])
    assert rescan().startswith("0 conversations of ava will be scanned again with 1.")
    ConversationScan.objects.update(engine_version="0.earlier")
    assert json.loads(rescan("--since", "2025-03-01", "--json"))["conversations"] == 3
    assert json.loads(rescan("--since", "2025-04-01", "--json"))["conversations"] == 0
    drain()
    assert not ConversationScan.objects.filter(engine_version="0.earlier").exists()
    assert value_counts(assistant=assistant, measure="scan.state", window=MARCH) == {"scanned": 3}


def test_bad_input_names_the_argument(assistant):
    with pytest.raises(CommandError) as refused:
        call_command("rescan", "--assistant", "nobody")
    assert refused.value.returncode == 2
    assert str(refused.value) == ("--assistant: there is no assistant nobody; known: ava. register_assistant adds one.")
    with pytest.raises(CommandError, match="is not a day"):
        rescan("--since", "spring")


def test_a_worker_that_dies_while_marking_leaves_whole_batches_that_count_as_unscanned(assistant, monkeypatch):
    counted(assistant, [Told() for _ in range(5)])
    ConversationScan.objects.update(engine_version="0.earlier")
    monkeypatch.setattr(rescans, "BATCH", 2)
    marked = []

    def fall(*, assistant_id):
        marked.append(assistant_id)
        if len(marked) == 2:
            raise RuntimeError("the worker falls over")

    monkeypatch.setattr(rescans, "scans_queue", fall)
    with pytest.raises(RuntimeError):
        rescans.conversations_mark(assistant_id=assistant.pk, since=None)
    assert Conversation.objects.filter(state="received").count() == 2
    stale_days_fold(assistant_id=assistant.pk)
    assert value_counts(assistant=assistant, measure="scan.state", window=MARCH) == {"received": 2, "scanned": 3}
    assert rescans.conversations_mark(assistant_id=assistant.pk, since=None) == 3


def test_marking_makes_room_for_others_and_goes_on_where_it_was(assistant, monkeypatch):
    counted(assistant, [Told() for _ in range(5)])
    ConversationScan.objects.update(engine_version="0.earlier")
    monkeypatch.setattr(rescans, "BATCH", 2)
    assert rescans.conversations_mark(assistant_id=assistant.pk, since=None, seconds=0) == 2
    drain()
    assert not ConversationScan.objects.filter(engine_version="0.earlier").exists()


def test_what_could_not_be_read_is_tried_again(assistant):
    counted(assistant, [Told()])
    Conversation.objects.update(state="unscannable", unscannable_reason="DetectionError")
    rescan()
    drain()
    assert list(Conversation.objects.values_list("state", "unscannable_reason")) == [("scanned", "")]
