"""Training data sets for tests, filled by the services, with consents as the test says."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from assistants.models import Assistant, Dataset
from assistants.records.lines import numbered_records
from assistants.records.training import TrainingRecordParser
from assistants.services.datasets import dataset_freeze, dataset_register, dataset_rows_import
from assistants.services.registry import data_source_register
from consent.models import DataSubject, Purpose
from consent.queries import subject_by_reference
from portal.core.actors import SYSTEM
from tests.assistants.conftest import as_lines
from tests.factories import ConsentEventFactory, NoticeFactory, PurposeFactory

COLLECTED = datetime(2026, 1, 5, 10, tzinfo=UTC)


def example(number: int, **instead: Any) -> dict[str, Any]:
    """A row of customer C-<number> without anything to complain of."""
    return {
        "external_id": f"r-{number}",
        "customer_ref": f"C-{number}",
        "collected_at": COLLECTED.isoformat(),
        "input": f"My parcel {WORDS[number % len(WORDS)]} is late {WORDS[number // len(WORDS) % len(WORDS)]}, why?",
        "output": "It arrives tomorrow.",
        "attributes": {"age_group": "18-34" if number % 2 else "65+", "illness": "flu" if number % 3 else "none"},
        **instead,
    }


WORDS = [f"{a}{b}" for a in ("ama", "bebo", "cica", "dodu", "efe", "gogo") for b in ("lin", "mor", "nax", "pel", "rut")]


def dataset_make(
    assistant: Assistant,
    records: Iterable[Mapping[str, Any]],
    *,
    basis: str = "consent",
    consents: bool = True,
    frozen: bool = True,
    slug: str = "desk",
    **details: Any,
) -> Dataset:
    """A data set with these rows, whose customers all consented before (unless told otherwise)."""
    purpose = Purpose.objects.filter(team=assistant.team, code="training").first() or PurposeFactory(
        team=assistant.team, code="training", lawful_basis=basis
    )
    source = data_source_register(
        assistant_id=assistant.pk, name="Desk", kind="fine_tuning", origin="Own desk", actor=SYSTEM
    )
    values: dict[str, Any] = {"quasi_identifiers": ["age_group"], "sensitive": ["illness"], "language": "en", "k": 2}
    dataset = dataset_register(
        assistant_id=assistant.pk,
        slug=slug,
        name="Service desk",
        source=source,
        purpose=purpose,
        actor=SYSTEM,
        **{**values, **details},
    )
    records = list(records)
    numbered = numbered_records(io.BytesIO(as_lines(*records)), TrainingRecordParser(), max_line_bytes=1 << 20)
    report = dataset_rows_import(dataset_id=dataset.pk, records=numbered, source="test", actor=SYSTEM)
    assert report.rejected == 0
    if consents:
        for reference in sorted({record["customer_ref"] for record in records if record.get("customer_ref")}):
            consent(assistant, purpose, reference)
    return dataset_freeze(dataset_id=dataset.pk, actor=SYSTEM) if frozen else dataset


def customer(assistant: Assistant, reference: str) -> DataSubject:
    found = subject_by_reference(team=assistant.team, reference=reference)
    assert found is not None
    return found


def consent(assistant: Assistant, purpose: Purpose, reference: str, state: str = "given", **values: Any) -> None:
    """An event of this customer: a grant long before collection, anything else a minute ago."""
    notice = purpose.notices.first() or NoticeFactory(team=assistant.team, purposes=[purpose])
    at = COLLECTED - timedelta(days=30) if state == "given" else timezone.now() - timedelta(minutes=1)
    ConsentEventFactory(
        subject=customer(assistant, reference),
        purpose=purpose,
        notice=notice,
        state=state,
        **{"occurred_at": at, **values},
    )
