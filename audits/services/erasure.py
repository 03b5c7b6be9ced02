"""What audits keep of a data subject, and how it goes when the subject is erased.

Results of check runs are aggregates and stay as they were published; the counts they were made of are counted anew
without the erased conversations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from operator import itemgetter

from django.db.models import Q, QuerySet
from django.utils import timezone

from assistants.models import Conversation
from assistants.queries import transcripts_open
from assistants.transcripts import Transcript
from audits.models import (
    ConversationScan,
    Detection,
    FindingEvent,
    FindingEvidence,
    Flag,
    Remediation,
    Reveal,
    StaleDay,
    TranscriptRead,
)
from audits.services.counting import counts_forget
from audits.services.portfolio import Readers, portfolio_sections
from audits.services.stale_days import days_mark_stale
from audits.states import FindingState, FlagState
from audits.type_words import words as type_words
from consent.models import DataSubject
from consent.services.subjects import reference_open
from consent.traces import Section, Subjects, Trace, register_trace
from portal.core.envelope import SealBroken
from portal.core.errors import KeyDestroyed, NotFound
from portal.core.jobs import enqueue

ERASED = "[erased]"
# Shorter ones stand in a text for many other reasons.
_VALUE_FROM = 4  # code points
_WAITING = [FlagState.OPEN, FlagState.CLAIMED]


def _scans(subjects: Subjects) -> QuerySet[ConversationScan]:
    return ConversationScan.objects.filter(conversation__subject__in=list(subjects))


def _detections(subjects: Subjects) -> QuerySet[Detection]:
    return Detection.objects.filter(conversation__subject__in=list(subjects))


def _flags(subjects: Subjects) -> QuerySet[Flag]:
    return Flag.objects.filter(conversation__subject__in=list(subjects))


def _flags_purge(subjects: Subjects) -> int:
    """Doubts that nobody has decided go, for nobody can look into them any more; decided ones lose their words."""
    waiting = _flags(subjects).filter(state__in=_WAITING).delete()[0]
    decided = list(_flags(subjects))
    changed = 0
    for flag in decided:
        if flag.note or flag.decision or flag.source_id:
            flag.note, flag.decision, flag.source_id = "", "", ""
            flag.save(update_fields=["note", "decision", "source_id"])
            changed += 1
    return int(waiting) + changed


def _flags_look(subjects: Subjects) -> int:
    found = _flags(subjects).select_related(None)
    return sum(bool(flag.state in _WAITING or flag.note or flag.decision or flag.source_id) for flag in found)


def _notes_purge(subjects: Subjects) -> int:
    """Cut the subject's values out of what people wrote about findings that their conversations are evidence for.

    A signed finding is left as it was signed (GDPR Art. 17(3)(e)): its signature covers every word.
    """
    changed = 0
    for finding_id, conversations in _evidence(subjects).items():
        values = _values(conversations)
        for event in FindingEvent.objects.filter(finding=finding_id):
            text = _cut(event.note, values)
            if text != event.note:
                event.note = text
                event.save(update_fields=["note"])
                changed += 1
        for remediation in Remediation.objects.filter(finding=finding_id):
            text = _cut(remediation.plan, values)
            if text != remediation.plan:
                remediation.plan = text
                remediation.save(update_fields=["plan"])
                changed += 1
    return changed


def _notes_look(subjects: Subjects) -> int:
    """Notes that still hold a value of the subject, which can only be told while their transcripts open."""
    found = 0
    for finding_id, conversations in _evidence(subjects).items():
        values = _values(conversations)
        notes = list(FindingEvent.objects.filter(finding=finding_id).values_list("note", flat=True))
        notes += list(Remediation.objects.filter(finding=finding_id).values_list("plan", flat=True))
        found += sum(_cut(note, values) != note for note in notes)
    return found


def _evidence(subjects: Subjects) -> dict[int, list[Conversation]]:
    """By unsigned finding, the conversations of these subjects that it shows."""
    shown = FindingEvidence.objects.filter(conversation__subject__in=list(subjects))
    unsigned = shown.exclude(finding__state=FindingState.CLOSED).order_by("pk")
    pairs = list(unsigned.values_list("finding_id", "conversation_id"))
    conversations = Conversation.objects.select_related("subject__data_key")
    rows = conversations.in_bulk({conversation_id for _, conversation_id in pairs})
    found: dict[int, list[Conversation]] = defaultdict(list)
    for finding_id, conversation_id in pairs:
        found[finding_id].append(rows[conversation_id])
    return found


def _values(conversations: list[Conversation]) -> set[str]:
    """What the customer of these conversations is called and what they gave away in them, longest values included."""
    values: set[str] = set()
    opened, readers = transcripts_open(conversations), Readers()
    for conversation in conversations:
        values |= _reference(conversation.subject)
        transcript = opened[conversation.pk]
        if not isinstance(transcript, Transcript):
            continue
        turns = transcript.turns
        detections = readers.read(turns, conversation.language, conversation.assistant_id) or ()
        values |= {turns[found.turn_index].text[found.start : found.end] for found in detections}
    return {value for value in values if len(value) >= _VALUE_FROM}


def _reference(subject: DataSubject) -> set[str]:
    try:
        return {reference_open(subject)}
    except (KeyDestroyed, NotFound, SealBroken):
        return set()


def _cut(text: str, values: set[str]) -> str:
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, ERASED)
    return text


def _reveals(subjects: Subjects) -> QuerySet[Reveal]:
    return Reveal.objects.filter(conversation__subject__in=list(subjects))


def _reveals_purge(subjects: Subjects) -> int:
    """Who looked, when and at which type stays; the reason goes, and with its salt what the ledger could be held to."""
    rows = list(_reveals(subjects).exclude(salt=b""))
    now = timezone.now()
    for reveal in rows:
        reveal.reason, reveal.salt = "", b""
        reveal.ended_at = reveal.ended_at or min(now, reveal.expires_at)
        reveal.save(update_fields=["reason", "salt", "ended_at"])
    return len(rows)


def _reveals_export(subject: DataSubject) -> Iterator[Section]:
    """That and when people looked, and at what kind of value: who they are is not the subject's business."""
    reveals = list(_reveals([subject.pk]).defer("reason").order_by("revealed_at"))
    seen = [
        {"at": reveal.revealed_at.isoformat(timespec="seconds"), "shown": ", ".join(reveal.types)} for reveal in reveals
    ]
    reads = TranscriptRead.objects.filter(conversation__subject=subject).order_by("day", "pk")
    read_on = list(reads.values_list("day", flat=True))
    days = [{"at": day.isoformat(), "shown": "Transcript, masked"} for day in read_on]
    if days or seen:
        yield Section(
            name="lookups",
            title="When people looked at your conversations",
            data=sorted([*days, *seen], key=itemgetter("at")),
            shown=[
                *({"When": day, "What they saw": "the transcript, masked"} for day in read_on),
                *(
                    {"When": one.revealed_at, "What they saw": ", ".join(map(type_words, one.types)) + ", in clear"}
                    for one in reveals
                ),
            ],
            note="Transcripts are read with personal values masked; a value is shown for minutes, for a stated reason.",
        )


