"""What the consent ledger says about a row's data subject, as expressions for retention."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, DateTimeField, Exists, F, OuterRef, Subquery, Value, When

from consent.models import ConsentEvent
from consent.states import ConsentState

_ENDED = [ConsentState.WITHDRAWN, ConsentState.REVOKED, ConsentState.EXPIRED, ConsentState.OBJECTED]


def withdrawn_at(subject: str, purpose: int | None) -> Any:
    """When the subject's consent for the purpose ended, null where it never did or was given anew.

    The last event that was not taken back decides. `subject` is the path to the data subject's id.
    """
    if purpose is None:
        return Value(None, output_field=DateTimeField())
    taken_back = ConsentEvent.objects.filter(invalidates=OuterRef("pk"))
    events = (
        ConsentEvent.objects.filter(subject=OuterRef(subject), purpose=purpose)
        .exclude(state=ConsentState.INVALIDATED)
        .exclude(Exists(taken_back))
        .order_by("-occurred_at", "-pk")
        .annotate(ended=Case(When(state__in=_ENDED, then=F("occurred_at")), output_field=DateTimeField()))
    )
    return Subquery(events.values("ended")[:1], output_field=DateTimeField())


def subject_place(subject: str) -> Any:
    """The jurisdiction that the subject's latest consent event names, null where none does."""
    events = ConsentEvent.objects.filter(subject=OuterRef(subject)).exclude(jurisdiction="")
    return Subquery(events.order_by("-occurred_at", "-pk").values("jurisdiction")[:1], output_field=CharField())
