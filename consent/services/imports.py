"""Taking in many consent events: batch after batch, in bounded memory, each line judged by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from consent.records import Numbered, NumberedEntry, Rejection
from consent.services.events import consent_events_take
from portal.accounts.models import Team
from portal.core.actors import Actor
from portal.core.errors import Invalid
from portal.core.jsonlines.batches import batches
from portal.core.jsonlines.summary import Report

BATCH = 5000
BATCH_BYTES = 32 * 1024 * 1024


@dataclass(slots=True)
class ImportReport(Report):
    """What became of the lines: read = created + unchanged + conflicts + rejected; `clamped` are of those created."""

    created: int = 0
    unchanged: int = 0
    conflicts: int = field(default=0, metadata={"words": "in conflict"})
    rejected: int = 0
    clamped: int = field(default=0, metadata={"words": "set back from the future"})


def consents_import(
    *,
    team: Team,
    lines: Iterable[Numbered],
    actor: Actor,
    on_rejection: Callable[[Rejection], None] | None = None,
) -> ImportReport:
    """Record the consent events on these lines. Safe to repeat and to interrupt; a batch is one transaction.

    A line that cannot be recorded is rejected and the others go in. A line that says something else under an id that
    its source has used before is a conflict: it is not stored either, is told to `on_rejection` as well, and stands
    in the ledger. Raises Denied without `consent.record`; SYSTEM needs none.
    """
    report = ImportReport()
    for batch in batches(lines, most=BATCH, most_bytes=BATCH_BYTES):
        taken, rejections = _take(team, batch, actor)
        report = report + taken
        if on_rejection is not None:
            for rejection in sorted(rejections, key=lambda one: one.line):
                on_rejection(rejection)
    return report


def _take(team: Team, batch: list[Numbered], actor: Actor) -> tuple[ImportReport, list[Rejection]]:
    placed = [one for one in batch if isinstance(one, NumberedEntry)]
    rejections = [one for one in batch if isinstance(one, Rejection)]

    def reject(index: int, fault: Invalid) -> None:
        rejections.append(Rejection.of(placed[index].line, fault, placed[index].entry.source_event_id))

    recorded = consent_events_take(team=team, entries=[one.entry for one in placed], actor=actor, on_fault=reject)
    rejected = len(rejections)
    for conflict in recorded.conflicts:
        message = f"The source said something else under this id before (event {conflict.event_id})."
        reject(conflict.index, Invalid(message, field="source_event_id", code="source_conflict"))
    report = ImportReport(
        read=len(batch),
        created=len(recorded.recorded),
        unchanged=recorded.unchanged,
        conflicts=len(recorded.conflicts),
        rejected=rejected,
        clamped=recorded.clamped,
    )
    return report, rejections
