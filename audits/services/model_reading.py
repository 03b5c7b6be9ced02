"""What a language model finds, added to what the fast engine has found: a slow second reading on a queue of its own.

A conversation is scanned, counted and masked before any model has seen it; the model only adds to that. It is read
by the model of its language, once for each version of model and engine, and again after every new scan.
"""

from __future__ import annotations

import math
import time
from functools import cache

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from assistants.models import Assistant, Conversation
from assistants.queries import transcripts_open
from assistants.states import ConversationState
from audits.engine.privacy import BadPattern
from audits.engine.privacy.ner import LanguageModel, load
from audits.models import ConversationScan
from audits.queries.outdated import current_version
from audits.queries.patterns import own_set
from audits.services.pattern_lock import patterns_hold
from audits.services.scanning import conversations_read, model_reading_queue, scans_store
from audits.services.stale_days import days_mark_stale
from portal.core import jobs, ledger
from portal.core.actors import SYSTEM

BATCH = 20


@cache
def language_model(package: str) -> LanguageModel:
    """The installed model of that name, kept for the life of the worker. Raises ModelMissing."""
    return load(package)


def conversations_read_by_model(*, assistant_id: int, seconds: float = math.inf) -> int:
    """Have the models of PROBITY_NER_MODELS read the assistant's scanned conversations; returns how many they read.

    After `seconds` it queues itself behind what waits. Writes one `conversations.read_by_model` ledger entry a batch
    and queues the fold of the days it touched. Raises ModelMissing.
    """
    assistant = Assistant.objects.get(pk=assistant_id)
    ends_at = time.monotonic() + seconds
    done = 0
    for language, package in sorted(settings.PROBITY_NER_MODELS.items()):
        model = language_model(package)
        while time.monotonic() < ends_at:
            read = batch_read_by_model(assistant=assistant, language=language, model=model)
            if not read:
                break
            done += read
    with transaction.atomic():
        if time.monotonic() >= ends_at:
            model_reading_queue(assistant_id=assistant_id)
        if done:
            jobs.enqueue("audits.fold", key=f"fold:{assistant_id}", assistant_id=assistant_id)
    return done


def batch_read_by_model(*, assistant: Assistant, language: str, model: LanguageModel) -> int:
    """Read the next conversations of a language in one transaction; returns how many were done with.

    One that the model gives up on keeps what the engine has found and is not tried again by this version.
    """
    version = current_version(assistant.pk)
    with transaction.atomic():
        conversations = list(
            Conversation.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("subject__data_key")
            .filter(Q(language=language) | Q(language__startswith=f"{language}-"), assistant=assistant)
            .filter(state=ConversationState.SCANNED, scan__engine_version=version)
            .exclude(scan__model_version=model.version)
            .order_by("pk")[:BATCH]
        )
        if not conversations:
            return 0
        patterns_hold(assistant_id=assistant.pk)
        try:
            own = own_set(assistant.pk)
        except BadPattern:
            return 0
        read = conversations_read(conversations, transcripts_open(conversations), own, model)
        given_up = len(read.reasons)
        read.reasons.clear()
        scans_store([each for each in conversations if each.pk in read.results], read)
        ids = [conversation.pk for conversation in conversations]
        ConversationScan.objects.filter(pk__in=ids).update(model_version=model.version)
        days_mark_stale(assistant_id=assistant.pk, days={conversation.day for conversation in conversations})
        ledger.append(
            action="conversations.read_by_model",
            actor=SYSTEM,
            obj=assistant,
            team_id=assistant.team_id,
            data={
                "read": len(read.results),
                "given_up": given_up,
                "first": ids[0],
                "last": ids[-1],
                "model": model.version,
            },
        )
    return len(ids)
