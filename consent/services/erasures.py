"""Erasing data subjects: every trace purged and the data key destroyed, in one transaction.

Locks go in one order: requests, subjects (which holds intakes back), what the traces lock, the ledger, jobs. Everybody
is purged before the first ledger entry: the ledger's lock is everybody's, and a purge may wait for somebody who waits
for it. A killed process leaves either everything or nothing erased.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consent.models import DataSubject, Erasure, SubjectRequest
from consent.people import parts_of
from consent.queries.facts import links_of
from consent.queries.holds import held
from consent.services.holds import holds_freeze
from consent.services.restricting import announce_for
from consent.traces import traces
from portal.core import ledger
from portal.core.actors import Actor
from portal.core.jobs import enqueue
from portal.core.models import DataKey


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing was erased: these data subjects are under a legal hold."""

    subject_ids: frozenset[int]


def person_of(subject: DataSubject) -> list[int]:
    """The data subject and all that it is, by confirmed merges, one person with."""
    now = timezone.now()
    return list(parts_of([subject.pk], links_of([subject.pk], known_at=now), known_at=now)[subject.pk][0])


def requests_lock_free(subject_ids: Collection[int]) -> set[int]:
    """Lock the requests of these data subjects, inside the caller's transaction and without waiting; returns the
    subjects of whom nobody is working on a request."""
    requests = SubjectRequest.objects.filter(subject__in=subject_ids).order_by("pk")
    free = requests.select_for_update(of=("self",), no_key=True, skip_locked=True)
    got = list(free.values_list("pk", flat=True))
    return set(subject_ids) - set(requests.exclude(pk__in=got).values_list("subject_id", flat=True))


@transaction.atomic
def subjects_erase(
    *,
    subject_ids: Collection[int],
    actor: Actor,
    request: SubjectRequest | None = None,
    first_erased_at: datetime | None = None,
) -> list[Erasure] | Held:
    """Erase these data subjects of one team; returns the new lines of the erasure list.

    Under a legal hold nothing happens. Subjects that are erased without a trace are passed over, so that a repetition
    changes nothing. `first_erased_at` marks an erasure replayed after a restore, which asks for no holds: it has
    happened. The caller has checked that the actor may. Writes `subject.erased` (or `subject.erasure_replayed`) with
    the pseudonym and counts, and enqueues the writing of the erasure list.
    """
    team_id = DataSubject.objects.filter(pk__in=subject_ids).values_list("team_id", flat=True).distinct().get()
    holds_freeze(team_id=team_id)
    # Whoever works on a request holds it before its subject.
    requests = SubjectRequest.objects.select_for_update(of=("self",), no_key=True).filter(subject__in=subject_ids)
    list(requests.order_by("pk").values_list("pk"))
    subjects = list(
        DataSubject.objects.select_for_update(of=("self",))
        .select_related("data_key")
        .filter(pk__in=subject_ids)
        .order_by("pk")
    )
    if first_erased_at is None and (kept := held(subject_ids)):
        return Held(frozenset(kept))
    waiting = [subject for subject in subjects if not erased_without_trace(subject)]
    if not waiting:
        return []
    ids = [subject.pk for subject in waiting]
    for trace in traces():
        if trace.lock is not None:
            trace.lock(ids)
    now = timezone.now()
    removed = [_purge(subject, first_erased_at or now, now) for subject in waiting]
    erasures = [
        _write_down(subject, counts, actor=actor, request=request, replayed=first_erased_at is not None)
        for subject, counts in zip(waiting, removed, strict=True)
    ]
    announce_for(subject_ids=ids, team_id=team_id)
    for trace in traces():
        if trace.settle is not None:
            trace.settle(ids)
    enqueue("consent.list_erasures", key="list_erasures")
    return erasures


def erased_without_trace(subject: DataSubject) -> bool:
    """Whether the subject's key is destroyed and nothing is found of them any more."""
    destroyed = subject.erased_at is not None and subject.data_key.wrapped is None
    return destroyed and not any(trace.look([subject.pk]) for trace in traces() if trace.settle is None)


def _purge(subject: DataSubject, erased_at: datetime, now: datetime) -> dict[str, int]:
    """Remove the subject's traces and destroy the key; how many rows each trace removed."""
    # The time first: database triggers let go of an append-only row's words only where its subject is erased.
    if subject.erased_at is None:
        subject.erased_at = erased_at
        subject.save(update_fields=["erased_at"])
    removed = {trace.name: trace.purge([subject.pk]) for trace in reversed(traces())}
    DataKey.objects.filter(pk=subject.data_key_id, wrapped__isnull=False).update(wrapped=None, destroyed_at=now)
    return removed


def _write_down(
    subject: DataSubject, removed: dict[str, int], *, actor: Actor, request: SubjectRequest | None, replayed: bool
) -> Erasure:
    assert subject.erased_at is not None  # by the purge
    entry = ledger.append(
        action="subject.erasure_replayed" if replayed else "subject.erased",
        actor=actor,
        obj=subject,
        team_id=subject.team_id,
        data={
            "subject": str(subject.public_id),
            "data_key": str(subject.data_key_id),
            "request": None if request is None else str(request.public_id),
            "removed": {name: count for name, count in sorted(removed.items()) if count},
        },
    )
    return Erasure.objects.create(
        team_id=subject.team_id,
        subject=subject,
        data_key_id=subject.data_key_id,
        request=request,
        erased_at=subject.erased_at,
        removed=removed,
        replayed=replayed,
        ledger_seq=entry.seq,
        ledger_hash=bytes(entry.hash).hex(),
    )