def _days(subjects: Subjects) -> dict[int, set[date]]:
    days: dict[int, set[date]] = defaultdict(set)
    found = Conversation.objects.filter(subject__in=list(subjects)).order_by().values_list("assistant_id", "day")
    for assistant_id, day in found.distinct():
        days[assistant_id].add(day)
    return days


def _counts_purge(subjects: Subjects) -> int:
    """Mark the days of the subject's conversations, to be counted again without them; what was kept of them goes."""
    counts_forget(list(subjects))
    found = _days(subjects)
    for assistant_id, days in sorted(found.items()):
        days_mark_stale(assistant_id=assistant_id, days=days)
    return sum(map(len, found.values()))


def _counts_settle(subjects: Subjects) -> None:
    for assistant_id in sorted(_days(subjects)):
        enqueue("audits.fold", key=f"fold:{assistant_id}", assistant_id=assistant_id)


def _counts_look(subjects: Subjects) -> int:
    """Days that are still to be counted again."""
    wanted = Q(pk__in=[])
    for assistant_id, days in _days(subjects).items():
        wanted |= Q(assistant=assistant_id, day__in=days)
    return StaleDay.objects.filter(wanted).count()


register_trace(
    Trace(
        name="audits.counts",
        label="Days whose counts held the conversations",
        purge=_counts_purge,
        look=_counts_look,
        settle=_counts_settle,
    )
)
register_trace(
    Trace(
        name="audits.scans",
        label="Results of scans",
        export=portfolio_sections,
        purge=lambda subjects: int(_scans(subjects).delete()[0]),
        look=lambda subjects: _scans(subjects).count(),
    )
)
register_trace(
    Trace(
        name="audits.detections",
        label="Personal data detected in conversations (positions and keyed hashes)",
        purge=lambda subjects: int(_detections(subjects).delete()[0]),
        look=lambda subjects: _detections(subjects).count(),
    )
)
register_trace(
    Trace(name="audits.flags", label="Flags and what was written in them", purge=_flags_purge, look=_flags_look)
)
register_trace(
    Trace(
        name="audits.reveals",
        label="Why values of the conversations were revealed",
        purge=_reveals_purge,
        look=lambda subjects: _reveals(subjects).exclude(salt=b"").count(),
        export=_reveals_export,
    )
)
register_trace(
    Trace(
        name="audits.notes",
        label="Notes and plans of findings that quote the customer",
        purge=_notes_purge,
        look=_notes_look,
    )
)
