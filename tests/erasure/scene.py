"""A customer with something in every place that can hold something, and a look at everything that is left."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from assistants.models import Assistant, AuditedAttribute, Conversation
from assistants.records import RecordParser, Rejection, numbered_records
from assistants.services.intake import IntakeReport, conversations_intake
from audits.services.findings.records import record
from audits.services.flags import flag_claim, flag_confirm, flag_raise
from consent.models import DataSubject, SubjectRequest
from consent.services.entries import ConsentEntry, NoticeRef
from consent.services.events import consent_event_record
from portal.accounts.models import User
from portal.core.actors import SYSTEM
from tests.erasure.requests_made import request_started
from tests.factories import AssistantFactory, NoticeFactory, PurposeFactory
from tests.jobs import drain
from tests.workflow.making import finding_make

MARKER = "Zyxomma-7731"
REFERENCE = f"ref-{MARKER}"

OTHER = {
    "external_id": "ext-somebody",
    "channel": "chat",
    "language": "en",
    "customer_ref": "ref-somebody",
    "outcome": {"resolved": True},
    "turns": [{"role": "customer", "text": "Where is my parcel?"}],
}


def told(external_id: str, **changes: Any) -> dict[str, Any]:
    """A conversation record in which everything that can says the marker."""
    started_at = (timezone.now() - timedelta(days=2)).isoformat()
    return {
        "external_id": external_id,
        "channel": "chat",
        "language": "en",
        "intent": f"about {MARKER}",
        "started_at": started_at,
        "customer_ref": REFERENCE,
        "attributes": {"age_group": f"age {MARKER}", "nickname": MARKER},
        "outcome": {"resolved": True, "verdict": f"told {MARKER}"},
        "metadata": {"crm": MARKER},
        "turns": [
            {"role": "customer", "text": f"I am {MARKER}, write to {MARKER.lower()}@mail.example."},
            {"role": "assistant", "text": f"Thank you, {MARKER}. I write to {MARKER.lower()}@mail.example."},
        ],
    } | changes


def hand_over(assistant: Assistant, *records: dict[str, Any]) -> tuple[IntakeReport, list[Rejection]]:
    """Take conversations in; returns the report and what was rejected."""
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in records)
    rejected: list[Rejection] = []
    report = conversations_intake(
        assistant=assistant,
        records=numbered_records(io.BytesIO(lines), RecordParser(), max_line_bytes=settings.PROBITY_MAX_RECORD_BYTES),
        source="test",
        actor=SYSTEM,
        on_rejection=rejected.append,
    )
    return report, rejected


def scene_make(team: Any, *, officer: User, reviewer: User) -> tuple[Assistant, DataSubject, SubjectRequest]:
    """An assistant, the customer after a revision, scan, flag, finding and consent, and their request in progress."""
    assistant = AssistantFactory(team=team, slug="ava", name="Ava")
    AuditedAttribute.objects.create(assistant=assistant, name="age_group")
    purpose = PurposeFactory(team=team, code="training")
    notice = NoticeFactory(team=team, purposes=[purpose])
    hand_over(assistant, told(f"ext-{MARKER}"), told("ext-other"), OTHER)
    hand_over(assistant, told(f"ext-{MARKER}", outcome={"resolved": False, "verdict": MARKER}))
    drain()
    conversation = Conversation.objects.get(external_id=f"ext-{MARKER}")
    subject = conversation.subject
    at = timezone.now() - timedelta(days=2)
    entry = ConsentEntry(
        source="crm",
        source_event_id=f"event {MARKER}",
        subject=subject.public_id,
        purpose="training",
        state="given",
        notice=NoticeRef(notice.code, notice.version, notice.language),
        occurred_at=at,
        verification=f"passport {MARKER}",
        evidence_digest="ab" * 32,
    )
    consent_event_record(team=team, entry=entry, actor=officer)
    flag = flag_raise(
        conversation=conversation, kind="wrong", source="reviewer", note=f"{MARKER} is upset", actor=reviewer
    )
    flag_claim(flag_id=flag.pk, actor=reviewer)
    flag_confirm(flag_id=flag.pk, note=f"{MARKER} is right", actor=reviewer)
    flag_raise(conversation=conversation, kind="privacy", source="reviewer", note=MARKER, actor=reviewer)
    finding = finding_make(assistant, evidence=[conversation])
    with transaction.atomic():
        quoted = f"{MARKER.lower()}@mail.example wrote again"
        record(finding=finding, actor=reviewer, action="finding.commented", note=quoted)
    request = request_started(subject, actor=officer, details=f"Delete me. {MARKER}")
    drain()
    return assistant, subject, request


def dumped() -> dict[str, str]:
    """Every table of the database as text, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                found[table] = b"".join(bytes(block) for block in copy).decode()
        return found


def tables_saying(text: str) -> set[str]:
    """The tables in which the text stands, in clear or as bytes."""
    needles = (text, text.lower(), text.encode().hex(), text.lower().encode().hex())
    return {table for table, content in dumped().items() if any(needle in content for needle in needles)}
