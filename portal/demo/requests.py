"""What the demo company's customers ask for: a handful of requests, one of them overdue and one erased with proof.

Whoever is erased spoke with an assistant before the audited period, so that the cycles find what they would anyhow.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time, timedelta

import msgspec
from django.utils import timezone

from assistants.models import Assistant
from assistants.records import RecordParser, numbered_records
from assistants.services.intake import conversations_intake
from consent.models import SubjectRequest
from consent.services.requests.erasing import request_erase
from consent.services.requests.handling import (
    request_hold,
    request_receive,
    request_refuse,
    request_start,
    request_verify_identity,
)
from portal.accounts.models import ApiKey, User
from portal.demo.company import DAYS

GONE = "A-990001"
_MAX_LINE_BYTES = 64 * 1024


def requests_seed(*, assistant: Assistant, officer: User, key: ApiKey, today: date) -> None:
    """File them with the assistant's team, as its privacy officer and its integration would.

    Deadlines run by the real clock, whatever day the rest of the company lives on.
    """
    _conversations(assistant, key, today)
    overdue = _file(assistant, officer, "access", "A-100003", 41, "I want to know what you hold about me.")
    _begin(overdue, officer)
    soon = _file(assistant, officer, "erasure", "A-100005", 26, "Please delete everything. Reach me by mail.")
    _begin(soon, officer)
    asked = _file(assistant, officer, "rectification", "A-100007", 9, "My customer number is wrong.")
    request_hold(public_id=asked.public_id, reason="identity", note="Asked to sign in and confirm.", actor=officer)
    refused = _file(assistant, officer, "objection", "A-100009", 15, "Stop answering me with a machine.")
    _begin(refused, officer)
    note = "Answering rests on the contract. They can ask for a person at any time."
    request_refuse(public_id=refused.public_id, reason="not_objectable", note=note, actor=officer)
    request_receive(
        team=assistant.team, kind="portability", channel="api", customer_ref="A-100011", actor=key,
        details="Filed in the customer's account.",
    )  # fmt: skip
    gone = _file(assistant, officer, "erasure", GONE, 12, "Delete my account and my chats.")
    _begin(gone, officer)
    request_erase(public_id=gone.public_id, actor=officer, reauthenticated=True)


def _file(
    assistant: Assistant, officer: User, kind: str, reference: str, days_ago: int, details: str
) -> SubjectRequest:
    received_at = timezone.now() - timedelta(days=days_ago)
    return request_receive(
        team=assistant.team, kind=kind, channel="email", customer_ref=reference, details=details,
        received_at=received_at, actor=officer,
    )  # fmt: skip


def _begin(request: SubjectRequest, officer: User) -> None:
    request_verify_identity(public_id=request.public_id, method="signed_in", actor=officer)
    request_start(public_id=request.public_id, actor=officer)


def _conversations(assistant: Assistant, key: ApiKey, today: date) -> None:
    at = datetime.combine(today - timedelta(days=DAYS + 40), time(14, 5), UTC)
    turns = [
        {"role": "assistant", "text": "Hello, I am an AI assistant. How can I help?"},
        {"role": "customer", "text": "I am Jonas Weber, jonas.weber@post.example. Where is my refund?"},
        {"role": "assistant", "text": "Thank you. It was sent to you today."},
    ]
    record = {
        "external_id": "chat-990001",
        "channel": assistant.channels[0] if assistant.channels else "chat",
        "language": "en",
        "started_at": at.isoformat(),
        "customer_ref": GONE,
        "outcome": {"resolved": True},
        "turns": turns,
    }
    conversations_intake(
        assistant=assistant,
        records=numbered_records(
            io.BytesIO(msgspec.json.encode(record) + b"\n"), RecordParser(), max_line_bytes=_MAX_LINE_BYTES
        ),
        source="demo",
        actor=key,
    )
