"""Erasing again, after an old backup was restored, whomever the erasure list names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from consent.models import DataSubject
from consent.request_states import RequestKind, RequestState
from consent.services.erasure_list import Listed
from consent.services.erasures import subjects_erase
from portal.core.actors import SYSTEM
from portal.core.jobs import enqueue
from portal.core.jsonlines.summary import Report
from portal.core.models import DataKey


@dataclass(slots=True)
class ReplayReport(Report):
    """What became of a list: read = erased + already + unknown."""

    erased: int = 0
    already: int = 0
    unknown: int = 0


def erasures_replay(*, listed: Iterable[Listed]) -> ReplayReport:
    """Erase each of them again, a transaction each. Safe to repeat and to interrupt.

    A subject that this database does not hold is counted as unknown (the backup is older, or of another installation);
    its data key, should it be there, is destroyed nevertheless. Open requests for erasure of the subject are checked
    and certified anew. Legal holds are not asked: the erasure has happened.
    """
    report = ReplayReport()
    for one in listed:
        report.read += 1
        subject = DataSubject.objects.filter(public_id=one.subject).first()
        if subject is None:
            report.unknown += 1
            _key_destroy(one)
            continue
        with transaction.atomic():
            erased = subjects_erase(subject_ids=[subject.pk], actor=SYSTEM, first_erased_at=one.erased_at)
            requests = subject.requests.filter(kind=RequestKind.ERASURE, state=RequestState.IN_PROGRESS)
            for request_id in requests.values_list("pk", flat=True):
                enqueue("consent.check_erasure", key=f"check_erasure:{request_id}", request_id=request_id)
        report.erased += bool(erased)
        report.already += not erased
    return report


def _key_destroy(one: Listed) -> None:
    DataKey.objects.filter(pk=one.data_key, wrapped__isnull=False).update(wrapped=None, destroyed_at=timezone.now())
