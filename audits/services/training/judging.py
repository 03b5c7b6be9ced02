"""The gate of an export: which rows may leave, and why the others may not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from assistants.models import DatasetRow
from assistants.queries.datasets import rows_open
from assistants.records.training import RowContent
from assistants.states import RewriteMode
from audits.engine.anonymity import Anonymity
from audits.engine.conversation.excerpts import apart
from audits.engine.privacy import DetectionError, Span, pseudonymise, redact
from audits.queries.row_reading import RowReading, Texts, row_reader
from audits.queries.training import (
    TrainingRow,
    anonymity_of,
    attributes_of,
    consent_of,
    repeated,
    rows_of,
)
from audits.states import Breach
from consent.models import Purpose
from portal.core import keys
from portal.core.errors import KeyDestroyed

BATCH = 500
_encode = msgspec.json.Encoder(order="deterministic").encode


class Outdated(Exception):
    """What was judged is not what would be written now."""


class ExportedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of an export. Fields may be added behind these; none changes its meaning."""

    id: str
    input: str
    output: str = ""
    language: str = ""
    attributes: dict[str, Any] = {}
    weight: float | None = None


@dataclass(slots=True)
class Judgement:
    """Breaches by row; `fit` are the rows without any, in order, and `anonymity` is theirs."""

    rows: int
    consent_as_of: datetime
    breaches: dict[int, set[Breach]] = field(default_factory=lambda: defaultdict(set))
    fit: list[TrainingRow] = field(default_factory=list)
    anonymity: Anonymity | None = None
    reader_version: str = ""

    @property
    def by_reason(self) -> dict[str, int]:
        """How many rows break the policy for each reason; a row may have several."""
        return dict(sorted(Counter(str(one) for found in self.breaches.values() for one in found).items()))


class Rewriter:
    """Takes personal data out of texts, by the frozen parameters of one export."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self.reader = row_reader(parameters["dataset"])
        self._allowed = frozenset(parameters["allowed_types"])
        self._pseudonymise = parameters["mode"] == RewriteMode.PSEUDONYMISE
        # One key a data set: the same value has the same token inside it, and another elsewhere.
        self._key = keys.index_key(f"training-pseudonym/{parameters['dataset']}")

    def rewritten(self, content: RowContent, found: Texts, language: str) -> tuple[str, str]:
        """Input and output without what was found in them, but for the types that the policy allows."""
        first, second = (
            self._cut(text, apart(spans, allowed=self._allowed), language)
            for text, spans in zip((content.input, content.output), found, strict=True)
        )
        return first, second

    def cleaned(self, content: RowContent, found: Texts, language: str) -> bool:
        """Whether nothing is left in the row once it is rewritten. Raises DetectionError."""
        rewritten = self.rewritten(content, found, language)
        # What was not changed has just been looked at.
        if rewritten == (content.input, content.output):
            return True
        return not any(apart(spans, allowed=self._allowed) for spans in self.reader.find(rewritten, language))

    def _cut(self, text: str, spans: Sequence[Span], language: str) -> str:
        if self._pseudonymise:
            return pseudonymise(text, spans, key=self._key, language=language or None)
        return redact(text, spans)

    def fit_to_leave(self, value: str, language: str) -> bool:
        """Whether an attribute's value, which is never rewritten, may leave as it is. Raises DetectionError."""
        return self._allowed.issuperset(self.reader.types_in(value, language))


