"""Scores on annotated texts: a find counts if it shares half of the union with an annotation of its type."""

import gzip
import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from audits.engine.privacy import Spans, detect_many
from audits.engine.privacy.conversation import Said, detect_turns

Row = dict[str, Any]
#: Gives the spans of each of some rows.
Reader = Callable[[Sequence[Row]], Iterable[Spans]]
_RENAMED = {
    "PERSON_PATIENT": "PERSON",
    "PERSON_STAFF": "PERSON",
    "DOMAIN_NAME": "URL",
    "FAX_NUMBER": "PHONE_NUMBER",
    "STREET_ADDRESS": "ADDRESS",
}
STRUCTURED = frozenset({"EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "IP_ADDRESS", "URL"})
_ROOT = Path(__file__).resolve().parents[2]


def data_directory() -> Path:
    """Where the real data sets are."""
    return _ROOT / os.environ.get("PROBITY_REAL_DATA", "../shared/data")


def rows(name: str) -> Iterator[Row]:
    """The rows of a data set; skips the test where it is absent."""
    path = data_directory() / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"real data set {name} is absent (PROBITY_REAL_DATA)")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _agree(first: tuple[int, int, str], second: tuple[int, int, str]) -> bool:
    shared = min(first[1], second[1]) - max(first[0], second[0])
    return first[2] == second[2] and 2 * shared >= max(first[1], second[1]) - min(first[0], second[0]) > 0


class Score(Counter[tuple[str, str]]):
    """Counts of ("hit" | "false" | "missed", type)."""

    def count(self, outcome: str, types: frozenset[str]) -> int:
        """How many of an outcome over some types."""
        return sum(self[outcome, type_] for type_ in types)

    def f1(self, types: frozenset[str]) -> float:
        """Harmonic mean of precision and recall over the pooled types."""
        hits = self.count("hit", types)
        return 2 * hits / max(1, 2 * hits + self.count("false", types) + self.count("missed", types))

    def recall(self, type_: str) -> float:
        """Share of the annotations that were found."""
        return self["hit", type_] / max(1, self["hit", type_] + self["missed", type_])

    def precision(self, type_: str) -> float:
        """Share of the finds that were annotated."""
        return self["hit", type_] / max(1, self["hit", type_] + self["false", type_])


def by_message(rows: Sequence[Row]) -> Iterable[Spans]:
    """What is found in each row by itself."""
    return detect_many([row["text"] for row in rows], languages=[row["language"] for row in rows])


def by_conversation(rows: Sequence[Row]) -> Iterable[Spans]:
    """What is found in each row by what the rows before it said. Ids are `<conversation>-<turn>`, in order."""
    said = defaultdict[str, Said](Said)
    return detect_turns(
        [row["text"] for row in rows],
        [said[row["id"].rpartition("-")[0]] for row in rows],
        roles=[row["role"] for row in rows],
        languages=[row["language"] for row in rows],
    )


def compare(found_in: Iterable[Row], types: frozenset[str]) -> Score:
    """Compare what is found in rows with what is annotated there."""
    texts = list(found_in)
    return _compare(zip(texts, by_message(texts), strict=True), types, level=None)


def score(name: str, types: frozenset[str], *, level: str | None = None, read: Reader = by_message) -> Score:
    """Compare what is found in a data set with what is annotated there."""
    return _compare(zip(rows(name), found_in(name, read), strict=True), types, level=level)


@cache
def found_in(name: str, read: Reader) -> list[Spans]:
    """Of each row of a data set: read once for all types that are scored, which limit the answer alone."""
    return list(read(list(rows(name))))


def _compare(answers: Iterable[tuple[Row, Spans]], types: frozenset[str], *, level: str | None) -> Score:
    result = Score()
    for row, spans in answers:
        wanted = [
            (span["start"], span["end"], _RENAMED.get(span["type"], span["type"]))
            for span in row["spans"]
            if level is None or span.get("level") == level
        ]
        wanted = [each for each in wanted if each[2] in types]
        for span in spans:
            if span.type in types:
                match = next((each for each in wanted if _agree(each, span[:3])), None)
                result["hit" if match else "false", span.type] += 1
                if match:
                    wanted.remove(match)
        result.update(("missed", type_) for _, _, type_ in wanted)
    return result
