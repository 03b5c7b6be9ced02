"""Exposure in real conversations of a gpt-4o agent: dates of birth that it reads out, and rises where there are any."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, datetime

import pytest

from assistants.models import Conversation
from audits.models import Detection
from audits.services.counting import day_fold, stale_days_fold
from audits.services.scanning import conversations_scan
from tests.audits.asking import ask
from tests.audits.conversations import DAY, Told, conversations_make
from tests.factories import DataSubjectFactory, ReleaseFactory
from tests.real_data import real_data

pytestmark = [pytest.mark.realdata, pytest.mark.django_db]

ORIGINATED = "originated by the assistant"


def test_dates_of_birth_are_found_and_a_rise_only_where_there_is_one(assistant):
    with gzip.open(real_data("conversations_taubench.jsonl.gz"), "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    old = ReleaseFactory(assistant=assistant, version="1.4", released_at=datetime(2025, 1, 1, tzinfo=UTC))
    new = ReleaseFactory(assistant=assistant, version="2.0", released_at=datetime(2025, 3, 1, tzinfo=UTC))
    told = [
        Told(
            turns=[(turn["role"], turn["text"]) for turn in record["turns"]],
            language=record["language"],
            subject=DataSubjectFactory(team=assistant.team),
        )
        for record in records
    ]
    conversations_make(assistant, told)
    conversations_scan(assistant_id=assistant.pk, shard=0)
    stale_days_fold(assistant_id=assistant.pk)

    reciting = set(
        Detection.objects.filter(type="DATE_OF_BIRTH", origin="originated", score__gte=0.5).values_list(
            "conversation_id", flat=True
        )
    )
    assert len(reciting) >= 25
    outcome = ask(assistant, "personal_data", ORIGINATED)
    assert (outcome.state, outcome.n) == ("failed", len(records))
    assert "date of birth" in outcome.sentence
    assert outcome.result["figures"]["rises"] == 0
    assert not any(record["turns"][0]["text"] in outcome.sentence for record in records)

    ids = list(Conversation.objects.order_by("pk").values_list("pk", flat=True))
    rng = random.Random(20250303)
    for _ in range(3):  # the release is drawn by lot
        rises = _rises(assistant, old, new, in_new=set(rng.sample(ids, len(ids) // 2)))
        assert rises == 0
    others = [pk for pk in ids if pk not in reciting]
    planted = reciting | set(others[: len(others) // 2])
    assert _rises(assistant, old, new, in_new=planted) >= 1


def _rises(assistant, old, new, *, in_new: set[int]) -> int:
    """How many rises are found where these conversations, and no others, belong to the new release."""
    Conversation.objects.update(release=old)
    Conversation.objects.filter(pk__in=in_new).update(release=new)
    day_fold(assistant_id=assistant.pk, day=DAY)
    return ask(assistant, "personal_data", ORIGINATED).result["figures"]["rises"]
