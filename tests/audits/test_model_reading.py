"""A language model's second reading: added, never doubled, and gone with the next scan. A real spaCy pipeline."""

from __future__ import annotations

import json

import pytest
import spacy

from audits import tasks
from audits.engine.privacy.ner import LanguageModel, ModelMissing, joined, load
from audits.engine.privacy.spans import Span
from audits.models import ConversationScan, Detection, StaleDay
from audits.services import model_reading
from audits.services.model_reading import batch_read_by_model
from audits.services.scanning import conversations_scan
from portal.core.models import Job, LedgerEntry
from tests.audits.conversations import Told, conversations_make

TURNS = (("customer", "Ask Xqyntho at Qqopolis, or Deborah."), ("assistant", "Xqyntho it is."))


@pytest.fixture
def model():
    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns(
        [
            {"label": "PERSON", "pattern": "Xqyntho"},
            {"label": "GPE", "pattern": "Qqopolis"},
            {"label": "PERSON", "pattern": "Deborah"},
            {"label": "ORG", "pattern": "it"},
        ]
    )
    return LanguageModel(pipeline)


def stored(conversation):
    rows = Detection.objects.filter(conversation=conversation).order_by("turn", "start")
    return [(row.turn, TURNS[row.turn][1][row.start : row.end], row.type, row.origin) for row in rows]


def test_offsets_of_a_long_text_are_those_of_the_whole(model):
    text = "é " * 30_000 + "Xqyntho"

    assert [text[span.start : span.end] for span in model.find(text)] == ["Xqyntho"]


def test_what_the_engine_found_is_kept():
    sure = [Span(5, 10, "EMAIL_ADDRESS", 0.9)]

    assert joined(sure, [Span(0, 6, "PERSON", 0.6), Span(12, 14, "PERSON", 0.6)]) == [
        Span(5, 10, "EMAIL_ADDRESS", 0.9),
        Span(12, 14, "PERSON", 0.6),
    ]


def test_a_model_that_is_not_installed_is_named():
    with pytest.raises(ModelMissing, match="xx_no_such_model"):
        load("xx_no_such_model")


@pytest.mark.django_db
def test_a_model_adds_to_a_scan_and_is_counted(assistant, model):
    (conversation,) = conversations_make(assistant, [Told(turns=TURNS)])
    conversations_scan(assistant_id=assistant.pk, shard=0)
    before = stored(conversation)
    StaleDay.objects.all().delete()

    assert batch_read_by_model(assistant=assistant, language="en", model=model) == 1

    assert before == [(0, "Deborah", "PERSON", "volunteered")]
    assert stored(conversation) == [
        (0, "Xqyntho", "PERSON", "volunteered"),
        (0, "Qqopolis", "LOCATION", "volunteered"),
        (0, "Deborah", "PERSON", "volunteered"),
        (1, "Xqyntho", "PERSON", "echoed"),
    ]
    assert ConversationScan.objects.get(pk=conversation.pk).measures["pii_echoed"] is True
    assert StaleDay.objects.filter(assistant=assistant).count() == 1
    entry = LedgerEntry.objects.get(action="conversations.read_by_model")
    assert json.loads(entry.body)["data"]["read"] == 1


@pytest.mark.django_db
def test_a_model_reads_a_scan_once_and_a_new_scan_again(assistant, model):
    (conversation,) = conversations_make(assistant, [Told(turns=TURNS)])
    conversations_scan(assistant_id=assistant.pk, shard=0)
    batch_read_by_model(assistant=assistant, language="en", model=model)
    once = stored(conversation)

    assert batch_read_by_model(assistant=assistant, language="en", model=model) == 0
    type(conversation).objects.filter(pk=conversation.pk).update(state="received")
    conversations_scan(assistant_id=assistant.pk, shard=0)
    assert len(stored(conversation)) == 1
    assert batch_read_by_model(assistant=assistant, language="en", model=model) == 1
    assert stored(conversation) == once


@pytest.mark.django_db
def test_a_conversation_in_another_language_is_left_alone(assistant, model):
    conversations_make(assistant, [Told(turns=TURNS, language="pl")])
    conversations_scan(assistant_id=assistant.pk, shard=0)

    assert batch_read_by_model(assistant=assistant, language="en", model=model) == 0


@pytest.mark.django_db
def test_a_scan_asks_for_the_model_on_its_own_queue_only_where_there_is_one(assistant, model, settings, monkeypatch):
    conversations_make(assistant, [Told(turns=TURNS)])
    conversations_scan(assistant_id=assistant.pk, shard=0)
    assert not Job.objects.filter(task="audits.read_by_model").exists()

    settings.PROBITY_NER = True
    conversations_scan(assistant_id=assistant.pk, shard=0)
    assert Job.objects.get(task="audits.read_by_model").queue == "ner"

    monkeypatch.setattr(model_reading, "language_model", lambda package: model)
    tasks.read_by_model(assistant_id=assistant.pk)
    assert ConversationScan.objects.get().model_version == model.version
