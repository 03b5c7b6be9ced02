"""What a pattern would find: its examples, and the conversations that were scanned last. Counts only, never text."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistants.models import Assistant, Conversation
from assistants.queries import transcripts_open
from assistants.states import ConversationState
from assistants.transcripts import Transcript
from audits.engine.conversation import SCAN_VERSION
from audits.engine.privacy import DetectionError, Span, detect
from audits.engine.privacy.own_patterns import OwnSet, matches_alone, shape_of

SAMPLE = 500
SECONDS = 8.0
_CHUNK = 100
_SHAPES = 8
_SEEN_IN = 5
_NEEDED = ["id", "public_id", "revision", "language", "sealed", "subject_id", "subject__data_key"]


@dataclass(slots=True)
class Trial:
    """What was found so far. A *hit* is a span of the pattern's type; `roles` counts them by speaker.

    `taken` counts values that a built-in type would have had and the pattern now has, `left` matches that a built-in
    type keeps; `shapes` what hits look like (`AA-9999999`), by speaker.
    """

    conversations: int = 0
    unread: int = 0
    messages: int = 0
    messages_hit: int = 0
    hits: int = 0
    roles: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    shapes: Counter[tuple[str, str]] = field(default_factory=Counter)
    seen_in: list[str] = field(default_factory=list)

    def message(self, text: str, role: str, *, language: str | None, own: OwnSet, type_: str) -> int:
        """Take one message in; returns its hits. Raises DetectionError."""
        built_in = detect(text, language=language)
        together = detect(text, language=language, own=own.detectors)
        hits = [span for span in together if span.type == type_]
        self.messages += 1
        self.messages_hit += bool(hits)
        self.hits += len(hits)
        self.roles.update([role] * len(hits))
        self.taken.update(span.type for span in built_in if _overlaps(span, hits))
        for span in hits:
            self.shapes[role, shape_of(text[span.start : span.end])] += 1
        alone = matches_alone(text, own)
        self.left.update(span.type for span in together if span.type != type_ and _overlaps(span, alone))
        return len(hits)


def trial_run(
    *, assistant: Assistant, own: OwnSet, type_: str, examples: tuple[list[str], list[str]]
) -> dict[str, Any]:
    """Try the one pattern of `own` on its examples and on the last scanned conversations, for at most eight seconds.

    The answer is JSON: counts, shapes and the public ids of a few conversations with hits; no text of anybody.
    `example_faults` holds [list, line] of each example that is not as it should be, counted from 1.
    """
    ends_at = time.monotonic() + SECONDS
    trial = Trial()
    conversations = list(
        Conversation.objects.filter(assistant=assistant, state=ConversationState.SCANNED)
        .select_related("subject__data_key")
        .only(*_NEEDED)
        .order_by("-started_at", "-pk")[:SAMPLE]
    )
    complete = True
    for chunk in _chunks(conversations):
        if time.monotonic() > ends_at:
            complete = False
            break
        _read(chunk, trial, own, type_)
    return {
        "engine": SCAN_VERSION,
        "complete": complete,
        "conversations": trial.conversations,
        "unread": trial.unread,
        "messages": trial.messages,
        "messages_hit": trial.messages_hit,
        "hits": trial.hits,
        "per_1000": round(1000 * trial.hits / trial.messages, 1) if trial.messages else 0.0,
        "roles": dict(sorted(trial.roles.items())),
        "taken": dict(sorted(trial.taken.items())),
        "left": dict(sorted(trial.left.items())),
        "shapes": [[role, shape, n] for (role, shape), n in trial.shapes.most_common(_SHAPES)],
        "seen_in": trial.seen_in,
        "examples": len(examples[0]) + len(examples[1]),
        "example_faults": example_faults(own=own, type_=type_, examples=examples),
    }


def example_faults(*, own: OwnSet, type_: str, examples: tuple[list[str], list[str]]) -> list[list[Any]]:
    """[`must_match` or `must_not_match`, line] of each example that is not as it should be."""
    faults: list[list[Any]] = []
    for name, lines, wanted in (("must_match", examples[0], True), ("must_not_match", examples[1], False)):
        for number, line in enumerate(lines, 1):
            found = any(span.type == type_ for span in detect(line, own=own.detectors))
            if found is not wanted:
                faults.append([name, number])
    return faults


def _read(conversations: Sequence[Conversation], trial: Trial, own: OwnSet, type_: str) -> None:
    opened = transcripts_open(conversations)
    for conversation in conversations:
        transcript = opened[conversation.pk]
        trial.conversations += 1
        if not isinstance(transcript, Transcript):
            trial.unread += 1
            continue
        hits = 0
        try:
            for turn in transcript.turns:
                hits += trial.message(turn.text, turn.role, language=conversation.language, own=own, type_=type_)
        except DetectionError:
            trial.unread += 1
        if hits and len(trial.seen_in) < _SEEN_IN:
            trial.seen_in.append(str(conversation.public_id))


def _overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _chunks(conversations: Sequence[Conversation]) -> Iterable[Sequence[Conversation]]:
    for start in range(0, len(conversations), _CHUNK):
        yield conversations[start : start + _CHUNK]
