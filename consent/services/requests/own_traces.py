"""What this floor keeps of a data subject. The consent ledger itself stays, under the pseudonym.

That consent was given, refused or withdrawn, for what, when and by which notice is the controller's proof (GDPR Art.
7(1), 17(3)(e)); what the source wrote freely beside it goes.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from consent.models import (
    AccessPackage,
    ConsentEvent,
    Correction,
    DataSubject,
    SubjectAgeNote,
    SubjectRequest,
    SubjectRequestEvent,
)
from consent.queries.facts import links_of
from consent.services.requests.portfolio import request_sections, subject_sections
from consent.traces import Sealed, Subjects, Trace, register_trace
from portal.core.blind_index import blind_index

_SOURCE_EVENT = "consent.event.source_event_id"
_ERASED = r"^erased-[0-9a-f]{64}$"
_TOMBSTONE = """
    INSERT INTO consent_erasedreference (team_id, reference_index, subject_id, erased_at)
    SELECT team_id, reference_index, id, erased_at FROM consent_datasubject
    WHERE id = ANY(%s) AND reference_index IS NOT NULL AND erased_at IS NOT NULL
    ON CONFLICT (team_id, reference_index) DO UPDATE
    SET subject_id = EXCLUDED.subject_id, erased_at = greatest(consent_erasedreference.erased_at, EXCLUDED.erased_at)
"""


def _named(subjects: Subjects) -> QuerySet[DataSubject]:
    said = Q(reference_sealed__isnull=False) | Q(reference_index__isnull=False) | Q(minor_below_age__isnull=False)
    return DataSubject.objects.filter(said, pk__in=list(subjects))


def _subject_purge(subjects: Subjects) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_TOMBSTONE, [list(subjects)])
    return _named(subjects).update(reference_sealed=None, reference_index=None, minor_below_age=None)


def _events(subjects: Subjects) -> QuerySet[ConsentEvent]:
    return ConsentEvent.objects.filter(subject__in=list(subjects)).exclude(
        source_event_id__regex=_ERASED, verification="", evidence_digest=""
    )


def _events_purge(subjects: Subjects) -> int:
    rows = list(_events(subjects).values_list("pk", "team_id", "source", "source_event_id"))
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE consent_consentevent SET source_event_id = %s, verification = '', evidence_digest = '',"
            " content_hash = decode(repeat('00', 32), 'hex') WHERE id = %s",
            [
                ("erased-" + blind_index(_SOURCE_EVENT, f"{team_id}\x00{source}\x00{event_id}").hex(), pk)
                for pk, team_id, source, event_id in rows
            ],
        )
    return len(rows)


def _birthdays(subjects: Subjects) -> QuerySet[SubjectAgeNote]:
    return SubjectAgeNote.objects.filter(subject__in=list(subjects), of_age_on__isnull=False)


def _details(subjects: Subjects) -> QuerySet[SubjectRequest]:
    return SubjectRequest.objects.filter(subject__in=list(subjects), details_sealed__isnull=False)


def _corrections(subjects: Subjects) -> QuerySet[Correction]:
    return Correction.objects.filter(subject__in=list(subjects), sealed__isnull=False)


def _packages(subjects: Subjects) -> QuerySet[AccessPackage]:
    """Those of records that are or were merged with one of these as well: a package holds the whole person."""
    steps = links_of(subjects, known_at=timezone.now())
    people = {*subjects, *(step.low for step in steps), *(step.high for step in steps)}
    return AccessPackage.objects.filter(request__subject__in=people, sealed__isnull=False)


def _requests_purge(subjects: Subjects) -> int:
    now = timezone.now()
    kept = list(_packages(subjects).values_list("pk", flat=True))
    AccessPackage.objects.filter(pk__in=kept).update(sealed=None, deleted_at=now)
    return _details(subjects).update(details_sealed=None) + _corrections(subjects).update(sealed=None) + len(kept)


def _requests_look(subjects: Subjects) -> int:
    return _details(subjects).count() + _corrections(subjects).count() + _packages(subjects).count()


def _requests_sealed(subjects: Subjects) -> Iterator[Sealed]:
    """The history's notes: append-only, so they stay, closed for good with the key."""
    notes = SubjectRequestEvent.objects.filter(request__subject__in=list(subjects), note_sealed__isnull=False)
    for event in notes.select_related("request"):
        yield Sealed(event.request.data_key_id, event.place, bytes(event.note_sealed or b""))


def _cached(subjects: Subjects) -> int:
    """Entries of this process's caches that name a pseudonym; nothing of a customer is ever meant to be there."""
    names = [str(one).encode() for one in _public_ids(subjects)]
    found = 0
    for cache in caches.all(initialized_only=True):
        if isinstance(cache, LocMemCache):
            entries = {**cache._cache}  # type: ignore[attr-defined]  # the only way to look into it
            found += sum(any(name in key.encode() + value for name in names) for key, value in entries.items())
    return found


def _cache_purge(subjects: Subjects) -> int:
    found = _cached(subjects)
    if found:
        for cache in caches.all(initialized_only=True):
            cache.clear()
    return found


def _public_ids(subjects: Subjects) -> list[object]:
    return list(DataSubject.objects.filter(pk__in=list(subjects)).values_list("public_id", flat=True))


register_trace(
    Trace(
        name="consent.subject",
        label="The customer's reference and the index by which it is found",
        purge=_subject_purge,
        look=lambda subjects: _named(subjects).count(),
        export=subject_sections,
    )
)
register_trace(
    Trace(
        name="consent.events",
        label="What sources wrote freely in consent events",
        purge=_events_purge,
        look=lambda subjects: _events(subjects).count(),
    )
)
register_trace(
    Trace(
        name="consent.ages",
        label="The day of coming of age",
        purge=lambda subjects: _birthdays(subjects).update(of_age_on=None),
        look=lambda subjects: _birthdays(subjects).count(),
    )
)
register_trace(
    Trace(
        name="consent.requests",
        label="Requests: what was written, packages, corrections",
        purge=_requests_purge,
        look=_requests_look,
        sealed=_requests_sealed,
        export=request_sections,
    )
)
register_trace(Trace(name="core.cache", label="Caches of this process", purge=_cache_purge, look=_cached))
