"""Whether a data subject's data may be looked into at all (GDPR Art. 18)."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from consent.models import ProcessingRestriction
from consent.people import parts_of
from consent.queries.facts import links_of


def is_restricted(subject_id: int) -> bool:
    """Whether the processing of this subject's data, or of one that they are merged with, is restricted now.

    Two queries.
    """
    now = timezone.now()
    parts = parts_of([subject_id], links_of([subject_id], known_at=now), known_at=now)
    everyone = {one for part in parts[subject_id] for one in part} | {subject_id}
    standing = Q(imposed_at__lte=now) & (Q(lifted_at__isnull=True) | Q(lifted_at__gt=now))
    return ProcessingRestriction.objects.filter(standing, subject__in=everyone).exists()
