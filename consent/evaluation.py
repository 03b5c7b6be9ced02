"""Was this use inside the consent? The rules alone: no database, no clock, no settings.

Time is bitemporal: `use_time` is when the data was used, `known_at` is what was on record. Clocks are uncertain, so
each event happened somewhere in the interval `moment ± (its uncertainty + the general skew)`. A use is permitted only
where it would be, wherever in their intervals the events really happened. So a grant counts from the end of its
interval on, a restriction from the start of its own; a grant undoes a restriction only if it is certainly after it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from consent.ages import age_of_consent, youngest
from consent.states import (
    GRANTS,
    OBJECTABLE,
    RESTRICTIONS,
    ConsentActor,
    ConsentState,
    ConsentStatus,
    LawfulBasis,
    Reason,
)

NONE = timedelta(0)
_LEAST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class NoticeVersion:
    """One version of a notice, as far as it decides what a consent covers."""

    code: str
    version: int
    purposes: frozenset[int]
    material: bool
    published_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One consent event, as far as it decides. `consent.models.ConsentEvent` says what the fields mean."""

    id: int
    purpose: int
    state: str
    occurred_at: datetime
    recorded_at: datetime
    valid_from: datetime
    valid_until: datetime | None = None
    uncertainty: timedelta = NONE
    notice: int | None = None
    given_by: str = ConsentActor.SUBJECT
    age_band: str = ""
    jurisdiction: str = ""
    invalidates: int | None = None

    @property
    def moment(self) -> datetime:
        """When it takes effect by its own clock: never before it happened."""
        return max(self.occurred_at, self.valid_from)


