"""What a customer gets to see of their conversations and of the training data made from them.

All that they wrote, and the answers without data of others. GDPR Art. 15(4): the copy must not harm others. A value in
an answer stays if the customer typed it themselves in any of their conversations or examples; every other personal
value that a detector or a pattern of the assistant's own finds there is cut out, colleagues' and strangers' names above
all. What cannot be checked is withheld, not shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from assistants.models import Conversation, DatasetRow
from assistants.queries import transcripts_open
from assistants.queries.datasets import rows_open
from assistants.records.training import RowContent
from assistants.states import TurnRole
from assistants.transcripts import Transcript
from audits.engine.conversation import Detection, Turn, scan
from audits.engine.conversation.repeated_values import places_of
from audits.engine.privacy import BadPattern, DetectionError
from audits.engine.privacy.own_patterns import OwnSet
from audits.queries.patterns import own_set
from consent.models import DataSubject
from consent.services.requests.readable import in_words
from consent.services.subjects import reference_open
from consent.traces import Section
from portal.core.envelope import SealBroken
from portal.core.errors import KeyDestroyed, NotFound
from portal.core.languages import language_name
from portal.core.names import name_words

WITHHELD = "[withheld: it could not be checked for other people's data]"
_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Own:
    """The values that the customer gave themselves, and the words of their names."""

    values: set[tuple[str, str]] = field(default_factory=set)
    words: set[str] = field(default_factory=set)

    def add(self, found: Detection, text: str) -> None:
        self.values.add((found.type, found.normalised))
        if found.type == "PERSON":
            self.words |= _words(text)

    def holds(self, found: Detection, text: str) -> bool:
        """Whether it is theirs: the same value, or a part of a name that they gave."""
        if (found.type, found.normalised) in self.values:
            return True
        return found.type == "PERSON" and _words(text) <= self.words


def portfolio_sections(subject: DataSubject) -> Iterator[Section]:
    """The subject's conversations with their messages, oldest first, and their rows of training data sets."""
    readers = Readers()
    conversations = list(
        Conversation.objects.select_related("assistant", "release", "subject__data_key")
        .prefetch_related("consents__purpose")
        .filter(subject=subject)
        .order_by("started_at", "pk")
    )
    opened = transcripts_open(conversations)
    transcripts = {pk: found for pk, found in opened.items() if isinstance(found, Transcript)}
    detections = {
        conversation.pk: readers.read(
            transcripts[conversation.pk].turns, conversation.language, conversation.assistant_id
        )
        for conversation in conversations
        if conversation.pk in transcripts
    }
    examples = _examples(subject, readers)
    read = [(transcripts[pk].turns, found) for pk, found in detections.items()]
    own = _own(subject, [*read, *((one.turns, one.detections) for one in examples)])
    held = [
        _shown(conversation, transcripts.get(conversation.pk), detections.get(conversation.pk), own)
        for conversation in conversations
    ]
    yield Section(
        name="conversations",
        title="Conversations",
        note="Everything you wrote. In the answers, personal data of other people is cut out.",
        data=held,
        shown=[_in_words(conversation, one) for conversation, one in zip(conversations, held, strict=True)],
        provided=True,
        template="audits/package_conversations.html",
    )
    if examples:
        shown = [_shown_example(one, own) for one in examples]
        yield Section(
            name="training_data",
            title="Training data",
            data=shown,
            shown=[_example_in_words(one, texts) for one, texts in zip(examples, shown, strict=True)],
            note="Examples from your messages that an assistant learned from or may learn from. In the answers, "
            "personal data of other people is cut out.",
        )


def answer_redacted(turns: Sequence[Any], detections: Iterable[Detection] | None, own: Own) -> list[str]:
    """The texts of the turns as the customer may see them. Without detections only their own words are shown."""
    if detections is None:
        return [turn.text if turn.role == "customer" else WITHHELD for turn in turns]
    cuts: dict[int, list[tuple[int, int, str]]] = {}
    others: dict[str, str] = {}
    for found in detections:
        text = turns[found.turn_index].text[found.start : found.end]
        if turns[found.turn_index].role == "customer" or own.holds(found, text):
            continue
        cuts.setdefault(found.turn_index, []).append((found.start, found.end, found.type))
        others[text] = found.type
    return [
        turn.text if turn.role == "customer" else _repeated(_cut(turn.text, cuts.get(index, [])), others)
        for index, turn in enumerate(turns)
    ]


def _cut(text: str, cuts: list[tuple[int, int, str]]) -> str:
    kept, at = [], 0
    for start, end, kind in sorted(cuts):
        if start >= at:
            kept.append(text[at:start] + f"[{kind}]")
        at = max(at, end)
    return "".join(kept) + text[at:]


