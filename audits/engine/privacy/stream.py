"""Detection and rewriting of JSON Lines: a record in, a record out, in order, one at a time."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from .detection import detect
from .rewriting import pseudonyms, redactions, rewrite
from .spans import DetectionError, Span

Mode = Literal["redact", "pseudonymise"]


class BadLine(Exception):
    """A line that is not what it should be. `line` counts from 1; `field` is None for the line as a whole."""

    def __init__(self, line: int, field: str | None, reason: str) -> None:
        self.line = line
        self.field = field
        self.reason = reason
        super().__init__(f"line {line}: {f'field {field!r}: ' if field else ''}{reason}")


class Detect(Protocol):
    """`detect` of this engine, or another's with the same interface."""

    def __call__(self, text: str, *, language: str | None = None) -> list[Span]: ...


class _Record(NamedTuple):
    text: str
    language: str | None


class _Line(msgspec.Struct):
    text: str
    language: str | None = None


_LINE = msgspec.json.Decoder(_Line)
_DOCUMENT = msgspec.json.Encoder()


def _record(number: int, line: str | bytes) -> _Record:
    try:
        value = json.loads(line.decode() if isinstance(line, bytes) else line)
    except UnicodeDecodeError as error:
        raise BadLine(number, None, "not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise BadLine(number, None, "not JSON") from error
    if not isinstance(value, dict):
        raise BadLine(number, None, "not a JSON object")
    if not isinstance(value.get("text"), str):
        raise BadLine(number, "text", "missing" if "text" not in value else "not a string")
    if not isinstance(value.get("language"), str | None):
        raise BadLine(number, "language", "not a string")
    return _Record(value["text"], value.get("language"))


def _each(lines: Iterable[str | bytes], detect: Detect) -> Iterator[tuple[_Line | _Record, list[Span]]]:
    for number, line in enumerate(lines, start=1):
        record: _Line | _Record
        try:
            record = _LINE.decode(line)
        except (msgspec.MsgspecError, UnicodeError):
            if not line.strip():
                continue
            record = _record(number, line)  # reads what JSON allows and msgspec does not, or says what is wrong
        try:
            spans = detect(record.text, language=record.language)
        except DetectionError as error:
            raise BadLine(number, "text", str(error)) from error
        yield record, spans


def detect_lines(lines: Iterable[str | bytes], detect: Detect = detect) -> Iterator[str]:
    """For every `{"text", "language"?}` line a `{"spans": [{"start", "end", "type", "score"}]}` line.

    Offsets are code points of the decoded text. Empty lines are passed over. Raises BadLine at the first line
    that is not a record or that the engine could not read to the end.
    """
    for _, spans in _each(lines, detect):
        yield _DOCUMENT.encode({"spans": [span._asdict() for span in spans]}).decode()


def anonymise_lines(
    lines: Iterable[str | bytes],
    mode: Mode,
    key: bytes | None = None,
    detect: Detect = detect,
    *,
    with_spans: bool = False,
) -> Iterator[str]:
    """For every `{"text", "language"?}` line a `{"text"}` line without personal data.

    `pseudonymise` needs a key: the same value gives the same token under the same key. `with_spans` adds where
    each replacement stands, and where its value stood: `{"spans": [{"start", "end", "type", "original_start",
    "original_end"}]}`. Raises ValueError without a key, BadLine as `detect_lines` does.
    """
    if mode == "pseudonymise" and not key:
        raise ValueError("pseudonymise needs a key")
    for record, spans in _each(lines, detect):
        if key and mode == "pseudonymise":
            tokens = pseudonyms(record.text, spans, key=key, language=record.language)
        else:
            tokens = redactions(spans)
        rewritten = rewrite(record.text, spans, tokens)
        document: dict[str, Any] = {"text": rewritten.text}
        if with_spans:
            document["spans"] = [replaced._asdict() for replaced in rewritten.spans]
        yield json.dumps(document)
