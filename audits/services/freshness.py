"""Before a check reads counts, what the counts are made of has to be there."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings

from assistants.models import Conversation
from assistants.states import ConversationState
from audits.services.counting import stale_days_fold
from audits.services.scanning import scan_queue
from audits.services.stale_days import received_days_mark_stale, ripe_days_mark_stale
from portal.core.models import Job, JobState


def scans_queue(*, assistant_id: int) -> None:
    """Queue scan jobs for the assistant's received conversations, one a shard; waiting ones are not doubled."""
    for shard in range(settings.PROBITY_SCAN_SHARDS):
        scan_queue(assistant_id=assistant_id, shard=shard)


def counts_ready(*, assistant_id: int, since: date, until: date, asked_at: datetime) -> bool:
    """Whether the window's counts hold everything received until `asked_at`; folds its stale days if so.

    False while scans are under way. Where no scan job is left the scans have failed or ended, and what is still
    unscanned is counted as such.
    """
    waiting = Conversation.objects.filter(
        assistant_id=assistant_id,
        state=ConversationState.RECEIVED,
        day__gte=since,
        day__lt=until,
        received_at__lte=asked_at,
    )
    if waiting.exists():
        if _scans_under_way(assistant_id):
            return False
        received_days_mark_stale(assistant_id=assistant_id)
    ripe_days_mark_stale(assistant_id=assistant_id)
    stale_days_fold(assistant_id=assistant_id, since=since, until=until)
    return True


def _scans_under_way(assistant_id: int) -> bool:
    return Job.objects.filter(
        task="audits.scan",
        payload__assistant_id=assistant_id,
        state__in=[JobState.QUEUED, JobState.RUNNING],
    ).exists()
