"""What legal holds keep of a data subject, and how it goes when the subject is erased.

That there was a hold stays, and who placed and released it; its words go, since they speak of the customer.
"""

from __future__ import annotations

from django.db.models import QuerySet

from consent.models import LegalHold
from consent.traces import Subjects, Trace, register_trace

_WORDS = ("matter", "reason", "release_reason")


def _of(subjects: Subjects) -> QuerySet[LegalHold]:
    return LegalHold.objects.filter(subject__in=list(subjects))


def _worded(subjects: Subjects) -> list[LegalHold]:
    return [hold for hold in _of(subjects) if any(getattr(hold, name) for name in _WORDS)]


def _lock(subjects: Subjects) -> None:
    list(_of(subjects).select_for_update().order_by("pk").values_list("pk"))


def _purge(subjects: Subjects) -> int:
    found = _worded(subjects)
    for hold in found:
        hold.matter = hold.reason = hold.release_reason = ""
        hold.save(update_fields=list(_WORDS))
    return len(found)


register_trace(
    Trace(
        name="consent.legal_holds",
        label="Words of released legal holds",
        purge=_purge,
        look=lambda subjects: len(_worded(subjects)),
        lock=_lock,
    )
)
