"""Detection and rewriting of JSON Lines: a record in, a record out, in order, one at a time."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from .detection import detect
from .rewriting import pseudonymise, redact
from .spans import DetectionError

Mode = Literal["redact", "pseudonymise"]


class BadLine(Exception):
    """A line that is not what it should be. `line` counts from 1; `field` is None for the line as a whole."""

    def __init__(self, line: int, field: str | None, reason: str) -> None:
        self.line = line
        self.field = field
        self.reason = reason
        super().__init__(f"line {line}: {f'field {field!r}: ' if field else ''}{reason}")


class _Record(NamedTuple):
    text: str
    language: str | None


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


def _each(lines: Iterable[str | bytes]) -> Iterator[tuple[int, _Record]]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _record(number, line)


def _document(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True)


def detect_lines(lines: Iterable[str | bytes]) -> Iterator[str]:
    """For every `{"text", "language"?}` line a `{"spans": [{"start", "end", "type", "score"}]}` line.

    Offsets are code points. Empty lines are passed over. Raises BadLine at the first line that is not a
    record or that the engine could not read to the end.
    """
    for number, record in _each(lines):
        try:
            spans = detect(record.text, language=record.language)
        except DetectionError as error:
            raise BadLine(number, "text", str(error)) from error
        yield _document({"spans": [span._asdict() for span in spans]})


def anonymise_lines(lines: Iterable[str | bytes], mode: Mode, key: bytes | None = None) -> Iterator[str]:
    """For every `{"text", "language"?}` line a `{"text"}` line without personal data.

    `pseudonymise` needs a key: the same value gives the same token under the same key. Raises ValueError
    without one, BadLine as `detect_lines` does.
    """
    if mode == "pseudonymise" and not key:
        raise ValueError("pseudonymise needs a key")
    for number, record in _each(lines):
        try:
            spans = detect(record.text, language=record.language)
        except DetectionError as error:
            raise BadLine(number, "text", str(error)) from error
        if key and mode == "pseudonymise":
            text = pseudonymise(record.text, spans, key=key, language=record.language)
        else:
            text = redact(record.text, spans)
        yield _document({"text": text})
