"""Requests in any state, made by the services as people would make them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from consent.models import DataSubject, SubjectRequest
from consent.services.requests.handling import request_receive, request_start, request_verify_identity
from consent.services.subjects import subjects_resolve
from portal.accounts.models import Team, User


def subject_make(team: Team, reference: str = "C-1001") -> DataSubject:
    """The data subject of this reference, as an intake makes it."""
    with transaction.atomic():
        [resolved] = subjects_resolve(team=team, references=[reference])
    return DataSubject.objects.get(pk=resolved.subject_id)


def request_make(subject: DataSubject, *, actor: User, kind: str = "erasure", **given: Any) -> SubjectRequest:
    """A received request."""
    given.setdefault("channel", "email")
    return request_receive(team=subject.team, subject=subject, kind=kind, actor=actor, **given)


def request_started(subject: DataSubject, *, actor: User, kind: str = "erasure", **given: Any) -> SubjectRequest:
    """A request that is in progress."""
    made = request_make(subject, actor=actor, kind=kind, **given)
    request_verify_identity(public_id=made.public_id, method="signed_in", actor=actor)
    return request_start(public_id=made.public_id, actor=actor)
