"""Correcting the attributes under which a customer's conversations are counted."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from assistants.listeners import announce_days_left
from assistants.models import AuditAttributes, AuditedAttribute
from consent.corrections import register_correction
from portal.core.errors import Invalid

_LENGTH = 120


def attributes_correct(*, subject_id: int, name: str, value: str) -> tuple[int, list[str]]:
    """Set a declared attribute in all conversations of the subject that have it; the days are counted anew by audits.

    Raises Invalid where none of the assistants that they spoke with declares it.
    """
    if name not in attributes_declared(subject_id):
        raise Invalid("No assistant that the customer spoke with declares this attribute.", field="attribute")
    if len(value) > _LENGTH:
        raise Invalid(f"At most {_LENGTH} characters.", field="attribute_value")
    rows = list(
        AuditAttributes.objects.select_for_update(of=("self",))
        .select_related("conversation")
        .filter(conversation__subject=subject_id, values__has_key=name)
        .order_by("pk")
    )
    before = sorted({str(row.values[name]) for row in rows})
    for row in rows:
        row.values[name] = value
    AuditAttributes.objects.bulk_update(rows, ["values"], batch_size=500)
    days: dict[int, set[date]] = defaultdict(set)
    for row in rows:
        days[row.conversation.assistant_id].add(row.conversation.day)
    for assistant_id in sorted(days):
        announce_days_left(assistant_id=assistant_id, days=days[assistant_id])
    return len(rows), before


def attributes_declared(subject_id: int) -> list[str]:
    """The attributes that the assistants declare which the subject spoke with."""
    declared = AuditedAttribute.objects.filter(assistant__conversations__subject=subject_id)
    return list(declared.order_by("name").values_list("name", flat=True).distinct())


register_correction(attributes_correct, attributes_declared)
