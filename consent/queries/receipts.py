"""Consent receipts: what is on record of a customer, in the terms of ISO/IEC TS 27560:2023.

Field names and which of them are mandatory: "Consent Records and Receipts as per ISO/IEC TS 27560:2023 using DPV"
(W3C DPVCG, Final Community Group Report of 2024-08-01), tables of the record's header, processing, parties and events.
States and bases are terms of the W3C Data Privacy Vocabulary 2. A receipt holds pseudonyms only and is the same, byte
for byte, for the same facts and the same `known_at`.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from consent.models import ConsentEvent, DataSubject, Purpose
from consent.people import decide_for_person
from consent.queries.facts import clock_skew, notice_versions, people_of
from consent.states import ConsentActor, ConsentState, LawfulBasis
from portal.core.ledger import canonical

SCHEMA_VERSION = "probity-27560/1"
PROFILE = "https://w3id.org/dpv/schema/dpv-27560#receipt-record"
_SPACE = uuid.UUID("5b0f0d2c-6c0e-5b7a-9d6a-27560a000001")
_STATES = {
    ConsentState.GIVEN: "dpv:ConsentGiven",
    ConsentState.RENEWED: "dpv:RenewedConsentGiven",
    ConsentState.REFUSED: "dpv:ConsentRefused",
    ConsentState.WITHDRAWN: "dpv:ConsentWithdrawn",
    ConsentState.REVOKED: "dpv:ConsentRevoked",
    ConsentState.EXPIRED: "dpv:ConsentExpired",
    ConsentState.INVALIDATED: "dpv:ConsentInvalidated",
    ConsentState.OBJECTED: "objected",
    ConsentState.OBJECTION_LIFTED: "objection_lifted",
}
_BASES = {
    LawfulBasis.CONSENT: "eu-gdpr:A6-1-a",
    LawfulBasis.CONTRACT: "eu-gdpr:A6-1-b",
    LawfulBasis.LEGAL_OBLIGATION: "eu-gdpr:A6-1-c",
    LawfulBasis.VITAL_INTEREST: "eu-gdpr:A6-1-d",
    LawfulBasis.PUBLIC_TASK: "eu-gdpr:A6-1-e",
    LawfulBasis.LEGITIMATE_INTEREST: "eu-gdpr:A6-1-f",
}
# Probity does not record these; a reader finds them where the customer did.
_IN_NOTICE = "as stated in the privacy notice"
_WITHDRAWAL = "by a notice to the controller, as easily as consent was given (GDPR Art. 7(3))"


def receipt(*, subject: DataSubject, known_at: datetime) -> dict[str, Any]:
    """The receipt of a data subject: one record for each purpose with events, as known then.

    Events of all whom the subject was merged with by confirmation are in it. A constant number of queries.
    """
    purposes = {purpose.pk: purpose for purpose in Purpose.objects.filter(team=subject.team_id).order_by("code")}
    person = people_of([subject.pk], purposes, known_at=known_at)[subject.pk]
    known = [event.id for facts in person.parts[0] for event in facts.events]
    rows = ConsentEvent.objects.filter(pk__in=known).select_related("notice", "subject").order_by("recorded_at", "pk")
    by_purpose: dict[int, list[ConsentEvent]] = defaultdict(list)
    for row in rows.defer("notice__content"):
        by_purpose[row.purpose_id].append(row)
    notices, skew = notice_versions(purposes), clock_skew()
    records = []
    for pk, purpose in purposes.items():
        if not by_purpose[pk]:
            continue
        decision = decide_for_person(
            person,
            purpose=pk,
            basis=purpose.lawful_basis,
            legal_claims=purpose.legal_claims,
            use_time=known_at,
            known_at=known_at,
            notices=notices,
            skew=skew,
        )
        record = _record(subject, purpose, by_purpose[pk])
        record["decision"] = {
            "status": str(decision.status),
            "reason": str(decision.reason),
            "event_ids": list(decision.event_ids),
        }
        records.append(record)
    content: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "conforms_to": PROFILE,
        "pii_principal_id": str(subject.public_id),
        "known_at": _time(known_at),
        "consent_records": records,
    }
    digest = hashlib.sha256(canonical(content).encode()).hexdigest()
    return {"receipt_id": str(uuid.uuid5(_SPACE, digest)), "content_sha256": digest, **content}


def receipt_text(content: dict[str, Any]) -> str:
    """The receipt as it is downloaded."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _record(subject: DataSubject, purpose: Purpose, events: Sequence[ConsentEvent]) -> dict[str, Any]:
    controllers = sorted({_controller(event, subject) for event in events})
    recipients = sorted({name for event in events for name in event.recipients})
    shown = [event for event in events if event.notice is not None]
    notice = shown[-1].notice if shown else None
    return {
        "schema_version": SCHEMA_VERSION,
        "record_id": str(uuid.uuid5(_SPACE, f"{subject.public_id}/{purpose.code}")),
        "pii_principal_id": str(subject.public_id),
        "pii_processing": {
            "privacy_notice": None
            if notice is None
            else {"id": notice.code, "version": notice.version, "content_sha256": notice.content_hash},
            "language": None if notice is None else notice.language,
            "purposes": [
                {
                    "purpose": purpose.name,
                    "purpose_id": purpose.code,
                    "purpose_version": events[-1].purpose_version,
                    "lawful_basis": _BASES[LawfulBasis(purpose.lawful_basis)],
                    "pii_information": [
                        {"pii_type": name}
                        for name in sorted({one for event in events for one in event.data_categories})
                    ],
                    "pii_controllers": [_party_id("controller", name) for name in controllers],
                    "collection_method": sorted({event.evidence_channel for event in events if event.evidence_channel}),
                    "storage_locations": _IN_NOTICE,
                    "retention_period": _IN_NOTICE,
                    "jurisdiction": sorted({event.jurisdiction for event in events if event.jurisdiction}),
                    "recipient_third_parties": [_party_id("recipient", name) for name in recipients],
                    "withdrawal_method": _WITHDRAWAL,
                }
            ],
        },
        "party_identification": [
            *(_party("controller", name, "dpv:DataController") for name in controllers),
            *(_party("recipient", name, "dpv:Recipient") for name in recipients),
        ],
        "events": [_event(event) for event in events],
    }


