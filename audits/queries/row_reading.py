"""Finding personal data in training rows, each read as turns of the conversation that it comes from.

What the page of that conversation masks is found in the row too: by what stands there now, by what is kept of its
scan, and by what its values are elsewhere. Where the transcript is gone, what the row's own last scan found while it
was there stands in for it; without either the row counts as unread, never as clean.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistants.models import Conversation, ConversationRevision, Dataset, DatasetRow
from assistants.queries import transcripts_open
from assistants.queries.datasets import OpenedRow
from assistants.records.training import RowContent
from assistants.transcripts import Transcript
from audits.engine.conversation import Turn, personal_spans, scan_version
from audits.engine.conversation.excerpts import Excerpt, Known, excerpt, spans_within, turns_within
from audits.engine.privacy import DetectionError, Span
from audits.engine.privacy.own_patterns import OwnSet
from audits.models import DatasetRowScan, Detection
from audits.queries.patterns import own_set
from portal.core.envelope import SealBroken
from portal.core.errors import KeyDestroyed

Mark = tuple[int, int, int, str, float]
"""Of a scan that is kept: 0 for the input or 1, and a span of it."""
Texts = tuple[list[Span], list[Span]]
"""What was found in the input and in the output of a row. Spans may overlap, where a value has several types."""


class ConversationGone(DetectionError):
    """The transcript that a row was copied from is gone, and nothing was kept of what it showed of the row."""


@dataclass(frozen=True, slots=True)
class RowReading:
    """What was found in a row, and `context`: which state of its conversation said so, empty where there is none."""

    texts: Texts
    context: str = ""


RowRead = RowReading | KeyDestroyed | SealBroken | DetectionError


@dataclass(frozen=True, slots=True)
class _Said:
    """A revision of a conversation: its turns, what was found in each, and the values of that."""

    turns: Sequence[Turn]
    spans: Sequence[Sequence[Span]]
    known: Known


@dataclass(frozen=True, slots=True)
class _Conversation(_Said):
    """A conversation as it stands, with all that its page masks."""

    context: str
    row: Conversation


@dataclass(frozen=True, slots=True)
class RowReader:
    """Finds personal data in rows, with the assistant's own patterns and name; `version` says by which."""

    own: OwnSet
    _values: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return scan_version(self.own)

    def read(self, rows: Sequence[DatasetRow], opened: Mapping[int, OpenedRow]) -> dict[int, RowRead]:
        """Each row's personal data, or why it cannot be told. A fixed number of queries, whatever the number of rows.

        A DetectionError is a result too, after which the row counts as unread, never as clean.
        """
        conversations = self._conversations({row.conversation_id for row in rows if row.conversation_id is not None})
        revisions = self._earlier(rows, conversations)
        kept = _marks(rows, conversations)
        read: dict[int, RowRead] = {}
        for row in rows:
            content = opened[row.pk]
            if not isinstance(content, RowContent):
                read[row.pk] = content
                continue
            try:
                if row.conversation_id is None:
                    read[row.pk] = RowReading(self._by_itself(content, row.language))
                elif row.conversation_id in conversations:
                    found = conversations[row.conversation_id]
                    earlier = revisions.get(row.pk)
                    if isinstance(found, DetectionError):
                        raise found
                    if isinstance(earlier, DetectionError):
                        raise earlier
                    read[row.pk] = self._in_conversation(row, content, found, earlier, kept.get(row.pk, ()))
                else:
                    read[row.pk] = self._remembered(row, content, kept)
            except DetectionError as error:
                read[row.pk] = error
        return read

    def find(self, texts: tuple[str, str], language: str) -> Texts:
        """What is found in an input and an output by themselves. Raises DetectionError."""
        return self._by_itself(RowContent(*texts), language)

    def types_in(self, value: str, language: str) -> tuple[str, ...]:
        """The types found in an attribute's value, remembered: attributes take few values, again and again."""
        key = (value, language)
        if key not in self._values:
            spans = personal_spans([Turn("customer", value)], language=language or None, own=self.own)
            self._values[key] = tuple(span.type for span in spans[0])
        return self._values[key]

    def _by_itself(self, content: RowContent, language: str) -> Texts:
        turns, within = turns_within(content.input, content.output)
        spans = self._spans(turns, language)
        known = _known(turns, spans)
        return self._everywhere(within, spans_within(within, spans), [known], language)

    def _in_conversation(
        self,
        row: DatasetRow,
        content: RowContent,
        found: _Conversation,
        earlier: _Said | None,
        marks: Sequence[Mark],
    ) -> RowReading:
        first, until = row.turn_from or 0, row.turn_until or 0
        texts = (content.input, content.output)
        spans, known, own = found.spans, [found.known], Known()
        within = excerpt(found.turns, first, until)
        if within.texts != texts and earlier is not None:
            spans, known = earlier.spans, [found.known, earlier.known]
            within = excerpt(earlier.turns, first, until)
        if within.texts != texts:
            # The row was changed, or that revision is gone: it is read behind what is said before it now.
            turns = [*found.turns[:first], Turn("customer", content.input), Turn("assistant", content.output)]
            within = excerpt(turns, len(turns) - 2, len(turns))
            spans, known = self._spans(turns, row.language), [found.known]
            for turn, those_of_turn in zip(turns[-2:], spans[-2:], strict=True):
                own.add(turn.text, those_of_turn)
        else:
            marks = ()
        those = spans_within(within, spans)
        _mark(those, texts, marks, own)
        return RowReading(self._everywhere(within, those, [*known, own], row.language), found.context)

    def _remembered(self, row: DatasetRow, content: RowContent, kept: Mapping[int, Sequence[Mark]]) -> RowReading:
        if row.pk not in kept:
            raise ConversationGone("its conversation is gone")
        texts = (content.input, content.output)
        alone, known = self._by_itself(content, row.language), Known()
        _mark(alone, texts, kept[row.pk], known)
        for text, spans in zip(texts, alone, strict=True):
            known.add(text, spans)
        return RowReading((known.everywhere(texts[0], alone[0]), known.everywhere(texts[1], alone[1])))

    def _everywhere(self, within: Excerpt, spans: Sequence[list[Span]], known: Sequence[Known], language: str) -> Texts:
        """With what each text shows by itself where it is more than one turn, and every known value."""
        number_of = [sum(piece.text == text for piece in within.pieces) for text in (0, 1)]
        joined = [index for index, n in enumerate(number_of) if n > 1]
        for index in joined:
            role = "customer" if index == 0 else "assistant"
            spans[index].extend(self._spans([Turn(role, within.texts[index])], language)[0])
        first, second = (
            known[0].everywhere(text, those, *known[1:]) for text, those in zip(within.texts, spans, strict=True)
        )
        return first, second

    def _earlier(
        self, rows: Iterable[DatasetRow], conversations: Mapping[int, _Conversation | DetectionError]
    ) -> dict[int, _Said | DetectionError]:
        """By row, the revision that it was copied from, where that is not the last and still opens. One query."""
        wanted: dict[tuple[int, int], list[int]] = defaultdict(list)
        for row in rows:
            found = conversations.get(row.conversation_id or 0)
            if isinstance(found, _Conversation) and row.conversation_revision not in (None, found.row.revision):
                wanted[found.row.pk, row.conversation_revision or 0].append(row.pk)
        if not wanted:
            return {}
        read: dict[int, _Said | DetectionError] = {}
        stored = ConversationRevision.objects.filter(conversation__in={pk for pk, _ in wanted}, sealed__isnull=False)
        for one in stored:
            if (one.conversation_id, one.revision) not in wanted:
                continue
            # A revision opens as its conversation did when it was the last.
            found = conversations[one.conversation_id]
            assert isinstance(found, _Conversation)
            conversation = copy.copy(found.row)
            conversation.revision, conversation.sealed = one.revision, one.sealed
            transcript = transcripts_open([conversation])[conversation.pk]
            if isinstance(transcript, Transcript):
                said = self._said(_turns(transcript), conversation.language)
                read |= dict.fromkeys(wanted[one.conversation_id, one.revision], said)
        return read

    def _said(self, turns: Sequence[Turn], language: str) -> _Said | DetectionError:
        try:
            spans = self._spans(turns, language)
        except DetectionError as error:
            return error
        return _Said(turns, spans, _known(turns, spans))

    def _spans(self, turns: Sequence[Turn], language: str) -> Sequence[Sequence[Span]]:
        return personal_spans(turns, language=language or None, own=self.own)

    def _conversations(self, ids: set[int]) -> dict[int, _Conversation | DetectionError]:
        """Those that still open, as they stand now. Three queries."""
        if not ids:
            return {}
        found = Conversation.objects.select_related("scan", "subject__data_key").filter(
            pk__in=ids, sealed__isnull=False
        )
        conversations = list(found)
        opened = transcripts_open(conversations)
        kept: dict[int, list[tuple[int, Span]]] = defaultdict(list)
        for one in Detection.objects.filter(conversation__in=opened):
            kept[one.conversation_id].append((one.turn, Span(one.start, one.end, one.type, one.score)))
        read: dict[int, _Conversation | DetectionError] = {}
        for conversation in conversations:
            transcript = opened[conversation.pk]
            if isinstance(transcript, Transcript):
                read[conversation.pk] = self._read(conversation, transcript, kept[conversation.pk])
        return read

    def _read(
        self, conversation: Conversation, transcript: Transcript, kept: Iterable[tuple[int, Span]]
    ) -> _Conversation | DetectionError:
        turns = _turns(transcript)
        try:
            spans = [list(those) for those in self._spans(turns, conversation.language)]
        except DetectionError as error:
            return error
        scan = getattr(conversation, "scan", None)
        if scan is not None and scan.revision == conversation.revision:
            for turn, span in kept:
                if turn < len(turns) and span.end <= len(turns[turn].text):
                    spans[turn].append(span)
        return _Conversation(turns, spans, _known(turns, spans), context_of(conversation), conversation)


