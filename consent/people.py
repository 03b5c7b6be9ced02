"""One use decided for a person: data subjects that were merged, their age, restrictions and erasure. No database.

A merge is a fact of identity, so only what was known of it counts: its last step recorded by `known_at`. Subjects
joined by confirmed merges are one part with one history. Parts joined by proposed merges may or may not be one
person: each is decided for itself, under what any of them says of age, and the most restrictive decision holds. So a
use is permitted only where it would be whichever of the proposals turn out to be right.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from consent.evaluation import NONE, Decision, Event, Minority, NoticeVersion, decide
from consent.states import UNRESTRICTED, ConsentStatus, LinkState, Reason

_BY_RESTRICTION = (ConsentStatus.DENIED, ConsentStatus.UNKNOWN, ConsentStatus.PERMITTED)


@dataclass(frozen=True, slots=True)
class LinkStep:
    """One step of a merge of two data subjects."""

    id: int
    merge: uuid.UUID
    state: str
    low: int
    high: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class AgeNote:
    """What was noted of a subject's age: a minor (until `of_age_at`, where that is known) or not one."""

    id: int
    minor: bool
    of_age_at: datetime | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Restriction:
    """A restriction of processing: half-open in time, and known from its recordings on."""

    imposed_at: datetime
    recorded_at: datetime
    lifted_at: datetime | None = None
    lift_recorded_at: datetime | None = None

    def stands(self, *, use_time: datetime, known_at: datetime) -> bool:
        lifted = (
            self.lifted_at is not None
            and self.lift_recorded_at is not None
            and self.lifted_at <= use_time
            and self.lift_recorded_at <= known_at
        )
        return self.imposed_at <= use_time and self.recorded_at <= known_at and not lifted


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """What is on record of one data subject."""

    subject_id: int
    events: tuple[Event, ...] = ()
    age_notes: tuple[AgeNote, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A data subject, and the parts of the person it may be: the first holds the subject itself."""

    own: SubjectFacts
    parts: tuple[tuple[SubjectFacts, ...], ...]

    @property
    def everyone(self) -> tuple[SubjectFacts, ...]:
        return tuple(facts for part in self.parts for facts in part)


def parts_of(
    subject_ids: Iterable[int], steps: Iterable[LinkStep], *, known_at: datetime
) -> dict[int, tuple[tuple[int, ...], ...]]:
    """The parts of each subject's person as known then, its own part first; `steps` are all that reach them."""
    confirmed, proposed = _Joined(), _Joined()
    for step in last_steps(steps, known_at=known_at):
        if step.state == LinkState.CONFIRMED:
            confirmed.join(step.low, step.high)
        if step.state != LinkState.UNDONE:
            proposed.join(step.low, step.high)
    found = {}
    for subject in subject_ids:
        own = confirmed.group(subject)
        others = {confirmed.group(one) for one in proposed.group(subject)} - {own}
        found[subject] = (own, *sorted(others))
    return found


def last_steps(steps: Iterable[LinkStep], *, known_at: datetime) -> list[LinkStep]:
    """The last step of each merge recorded by then, in the order of their recording."""
    last: dict[uuid.UUID, LinkStep] = {}
    for step in sorted(steps, key=lambda step: step.id):
        if step.recorded_at <= known_at:
            last[step.merge] = step
    return sorted(last.values(), key=lambda step: step.id)


def decide_for_person(
    person: Person,
    *,
    purpose: int,
    basis: str,
    legal_claims: bool = False,
    use_time: datetime,
    known_at: datetime,
    notices: Mapping[int, NoticeVersion],
    skew: timedelta = NONE,
) -> Decision:
    """Decide one use of one data subject's data, as `consent.evaluation.decide` does for a single history."""
    erased_at = person.own.erased_at
    if erased_at is not None and erased_at <= use_time and erased_at <= known_at:
        return Decision(ConsentStatus.DENIED, Reason.ERASED)
    if basis not in UNRESTRICTED and not legal_claims and _restricted(person, use_time, known_at):
        return Decision(ConsentStatus.DENIED, Reason.RESTRICTED)
    ages = [minority_of(part, known_at=known_at) for part in person.parts]
    said = {age for age in ages if age is not None}
    decisions = [
        decide(
            [event for facts in part for event in facts.events],
            purpose=purpose,
            basis=basis,
            use_time=use_time,
            known_at=known_at,
            notices=notices,
            minority=minority,
            skew=skew,
        )
        for part, age in zip(person.parts, ages, strict=True)
        for minority in [age, *sorted(said - {age}, key=_end)]
    ]
    return most_restrictive(decisions)


def most_restrictive(decisions: Sequence[Decision]) -> Decision:
    """The first of the strictest: denied before unknown before permitted."""
    return min(decisions, key=lambda decision: _BY_RESTRICTION.index(decision.status))


def minority_of(part: Collection[SubjectFacts], *, known_at: datetime) -> Minority | None:
    """What the last age note of any of these subjects that was on record then says."""
    notes = [note for facts in part for note in facts.age_notes if note.recorded_at <= known_at]
    last = max(notes, key=lambda note: (note.recorded_at, note.id), default=None)
    return Minority(last.of_age_at) if last is not None and last.minor else None


def _restricted(person: Person, use_time: datetime, known_at: datetime) -> bool:
    return any(
        restriction.stands(use_time=use_time, known_at=known_at)
        for facts in person.everyone
        for restriction in facts.restrictions
    )


def _end(minority: Minority) -> float:
    return minority.ends_at.timestamp() if minority.ends_at is not None else 0.0


class _Joined:
    """Sets that are joined pair by pair."""

    def __init__(self) -> None:
        self._neighbours: dict[int, set[int]] = defaultdict(set)

    def join(self, one: int, other: int) -> None:
        self._neighbours[one].add(other)
        self._neighbours[other].add(one)

    def group(self, member: int) -> tuple[int, ...]:
        """Everybody that can be reached, in ascending order; only the member where nothing is joined."""
        seen, waiting = {member}, [member]
        while waiting:
            fresh = self._neighbours.get(waiting.pop(), set()) - seen
            seen |= fresh
            waiting += fresh
        return tuple(sorted(seen))
