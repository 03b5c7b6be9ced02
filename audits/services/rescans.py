"""Scanning again what an earlier engine, or other patterns, have read: marked batch by batch, then scanned as ever.

A marked conversation is *received* again: it counts as unscanned until it is read, never as clean, its days are
counted anew, and audits that need it wait. Marking is safe to repeat: what the present version has read is left alone.
"""

from __future__ import annotations

import math
import time
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from assistants.models import Assistant, Conversation
from assistants.states import ConversationState
from audits.queries.outdated import outdated
from audits.services.freshness import scans_queue
from audits.services.stale_days import days_mark_stale
from portal.core import jobs, ledger
from portal.core.access import require
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import NotFound

BATCH = 500
DEFAULT_DAYS = 90


def default_since() -> date:
    """From when on the pages suggest to scan again."""
    return timezone.now().date() - timedelta(days=DEFAULT_DAYS)


@transaction.atomic
def rescan_ask(*, assistant_id: int, since: date | None, actor: Actor) -> int:
    """Have the assistant's conversations from a day on (None: all) scanned again where an earlier version read them.

    Returns how many that are by now. Raises NotFound, Denied; SYSTEM, the command line of an operator, needs no
    permission. Writes `conversations.rescan_asked`; the work goes on in the background.
    """
    assistant = Assistant.objects.filter(pk=assistant_id).first()
    if assistant is None:
        raise NotFound("There is no such item.")
    if actor is not SYSTEM:
        require(actor, "audits.rescan", assistant)
    count = outdated(assistant_id=assistant.pk, since=since).count()
    _queue(assistant, since=since, count=count, actor=actor)
    return count


def rescan_queue(*, assistant: Assistant, since: date | None, actor: Actor) -> None:
    """What `rescan_ask` does for a caller that has asked `require`, in its transaction; nothing without a day."""
    if since is not None:
        count = outdated(assistant_id=assistant.pk, since=since).count()
        _queue(assistant, since=since, count=count, actor=actor)


def _queue(assistant: Assistant, *, since: date | None, count: int, actor: Actor) -> None:
    day = None if since is None else since.isoformat()
    ledger.append(
        action="conversations.rescan_asked",
        actor=actor,
        obj=assistant,
        team_id=assistant.team_id,
        data={"since": day, "conversations": count},
    )
    # Without a key: two askers may name different days, and each is done.
    jobs.enqueue("audits.rescan", assistant_id=assistant.pk, since=day, after=0)


def conversations_mark(*, assistant_id: int, since: date | None, after: int = 0, seconds: float = math.inf) -> int:
    """Mark what is outdated, `BATCH` a transaction, and queue its scans; returns how many were marked.

    After `seconds` it queues itself for the rest. A worker that dies leaves whole batches behind, and the job that is
    taken back goes on with what is still outdated.
    """
    ends_at = time.monotonic() + seconds
    marked = 0
    while True:
        batch = _mark_batch(assistant_id, since, after)
        if not batch:
            return marked
        marked += len(batch)
        after = batch[-1]
        if time.monotonic() >= ends_at:
            day = None if since is None else since.isoformat()
            with transaction.atomic():
                jobs.enqueue("audits.rescan", assistant_id=assistant_id, since=day, after=after)
            return marked


@transaction.atomic
def _mark_batch(assistant_id: int, since: date | None, after: int) -> list[int]:
    conversations = list(
        outdated(assistant_id=assistant_id, since=since)
        .select_for_update(of=("self",))
        .filter(pk__gt=after)
        .order_by("pk")
        .values_list("pk", "day")[:BATCH]
    )
    if not conversations:
        return []
    ids = [pk for pk, _ in conversations]
    Conversation.objects.filter(pk__in=ids).update(state=ConversationState.RECEIVED, unscannable_reason="")
    days_mark_stale(assistant_id=assistant_id, days=[day for _, day in conversations])
    scans_queue(assistant_id=assistant_id)
    return ids