def _repeated(text: str, others: dict[str, str]) -> str:
    for value in sorted(others, key=len, reverse=True):
        for start in reversed(list(places_of(value, text))):
            text = f"{text[:start]}[{others[value]}]{text[start + len(value) :]}"
    return text


def _own(subject: DataSubject, read: Iterable[tuple[Sequence[Any], Sequence[Detection] | None]]) -> Own:
    own = Own()
    for turns, found in read:
        for one in found or ():
            if one.role == TurnRole.CUSTOMER:
                own.add(one, turns[one.turn_index].text[one.start : one.end])
    with suppress(KeyDestroyed, NotFound, SealBroken):
        own.words |= _words(reference_open(subject))
    return own


class Readers:
    """Detects personal data as scans do, with each assistant's own patterns."""

    def __init__(self) -> None:
        self._own: dict[int, OwnSet | None] = {}

    def read(self, turns: Sequence[Any], language: str, assistant_id: int) -> list[Detection] | None:
        """None where it cannot be told what is in the turns."""
        if assistant_id not in self._own:
            try:
                self._own[assistant_id] = own_set(assistant_id)
            except BadPattern:
                self._own[assistant_id] = None
        own = self._own[assistant_id]
        if own is None:
            return None
        try:
            return scan([Turn(turn.role, turn.text) for turn in turns], language=language or None, own=own).detections
        except DetectionError:
            return None


@dataclass(frozen=True, slots=True)
class _Example:
    """A row of a training data set as two turns; without any where it does not open."""

    row: DatasetRow
    turns: Sequence[Turn]
    detections: list[Detection] | None


def _examples(subject: DataSubject, readers: Readers) -> list[_Example]:
    rows = list(
        DatasetRow.objects.filter(subject=subject, erased_at=None)
        .select_related("dataset", "dataset__purpose", "subject__data_key")
        .prefetch_related("dataset__trainings__release")
        .order_by("pk")
    )
    opened, found = rows_open(rows), []
    for row in rows:
        content = opened[row.pk]
        turns: list[Turn] = []
        if isinstance(content, RowContent):
            turns = [Turn(TurnRole.CUSTOMER, content.input), Turn(TurnRole.ASSISTANT, content.output)]
        found.append(_Example(row, turns, readers.read(turns, row.language, row.dataset.assistant_id)))
    return found


def _shown_example(example: _Example, own: Own) -> dict[str, Any]:
    dataset = example.row.dataset
    texts = answer_redacted(example.turns, example.detections, own)
    return {
        "data_set": dataset.name,
        "purpose": dataset.purpose.name,
        "collected_at": example.row.collected_at.isoformat(),
        "releases_trained_on_it": [one.release.version for one in dataset.trainings.all()],
        **dict(zip(("input", "output"), texts, strict=False)),
    }


def _example_in_words(example: _Example, texts: dict[str, Any]) -> dict[str, Any]:
    return {
        "Data set": texts["data_set"],
        "For": texts["purpose"],
        "Collected": example.row.collected_at,
        "Releases that learned from it": texts["releases_trained_on_it"],
        "You wrote": texts.get("input"),
        "Answer": texts.get("output"),
    }


def _shown(
    conversation: Conversation, transcript: Transcript | None, detections: list[Detection] | None, own: Own
) -> dict[str, Any]:
    turns = [] if transcript is None else transcript.turns
    texts = answer_redacted(turns, detections, own)
    return {
        "conversation": str(conversation.public_id),
        "external_id": conversation.external_id,
        "assistant": conversation.assistant.name,
        "release": conversation.release.version if conversation.release else None,
        "channel": conversation.channel,
        "language": conversation.language,
        "intent": conversation.intent,
        "started_at": conversation.started_at.isoformat(),
        "ended_at": conversation.ended_at.isoformat() if conversation.ended_at else None,
        "outcome": conversation.outcome,
        "metadata": {} if transcript is None else transcript.metadata,
        "consent": {snapshot.purpose.code: snapshot.status for snapshot in conversation.consents.all()},
        "messages": [
            {"from": turn.role, "at": turn.at.isoformat() if turn.at else None, "text": text}
            for turn, text in zip(turns, texts, strict=True)
        ],
    }


def _in_words(conversation: Conversation, held: dict[str, Any]) -> dict[str, Any]:
    facts = [conversation.channel, language_name(conversation.language), conversation.intent]
    outcome = {name_words(name): in_words(value) for name, value in held["outcome"].items()}
    return {
        "title": f"{conversation.assistant.name}, {in_words(conversation.started_at)}",
        "facts": ", ".join(filter(None, facts)),
        "external_id": conversation.external_id,
        "outcome": "; ".join(f"{name} {value}" for name, value in outcome.items()),
        "consent": "; ".join(f"{one.purpose.name}: {one.get_status_display()}" for one in conversation.consents.all()),
        "messages": held["messages"],
    }


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}
