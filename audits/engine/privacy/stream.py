"""Detection and rewriting of JSON Lines: a record in, a record out, in order.

Lines that come together are looked at together, since that takes a fraction of the time. What is given line by line is
answered line by line, before the next line is asked for.

Records that name a `conversation` are read by what the earlier records of it said, wherever these stand.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Literal, NamedTuple

import msgspec

from .conversation import CUSTOMER, Said, detect_turns
from .detection import DetectMany, detect_many
from .rewriting import pseudonyms, redactions, rewrite
from .spans import DetectionError, Spans

Mode = Literal["redact", "pseudonymise"]


class BadLine(Exception):
    """A line that is not what it should be. `line` counts from 1; `field` is None for the line as a whole."""

    def __init__(self, line: int, field: str | None, reason: str) -> None:
        self.line = line
        self.field = field
        self.reason = reason
        super().__init__(f"line {line}: {f'field {field!r}: ' if field else ''}{reason}")


#: Who speaks in a conversation.
ROLES = (CUSTOMER, "assistant", "agent", "system")
#: So many conversations are remembered; the one that was longest without a record is forgotten.
MOST_CONVERSATIONS = 10_000


class _Record(NamedTuple):
    text: str
    language: str | None
    conversation: str | int | None
    role: Any


class _Line(msgspec.Struct):
    text: str
    language: str | None = None
    conversation: str | int | None = None
    role: Any = None


_CONVERSATION = attrgetter("conversation")
_LINE = msgspec.json.Decoder(_Line)
_DOCUMENT = msgspec.json.Encoder()
_NOTHING = '{"spans":[]}'


def _record(number: int, line: str | bytes) -> _Record:
    try:
        value = json.loads(line.decode() if isinstance(line, bytes) else line)
    except UnicodeDecodeError as error:
        raise BadLine(number, None, "not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise BadLine(number, None, 'not JSON; each line must be such as {"text": "Hello"}') from error
    if not isinstance(value, dict):
        raise BadLine(number, None, "not a JSON object")
    if not isinstance(value.get("text"), str):
        raise BadLine(number, "text", "missing" if "text" not in value else "not a string")
    if not isinstance(value.get("language"), str | None):
        raise BadLine(number, "language", "not a string")
    if not isinstance(value.get("conversation"), str | int | None) or isinstance(value.get("conversation"), bool):
        raise BadLine(number, "conversation", "neither a string nor a whole number")
    return _Record(value["text"], value.get("language"), value.get("conversation"), value.get("role"))


def _read(number: int, line: str | bytes) -> _Line | _Record | None:
    """The record of a line, None for an empty one."""
    record: _Line | _Record
    try:
        record = _LINE.decode(line)
    except (msgspec.MsgspecError, UnicodeError):
        if not line.strip():
            return None
        record = _record(number, line)  # reads what JSON allows and msgspec does not, or says what is wrong
    if record.conversation is not None:
        _check(number, record)
    return record


def _check(number: int, record: _Line | _Record) -> None:
    """Outside a conversation nobody asks for a role, so anything may stand there."""
    if record.conversation == "":
        raise BadLine(number, "conversation", "empty")
    if record.role is not None and record.role not in ROLES:
        raise BadLine(number, "role", f"not one of {', '.join(ROLES)}")


class _Memory:
    """What the conversations of a stream have said."""

    def __init__(self) -> None:
        self._said: OrderedDict[str, Said] = OrderedDict()

    def said(self, conversation: str | int | None) -> Said | None:
        """The memory of this conversation, 17 or "17", from now on the freshest; None for none."""
        if conversation is None:
            return None
        conversation = str(conversation)
        if conversation not in self._said:
            self._said[conversation] = Said()
            if len(self._said) > MOST_CONVERSATIONS:
                self._said.popitem(last=False)
        self._said.move_to_end(conversation)
        return self._said[conversation]


class _Batch:
    """The records of some lines, with the line that each comes from, up to the first that is none."""

    def __init__(self, lines: Iterable[str | bytes], number: int) -> None:
        self.last = number
        self.records: list[_Line | _Record] = []
        self.numbers: list[int] = []
        self.bad: BadLine | None = None
        for line in lines:
            self.last += 1
            try:
                record = _read(self.last, line)
            except BadLine as error:
                self.bad = error
                return
            if record is not None:
                self.records.append(record)
                self.numbers.append(self.last)

    def spans(self, detect_many: DetectMany, memory: _Memory) -> list[Spans]:
        """The answers, up to the first text that the engine could not read to its end; `bad` then says which."""
        try:
            return _spans(self.records, detect_many, memory)
        except DetectionError:
            answers: list[Spans] = []
            for number, record in zip(self.numbers, self.records, strict=True):
                try:
                    answers += _spans([record], detect_many, memory)
                except DetectionError as error:
                    self.bad = BadLine(number, "text", str(error))
                    break
            return answers


def _spans(records: Sequence[_Line | _Record], detect_many: DetectMany, memory: _Memory) -> list[Spans]:
    texts = [record.text for record in records]
    languages = [record.language for record in records]
    conversations = list(map(_CONVERSATION, records))
    if conversations.count(None) == len(conversations):
        return detect_many(texts, languages=languages)
    return detect_turns(
        texts,
        list(map(memory.said, conversations)),
        roles=[record.role or CUSTOMER for record in records],
        languages=languages,
        detect_many=detect_many,
    )


_Answer = Callable[[_Line | _Record, Spans], str]


def _answered(
    batches: Iterable[Iterable[str | bytes]], detect_many: DetectMany, answer: _Answer
) -> Iterator[list[str]]:
    number, memory = 0, _Memory()
    for lines in batches:
        batch = _Batch(lines, number)
        spans = batch.spans(detect_many, memory)
        yield [answer(record, found) for record, found in zip(batch.records, spans, strict=False)]
        if batch.bad is not None:
            raise batch.bad
        number = batch.last


def _single(lines: Iterable[str | bytes]) -> Iterator[tuple[str | bytes]]:
    return ((line,) for line in lines)


def detect_batches(
    batches: Iterable[Iterable[str | bytes]], detect_many: DetectMany = detect_many
) -> Iterator[list[str]]:
    """For every batch of `{"text", "language"?, …}` lines the `{"spans": [{"start", "end", "type", "score"}]}` lines.

    A line with a `"conversation"` and maybe a `"role"` (customer, if left out; the others ask) is read by what the
    earlier lines of it said (`detect_conversation`); the last `MOST_CONVERSATIONS` are remembered. Offsets are code
    points of the decoded text. Empty lines are passed over. Raises BadLine at the first line
    that is not a record or that the engine could not read to the end, once those before it have been answered.
    """
    return _answered(batches, detect_many, _found)


def detect_lines(lines: Iterable[str | bytes], detect_many: DetectMany = detect_many) -> Iterator[str]:
    """What `detect_batches` gives, line by line."""
    for answers in detect_batches(_single(lines), detect_many):
        yield from answers


def _found(record: _Line | _Record, spans: Spans) -> str:
    return _DOCUMENT.encode({"spans": [span._asdict() for span in spans]}).decode() if spans else _NOTHING


def anonymise_batches(
    batches: Iterable[Iterable[str | bytes]],
    mode: Mode,
    key: bytes | None = None,
    detect_many: DetectMany = detect_many,
    *,
    with_spans: bool = False,
) -> Iterator[list[str]]:
    """For every batch of `{"text", "language"?}` lines the `{"text"}` lines without personal data.

    `pseudonymise` needs a key: the same value gives the same token under the same key. `with_spans` adds where
    each replacement stands, and where its value stood: `{"spans": [{"start", "end", "type", "original_start",
    "original_end"}]}`. Raises ValueError without a key, BadLine as `detect_batches` does.
    """
    if mode == "pseudonymise" and not key:
        raise ValueError("pseudonymise needs a key")

    def rewritten(record: _Line | _Record, spans: Spans) -> str:
        if key and mode == "pseudonymise":
            tokens = pseudonyms(record.text, spans, key=key, language=record.language)
        else:
            tokens = redactions(spans)
        replaced = rewrite(record.text, spans, tokens)
        document: dict[str, Any] = {"text": replaced.text}
        if with_spans:
            document["spans"] = [each._asdict() for each in replaced.spans]
        return json.dumps(document)

    return _answered(batches, detect_many, rewritten)


def anonymise_lines(
    lines: Iterable[str | bytes],
    mode: Mode,
    key: bytes | None = None,
    detect_many: DetectMany = detect_many,
    *,
    with_spans: bool = False,
) -> Iterator[str]:
    """What `anonymise_batches` gives, line by line."""
    for answers in anonymise_batches(_single(lines), mode, key, detect_many, with_spans=with_spans):
        yield from answers
