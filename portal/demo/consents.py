"""Two records of one customer with a history: the consent pages have something to say beyond a single tick.

The customer writes to no assistant, so that the demo audits are not touched.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from consent.models import DataSubject
from consent.queries import subject_by_reference
from consent.services.ages import subject_age_note
from consent.services.entries import ConsentEntry, NoticeRef
from consent.services.events import consent_events_record
from consent.services.links import subjects_merge
from consent.states import AgeEvidence, ConsentActor, ConsentState, LinkReason
from portal.accounts.models import ApiKey, Team, User

REFERENCE, OTHER = "A-199001", "A-199002"
_NOTICE = NoticeRef(code="customers", version=1, language="en")


def consent_history_seed(*, team: Team, key: ApiKey, officer: User, today: date) -> None:
    """A guardian's consent, its withdrawal and renewal under one reference, a refusal under the other; the shop
    proposes that both are one person, and the privacy officer knows of a minor.
    """
    steps = [
        (REFERENCE, "given", ConsentState.GIVEN, 140),
        (REFERENCE, "withdrawn", ConsentState.WITHDRAWN, 90),
        (REFERENCE, "renewed", ConsentState.RENEWED, 30),
        (OTHER, "refused", ConsentState.REFUSED, 60),
    ]
    entries = [_entry(reference, word, state, today - timedelta(days=days)) for reference, word, state, days in steps]
    consent_events_record(team=team, entries=entries, actor=key)
    subject, other = (_found(team, reference) for reference in (REFERENCE, OTHER))
    subject_age_note(subject_id=subject.pk, minor_below_age=16, evidence=AgeEvidence.ACCOUNT, actor=officer)
    subjects_merge(subject_id=subject.pk, other_id=other.pk, reason=LinkReason.SAME_CONTACT, source="shop", actor=key)


def _entry(reference: str, word: str, state: ConsentState, day: date) -> ConsentEntry:
    return ConsentEntry(
        source="shop",
        source_event_id=f"{word}-{reference}",
        customer_ref=reference,
        purpose="quality-review",
        state=state,
        occurred_at=datetime.combine(day, time(11, 20), UTC),
        notice=_NOTICE,
        given_by=ConsentActor.GUARDIAN,
        verification="call back to the account holder",
        jurisdiction="GB",
        data_categories=["messages"],
        evidence_channel="website",
        evidence_method="tick box",
    )


def _found(team: Team, reference: str) -> DataSubject:
    found = subject_by_reference(team=team, reference=reference)
    assert found is not None  # recorded a moment ago
    return found