def _event(event: ConsentEvent) -> dict[str, Any]:
    """Event fields of the standard, then what Probity adds to them."""
    consented = event.lawful_basis == LawfulBasis.CONSENT
    return {
        "event_id": event.pk,
        "event_time": _time(event.occurred_at),
        "validity_duration": {
            "from": _time(event.valid_from),
            "until": None if event.valid_until is None else _time(event.valid_until),
        },
        "entity_id": str(event.subject.public_id) if event.given_by == ConsentActor.SUBJECT else str(event.given_by),
        "event_type": "dpv:Consent" if consented else "eu-gdpr:A21",
        "event_state": _STATES[ConsentState(event.state)],
        "recorded_at": _time(event.recorded_at),
        "clock_uncertainty_s": event.clock_uncertainty_s,
        "clamped": event.clamped,
        "source": event.source,
        "notice": None
        if event.notice is None
        else {
            "id": event.notice.code,
            "version": event.notice.version,
            "language": event.notice.language,
            "content_sha256": event.notice.content_hash,
        },
        "verification": event.verification,
        "age_band": event.age_band,
        "evidence": {
            "channel": event.evidence_channel,
            "method": event.evidence_method,
            "sha256": event.evidence_digest,
        },
        "invalidates": event.invalidates_id,
        "content_sha256": bytes(event.content_hash).hex(),
    }


def _controller(event: ConsentEvent, subject: DataSubject) -> str:
    return event.controller or subject.team.controller or subject.team.name


def _party(kind: str, name: str, role: str) -> dict[str, Any]:
    return {
        "party_id": _party_id(kind, name),
        "party_name": name,
        "party_role": role,
        "party_type": "organisation",
        "party_address": _IN_NOTICE,
        "party_contact": _IN_NOTICE,
    }


def _party_id(kind: str, name: str) -> str:
    return str(uuid.uuid5(_SPACE, f"{kind}/{name}"))


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