def judged(parameters: Mapping[str, Any], *, now: datetime, progress: Callable[[int, int], None]) -> Judgement:
    """Judge every row of the data set by these parameters, as of now.

    Rows break by consent, repetition or what is left in them after rewriting; of the others, those whose attributes
    too few share, with classes counted among the others alone. `progress` is told rows done and in all.
    """
    dataset_id = parameters["dataset"]
    rows = rows_of(dataset_id)
    found = Judgement(rows=len(rows), consent_as_of=now)
    purpose = Purpose.objects.get(pk=parameters["purpose"])
    for row, decision in zip(rows, consent_of(rows, purpose=purpose, now=now), strict=True):
        if not decision.at_collection.permitted:
            found.breaches[row.pk].add(Breach.CONSENT_AT_COLLECTION)
        if not decision.now.permitted:
            found.breaches[row.pk].add(Breach.CONSENT_NOW)
    for pk in repeated(dataset_id, parameters["duplicates"]):
        found.breaches[pk].add(Breach.DUPLICATE)
    attributes = attributes_of(dataset_id)
    _read(rows, attributes, parameters, found, progress)
    others = [row for row in rows if row.pk not in found.breaches]
    anonymity = anonymity_of(others, attributes, parameters)
    for number in anonymity.breaking_rows:
        of_class = anonymity.classes.of_row[number]
        if anonymity.too_small[of_class]:
            found.breaches[others[number].pk].add(Breach.K)
        if anonymity.too_uniform[of_class]:
            found.breaches[others[number].pk].add(Breach.L)
    found.fit = [row for row in others if row.pk not in found.breaches]
    found.anonymity = anonymity_of(found.fit, attributes, parameters)
    return found


def exported_lines(
    judgement: Judgement,
    parameters: Mapping[str, Any],
    *,
    progress: Callable[[int, int], None],
    weights: Mapping[int, float],
) -> Iterator[tuple[DatasetRow, bytes]]:
    """Each row that is fit, which the caller has locked, with its rewritten line and its weight, if it has one.

    Raises KeyDestroyed where one does not open, DetectionError where its conversation is gone, and Outdated
    where the detectors or the patterns are others than it was judged with.
    """
    rewriter, attributes, rows = Rewriter(parameters), attributes_of(parameters["dataset"]), judgement.fit
    if rewriter.reader.version != judgement.reader_version:
        raise Outdated("It would be read with other patterns by now.")
    for start in range(0, len(rows), BATCH):
        ids = [row.pk for row in rows[start : start + BATCH]]
        batch = list(DatasetRow.objects.select_related("subject__data_key").filter(pk__in=ids).order_by("pk"))
        opened = rows_open(batch)
        read = rewriter.reader.read(batch, opened)
        for row in batch:
            content = opened[row.pk]
            if not isinstance(content, RowContent):
                raise content
            found = read[row.pk]
            if not isinstance(found, RowReading):
                raise found
            first, second = rewriter.rewritten(content, found.texts, row.language)
            line = ExportedLine(
                id=str(row.public_id),
                input=first,
                output=second,
                language=row.language,
                attributes=attributes.get(row.pk, {}),
                weight=weights.get(row.pk),
            )
            yield row, _encode(line) + b"\n"
        progress(start + len(ids), len(rows))


def _read(
    rows: Sequence[TrainingRow],
    attributes: Mapping[int, Mapping[str, Any]],
    parameters: Mapping[str, Any],
    found: Judgement,
    progress: Callable[[int, int], None],
) -> None:
    """Open every row, rewrite it, and look again at what is left."""
    rewriter = Rewriter(parameters)
    found.reader_version = rewriter.reader.version
    ids = [row.pk for row in rows]
    for start in range(0, len(ids), BATCH):
        batch = list(DatasetRow.objects.select_related("subject__data_key").filter(pk__in=ids[start : start + BATCH]))
        opened = rows_open(batch)
        read = rewriter.reader.read(batch, opened)
        for row in batch:
            content = opened[row.pk]
            if not isinstance(content, RowContent):
                erased = isinstance(content, KeyDestroyed)
                found.breaches[row.pk].add(Breach.ERASED if erased else Breach.UNREADABLE)
                continue
            reading = read[row.pk]
            if not isinstance(reading, RowReading):
                found.breaches[row.pk].add(Breach.UNREADABLE)
                continue
            values = [str(value) for value in attributes.get(row.pk, {}).values()]
            try:
                fit = rewriter.cleaned(content, reading.texts, row.language)
                fit = fit and all(rewriter.fit_to_leave(value, row.language) for value in values)
            except DetectionError:
                found.breaches[row.pk].add(Breach.UNREADABLE)
            else:
                if not fit:
                    found.breaches[row.pk].add(Breach.RESIDUAL)
        progress(min(start + BATCH, len(ids)), len(ids))
