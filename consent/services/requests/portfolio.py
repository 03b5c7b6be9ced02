"""What this floor shows a customer of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from consent.models import ConsentEvent, Correction, DataSubject, RetentionRule, SubjectRequest
from consent.queries.receipts import receipt
from consent.queries.timelines import decisions_by_purpose
from consent.retention.classes import data_class
from consent.retention.durations import duration
from consent.services.subjects import reference_open
from consent.states import ConsentActor, RuleState
from consent.traces import Section
from portal.core.envelope import SealBroken
from portal.core.errors import KeyDestroyed, NotFound
from portal.core.languages import language_name

RIGHTS = (
    "You may ask for correction, erasure, restriction and portability of this data, object to its use, withdraw a "
    "consent at any time, and complain to a supervisory authority."
)


def subject_sections(subject: DataSubject) -> Iterator[Section]:
    """Who the subject is to the controller, what their data is used for, and their rights (Art. 15(1))."""
    now = timezone.now()
    events = list(
        ConsentEvent.objects.select_related("purpose", "notice").filter(subject=subject).order_by("occurred_at", "pk")
    )
    yield Section(
        name="about-you",
        title="About you",
        data={
            "controller": subject.team.controller or subject.team.name,
            "your reference": _reference(subject),
            "our pseudonym for you": str(subject.public_id),
            "known since": subject.created_at.isoformat(),
            "younger than": subject.minor_below_age,
            "your rights": RIGHTS,
        },
        shown={
            "Controller": subject.team.controller or subject.team.name,
            "Your reference": _reference(subject),
            "Our pseudonym for you": str(subject.public_id),
            "On record since": subject.created_at,
            "Younger than": subject.minor_below_age,
            "Your rights": RIGHTS,
        },
    )
    purposes = [
        {
            "purpose": row.purpose.name,
            "description": row.purpose.description,
            "lawful basis": row.purpose.get_lawful_basis_display(),
            "today": row.decision.status.label,
            "why": row.decision.reason.label,
        }
        for row in decisions_by_purpose(subject=subject, use_time=now, known_at=now)
    ]
    yield Section(
        name="purposes",
        title="What your data is used for",
        note="Each purpose, its lawful basis, and whether it may be used for it today.",
        data=purposes,
        shown=[{name.capitalize(): value for name, value in one.items()} for one in purposes],
    )
    recipients = sorted({one for event in events for one in event.recipients})
    categories = sorted({one for event in events for one in event.data_categories})
    yield Section(
        name="recipients",
        title="Who receives it",
        note="The recipients and the kinds of data that were named when consent was asked for.",
        data={"recipients": recipients, "kinds of data": categories},
        shown={"Recipients": recipients, "Kinds of data": categories},
    )
    rules = RetentionRule.objects.select_related("purpose").filter(team=subject.team_id, state=RuleState.ACTIVE)
    rules = rules.order_by("data_class", "pk")
    yield Section(
        name="retention",
        title="How long it is kept",
        note="The rules in force, by kind of data. A legal dispute can make it longer.",
        data=[_rule(rule) for rule in rules],
        shown=[_rule_in_words(rule) for rule in rules],
    )
    yield Section(
        name="receipts",
        title="Consent receipts",
        note="One record for each purpose, in the terms of ISO/IEC TS 27560.",
        data=receipt(subject=subject, known_at=now),
        template="consent/package/file_only.html",
    )
    yield Section(
        name="consents",
        title="Your consents",
        note="Every statement on record, oldest first.",
        data=[_event(event) for event in events],
        shown=[_event_in_words(event) for event in events],
        provided=True,
    )


def request_sections(subject: DataSubject) -> Iterator[Section]:
    """What the subject asked for before, and what was corrected."""
    requests = SubjectRequest.objects.filter(subject=subject).order_by("received_at", "pk")
    yield Section(
        name="requests",
        title="Your requests",
        data=[
            {
                "request": str(request.public_id),
                "kind": request.get_kind_display(),
                "received": request.received_at.isoformat(),
                "state": request.get_state_display(),
                "closed": request.closed_at.isoformat() if request.closed_at else None,
            }
            for request in requests
        ],
        shown=[
            {
                "What you asked for": request.get_kind_display(),
                "Received": request.received_at,
                "State": request.get_state_display(),
                "Closed": request.closed_at,
            }
            for request in requests
        ],
    )
    corrections = Correction.objects.filter(subject=subject).order_by("pk")
    if corrections:
        yield Section(
            name="corrections",
            title="Corrections",
            data=[{"corrected": one.field, "at": one.corrected_at.isoformat()} for one in corrections],
            shown=[
                {"What was corrected": one.field.replace("_", " "), "When": one.corrected_at} for one in corrections
            ],
        )


def _rule(rule: RetentionRule) -> dict[str, Any]:
    return {
        "kind of data": rule.data_class.replace("_", " "),
        "purpose": rule.purpose.name if rule.purpose else "any",
        "kept for (ISO 8601)": rule.period,
        "counted from": rule.get_anchor_display(),
        "why": rule.justification,
    }


def _rule_in_words(rule: RetentionRule) -> dict[str, Any]:
    return {
        "What": data_class(rule.data_class).label,
        "For": rule.purpose.name if rule.purpose else "any purpose",
        "Where you are": rule.jurisdiction,
        "Kept for": str(duration(rule.period)),
        "Counted from": rule.get_anchor_display(),
        "Why": rule.justification,
    }


def _event_in_words(event: ConsentEvent) -> dict[str, Any]:
    notice = event.notice
    return {
        "When": event.occurred_at,
        "What": event.get_state_display(),
        "For": event.purpose.name,
        "By": "you" if event.given_by == ConsentActor.SUBJECT else event.get_given_by_display(),
        "How": ", ".join(filter(None, (event.evidence_channel, event.evidence_method, event.verification))),
        "What you were told": f"“{notice.code}”, version {notice.version} ({language_name(notice.language)})"
        if notice
        else "",
        "In force from": event.valid_from if event.valid_from != event.occurred_at else None,
        "In force until": event.valid_until,
    }


def _event(event: ConsentEvent) -> dict[str, Any]:
    return {
        "event": event.pk,
        "purpose": event.purpose.code,
        "state": event.state,
        "occurred_at": event.occurred_at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "valid_from": event.valid_from.isoformat(),
        "valid_until": event.valid_until.isoformat() if event.valid_until else None,
        "notice": f"{event.notice.code} v{event.notice.version} ({event.notice.language})" if event.notice else None,
        "given_by": event.given_by,
        "verification": event.verification,
        "source": event.source,
        "jurisdiction": event.jurisdiction,
        "data_categories": event.data_categories,
        "recipients": event.recipients,
        "evidence": {
            "channel": event.evidence_channel,
            "method": event.evidence_method,
            "sha256": event.evidence_digest,
        },
    }


def _reference(subject: DataSubject) -> str | None:
    try:
        return reference_open(subject)
    except (KeyDestroyed, NotFound, SealBroken):
        return None