def row_reader(dataset_id: int) -> RowReader:
    """The reader of this data set. Raises BadPattern where the engine refuses one of the own patterns by now."""
    assistant_id, name = Dataset.objects.values_list("assistant_id", "assistant__name").get(pk=dataset_id)
    return RowReader(own_set(assistant_id, name=name))


def context_of(conversation: Conversation) -> str:
    """Which revision of a conversation, scanned with which engine and which model; changes whenever its masks could."""
    scan = getattr(conversation, "scan", None)
    scanned = ("", "") if scan is None else (scan.engine_version, scan.model_version)
    return "/".join((str(conversation.revision), *scanned))


def _marks(
    rows: Iterable[DatasetRow], conversations: Mapping[int, _Conversation | DetectionError]
) -> dict[int, Sequence[Mark]]:
    """By row, what its last scan found, where its revision of the conversation is not the last, or is gone."""
    received = {}
    for row in rows:
        found = conversations.get(row.conversation_id or 0)
        is_last = not isinstance(found, _Conversation) or found.row.revision == row.conversation_revision
        if row.conversation_id is not None and not (found is not None and is_last):
            received[row.pk] = row.received_at
    scans = DatasetRowScan.objects.filter(pk__in=received, marks__isnull=False) if received else ()
    return {scan.pk: scan.marks or () for scan in scans if scan.scanned_at >= received[scan.pk]}


def _mark(spans: Sequence[list[Span]], texts: Sequence[str], marks: Iterable[Mark], known: Known) -> None:
    for number, start, end, type_, score in marks:
        span = Span(start, end, type_, score)
        spans[number].append(span)
        known.add(texts[number], [span])


def _known(turns: Sequence[Turn], spans: Sequence[Iterable[Span]]) -> Known:
    known = Known()
    for turn, those in zip(turns, spans, strict=True):
        known.add(turn.text, those)
    return known


def _turns(transcript: Transcript) -> list[Turn]:
    return [Turn(turn.role, turn.text) for turn in transcript.turns]
