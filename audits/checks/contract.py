"""What a check is given and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from assistants.models import Assistant
from audits.queries.windows import Window
from audits.states import CheckKind, CheckState, Severity

MOST_EVIDENCE = 10


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A check's thresholds as a programme states them; every field has a default."""


S = TypeVar("S", bound=Settings)


@dataclass(frozen=True, slots=True)
class Scope:
    """What there is to audit: what the assistant declares, and what its counts of the period show.

    `attributes` maps each declared customer attribute to its reference group (empty: chosen from the data).
    `groups` maps `language` and `channel` to how many known values they take. `own_types` are the assistant's own
    patterns that were live. `datasets` are the parameters of its training data sets
    (audits.queries.training.dataset_params). `source_conflicts` counts the contradictions of consent sources in the
    period. `retention` says whether the team had retention rules in force. `measures` are the figures of the quality
    of service that the period's counts hold (`score.csat`, `quality.turns`).
    `probes` are the probe sets that the assistant was last probed with (audits.queries.probing.probed_sets).
    `nominations` holds by outcome the intersections that an earlier cycle nominated, and from which day on nobody
    had seen their data.
    """

    attributes: Mapping[str, str]
    purposes: Sequence[str]
    outcomes: Sequence[str]
    groups: Mapping[str, int]
    own_types: Sequence[str] = ()
    datasets: Sequence[Mapping[str, Any]] = ()
    source_conflicts: int = 0
    retention: bool = False
    measures: Sequence[str] = ()
    probes: Sequence[Mapping[str, Any]] = ()
    nominations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """One question to be asked: its target inside the kind, and everything that decides the answer.

    `dataset_id` is the training data set that it is about, if it is about one.
    """

    kind: CheckKind
    target: str
    params: dict[str, Any]
    dataset_id: int | None = None


@dataclass(frozen=True, slots=True)
class CheckContext:
    """One question about one window. `params` are those of its CheckSpec, as frozen in the check run."""

    assistant: Assistant
    target: str
    params: Mapping[str, Any]
    window: Window


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """The answer.

    `result` is JSON: `tables` (see audits.checks.tables), `figures` (name → number) and what the kind adds. `n` is
    how many conversations the answer rests on. `title`, `severity` and `evidence` (conversation id, why) are used
    where the state is failed. Nothing of it holds personal data.
    """

    state: CheckState
    sentence: str
    result: dict[str, Any]
    n: int
    title: str
    severity: Severity = Severity.MEDIUM
    evidence: Sequence[tuple[int, str]] = field(default_factory=tuple)


Answer = Callable[[Sequence[CheckContext]], list[CheckOutcome]]


@dataclass(frozen=True, slots=True)
class Check(Generic[S]):
    """One kind of check: its settings, how they become questions, and how questions are answered.

    `answer` takes questions about one assistant and one window, at least one, and answers each of them as if it were
    asked alone: reading counts and calling a statistic cost about the same for one table as for a hundred.
    """

    kind: CheckKind
    settings: type[S]
    expand: Callable[[S, Scope], list[CheckSpec]]
    answer: Answer


def one_by_one(answer: Callable[[CheckContext], CheckOutcome]) -> Answer:
    """Of a kind whose questions share nothing."""
    return lambda contexts: [answer(context) for context in contexts]
