"""The real conversation files: every line is accounted for, and a second run changes nothing."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import os
from pathlib import Path

import pytest
from django.core.management import call_command

from assistants.models import Conversation
from assistants.queries import transcripts_open
from assistants.transcripts import Transcript

SAMPLE = 150

pytestmark = pytest.mark.realdata


@pytest.fixture
def files() -> list[Path]:
    directory = Path(os.environ.get("PROBITY_REAL_DATA", Path(__file__).parents[2] / "../shared/data"))
    found = sorted(directory.glob("conversations_*.jsonl.gz"))
    if not found:
        pytest.skip(f"no conversation files in {directory} (PROBITY_REAL_DATA)")
    return found


def imported(*paths: Path) -> tuple[int, ...]:
    out = io.StringIO()
    call_command("import_conversations", *paths, "--assistant", "helper", "--json", stdout=out)
    summary = json.loads(out.getvalue())
    return tuple(summary[name] for name in ("read", "created", "revised", "unchanged", "rejected"))


def test_a_sample_of_every_file_goes_in_whole_and_comes_out_as_it_was(tmp_path, assistant, files):
    samples, sources = [], {}
    for path in files:
        with gzip.open(path, "rb") as lines:
            sample = list(itertools.islice(lines, SAMPLE))
        sources |= {one["external_id"]: one for one in map(json.loads, sample)}
        samples.append(tmp_path / path.name)
        samples[-1].write_bytes(gzip.compress(b"".join(sample)))
    total = len(sources)
    assert total == SAMPLE * len(files)
    assert imported(*samples) == (total, total, 0, 0, 0)
    assert imported(*samples) == (total, 0, 0, total, 0)
    rows = list(Conversation.objects.select_related("subject__data_key"))
    opened = transcripts_open(rows)
    for row in rows:
        source, transcript = sources.pop(row.external_id), opened[row.pk]
        assert isinstance(transcript, Transcript)
        assert [(turn.role, turn.text) for turn in transcript.turns] == [
            (turn["role"], turn["text"]) for turn in source["turns"]
        ]
        assert transcript.metadata == source.get("attributes", {}) | source.get("metadata", {})
        assert row.outcome == source.get("outcome", {})
    assert sources == {}


@pytest.mark.slow
def test_every_file_goes_in_whole_and_a_second_run_changes_nothing(assistant, files):
    total = 0
    for path in files:
        with gzip.open(path, "rb") as lines:
            total += sum(1 for _ in lines)
    assert imported(*files) == (total, total, 0, 0, 0)
    assert imported(*files) == (total, 0, 0, total, 0)
    assert Conversation.objects.count() == total
