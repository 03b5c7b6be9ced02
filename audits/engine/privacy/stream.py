"""Detection and rewriting of JSON Lines: a record in, a record out, in order.

Lines that come together are looked at together, since that takes a fraction of the time. What is given line by line is
answered line by line, before the next line is asked for.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from .detection import detect_many
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


class DetectMany(Protocol):
    """`detect_many` of this engine, or another's with the same interface."""

    def __call__(self, texts: Sequence[str], *, languages: Sequence[str | None]) -> list[Spans]: ...


class _Record(NamedTuple):
    text: str
    language: str | None


class _Line(msgspec.Struct):
    text: str
    language: str | None = None


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
    return _Record(value["text"], value.get("language"))


def _read(number: int, line: str | bytes) -> _Line | _Record | None:
    """The record of a line, None for an empty one."""
    try:
        return _LINE.decode(line)
    except (msgspec.MsgspecError, UnicodeError):
        if not line.strip():
            return None
        return _record(number, line)  # reads what JSON allows and msgspec does not, or says what is wrong


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

    def spans(self, detect_many: DetectMany) -> list[Spans]:
        """The answers, up to the first text that the engine could not read to its end; `bad` then says which."""
        languages = [record.language for record in self.records]
        texts = [record.text for record in self.records]
        try:
            return detect_many(texts, languages=languages)
        except DetectionError:
            answers: list[Spans] = []
            for number, text, language in zip(self.numbers, texts, languages, strict=True):
                try:
                    answers += detect_many([text], languages=[language])
                except DetectionError as error:
                    self.bad = BadLine(number, "text", str(error))
                    break
            return answers


_Answer = Callable[[_Line | _Record, Spans], str]


def _answered(
    batches: Iterable[Iterable[str | bytes]], detect_many: DetectMany, answer: _Answer
) -> Iterator[list[str]]:
    number = 0
    for lines in batches:
        batch = _Batch(lines, number)
        spans = batch.spans(detect_many)
        yield [answer(record, found) for record, found in zip(batch.records, spans, strict=False)]
        if batch.bad is not None:
            raise batch.bad
        number = batch.last


def _single(lines: Iterable[str | bytes]) -> Iterator[tuple[str | bytes]]:
    return ((line,) for line in lines)


def detect_batches(
    batches: Iterable[Iterable[str | bytes]], detect_many: DetectMany = detect_many
) -> Iterator[list[str]]:
    """For every batch of `{"text", "language"?}` lines the `{"spans": [{"start", "end", "type", "score"}]}` lines.

    Offsets are code points of the decoded text. Empty lines are passed over. Raises BadLine at the first line
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