@dataclass(frozen=True, slots=True)
class Minority:
    """The data subject is known to be a minor, until `ends_at` where that is known."""

    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, its reason, and the ids of the events that decided it."""

    status: ConsentStatus
    reason: Reason
    event_ids: tuple[int, ...] = ()

    @property
    def permitted(self) -> bool:
        return self.status == ConsentStatus.PERMITTED


NO_SUBJECT = Decision(ConsentStatus.UNKNOWN, Reason.NO_SUBJECT)
NO_EVENT = Decision(ConsentStatus.UNKNOWN, Reason.NO_EVENT)


def decide(
    events: Iterable[Event],
    *,
    purpose: int,
    basis: str,
    use_time: datetime,
    known_at: datetime,
    notices: Mapping[int, NoticeVersion],
    minority: Minority | None = None,
    skew: timedelta = NONE,
) -> Decision:
    """Decide one use of one person's data by their events; `consent.people` adds merges, restrictions and erasure.

    `events` are the person's, in any order; those of other purposes or recorded after `known_at` do not count.
    `notices` holds, by id, at least every notice that names the purpose. `minority` is what is known of the person
    where an event has no age band of its own. `skew` widens every event's uncertainty.
    """
    known = [event for event in events if event.purpose == purpose and event.recorded_at <= known_at]
    voided = voided_by(known)
    standing = [_Placed(event, *plausible(event, skew=skew)) for event in known if event.id not in voided]
    if basis in OBJECTABLE:
        return _unless_objected(standing, use_time)
    if basis != LawfulBasis.CONSENT:
        return Decision(ConsentStatus.PERMITTED, Reason.LAWFUL_BASIS)

    grants = [one for one in standing if one.event.state in GRANTS]
    started = [one for one in grants if one.latest <= use_time]
    valid = [(one, _sound(one, notices, minority)) for one in grants]
    sound = [placed for _, placed in valid if placed is not None]
    # A grant whose own terms have run out replaced those before it, so it stands in their way like a restriction.
    ended = {
        one.event.id: Reason(one.event.state)
        for one in standing
        if one.event.state in RESTRICTIONS and one.earliest <= use_time
    }
    for one in sound:
        spent = _spent(one.event, use_time=use_time, known_at=known_at, notices=notices)
        if spent is not None and one.earliest <= use_time:
            ended[one.event.id] = spent
    blocking = [one for one in standing if one.event.id in ended and one.event.state in RESTRICTIONS]
    blocking += [one for one in sound if one.event.id in ended]
    live = [one for one, placed in valid if one == placed and one.latest <= use_time and one.event.id not in ended]
    surviving = [one for one in live if all(one.earliest > other.latest for other in blocking)]
    if surviving:
        return Decision(ConsentStatus.PERMITTED, Reason.GRANTED, (_last(surviving).event.id,))
    if blocking:
        last = _last(blocking)
        unclear = [one for one in live if one.earliest <= last.latest and last.earliest <= one.latest]
        if unclear:
            return _denied(Reason.ORDER_UNCERTAIN, _last(unclear).event.id, last.event.id)
        return _denied(ended[last.event.id], last.event.id)
    if started:
        grant = _last(started).event
        return _denied(_fault(grant, notices), grant.id)
    taken_back = [event for event in known if event.id in voided and event.state in GRANTS]
    taken_back = [event for event in taken_back if plausible(event, skew=skew)[1] <= use_time]
    if taken_back:
        grant = max(taken_back, key=_order)
        return _denied(Reason.INVALIDATED, grant.id, voided[grant.id])
    if grants:
        return _denied(Reason.NOT_YET_IN_FORCE, min((one.event for one in grants), key=_order).id)
    return NO_EVENT


def voided_by(known: Collection[Event]) -> dict[int, int]:
    """Which event is taken back from its beginning by which other. An invalidation can itself be invalidated.

    An event can only name one that was there before it, so the newest come first and each is final when reached.
    """
    voided: dict[int, int] = {}
    for event in sorted(known, key=lambda event: event.id, reverse=True):
        if event.state == ConsentState.INVALIDATED and event.invalidates is not None and event.id not in voided:
            voided[event.invalidates] = event.id
    return voided


def plausible(event: Event, *, skew: timedelta = NONE) -> tuple[datetime, datetime]:
    """The earliest and the latest time at which the event may really have taken effect."""
    margin = event.uncertainty + skew
    return event.moment - margin, event.moment + margin


class _Placed(NamedTuple):
    event: Event
    earliest: datetime
    latest: datetime


def _order(event: Event) -> tuple[datetime, int]:
    return event.moment, event.id


def _last(placed: Collection[_Placed]) -> _Placed:
    return max(placed, key=lambda one: _order(one.event))


def _denied(reason: Reason, *event_ids: int) -> Decision:
    return Decision(ConsentStatus.DENIED, reason, event_ids)


def _covered(grant: Event, notices: Mapping[int, NoticeVersion]) -> bool:
    notice = None if grant.notice is None else notices.get(grant.notice)
    return notice is not None and grant.purpose in notice.purposes


def _sound(placed: _Placed, notices: Mapping[int, NoticeVersion], minority: Minority | None) -> _Placed | None:
    """The grant in that part of its interval in which it is one: its notice names the purpose, who gave it could.

    A guardian can until the person is of age, the person from then on. What a guardian gave before stays in force
    (EDPB Guidelines 05/2020, 150).
    """
    grant, earliest, latest = placed
    if not _covered(grant, notices):
        return None
    ends_at = None if minority is None else minority.ends_at
    if grant.given_by == ConsentActor.GUARDIAN:
        if ends_at is not None:
            latest = min(latest, ends_at - _LEAST)
    elif grant.age_band:
        if youngest(grant.age_band) < age_of_consent(grant.jurisdiction):
            return None
    elif minority is not None:
        if ends_at is None:
            return None
        earliest = max(earliest, ends_at)
    return _Placed(grant, earliest, latest) if earliest <= latest else None


def _fault(grant: Event, notices: Mapping[int, NoticeVersion]) -> Reason:
    """Why a grant that has begun is none."""
    if not _covered(grant, notices):
        return Reason.PURPOSE_NOT_COVERED
    return Reason.GUARDIANSHIP_ENDED if grant.given_by == ConsentActor.GUARDIAN else Reason.GUARDIAN_MISSING


def _spent(
    grant: Event, *, use_time: datetime, known_at: datetime, notices: Mapping[int, NoticeVersion]
) -> Reason | None:
    """Why a sound grant no longer holds by its own terms: its end, or a materially newer version of its notice."""
    if grant.valid_until is not None and use_time >= grant.valid_until:
        return Reason.EXPIRED
    agreed = None if grant.notice is None else notices.get(grant.notice)
    for newer in notices.values():
        if (
            agreed is not None
            and newer.material
            and newer.code == agreed.code
            and newer.version > agreed.version
            and grant.purpose in newer.purposes
            and newer.published_at <= use_time
            and newer.recorded_at <= known_at
        ):
            return Reason.NOTICE_CHANGED
    return None


def _unless_objected(standing: Collection[_Placed], use_time: datetime) -> Decision:
    """Art. 21: an objection stands from its earliest time on until a lift that is certainly after it."""
    objections = [one for one in standing if one.event.state == ConsentState.OBJECTED and one.earliest <= use_time]
    lifts = [one for one in standing if one.event.state == ConsentState.OBJECTION_LIFTED and one.latest <= use_time]
    unlifted = [one for one in objections if not any(lift.earliest > one.latest for lift in lifts)]
    if unlifted:
        return _denied(Reason.OBJECTED, _last(unlifted).event.id)
    if objections:
        return Decision(ConsentStatus.PERMITTED, Reason.OBJECTION_LIFTED, (_last(lifts).event.id,))
    return Decision(ConsentStatus.PERMITTED, Reason.LAWFUL_BASIS)
