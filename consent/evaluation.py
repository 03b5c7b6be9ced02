"""Was this use inside the consent? The rules alone: no database, no clock, no settings.

Time is bitemporal: `use_time` is when the data was used, `known_at` is what was on record. Clocks are uncertain, so
each event happened somewhere in the interval `moment ± (its uncertainty + the general skew)`. A grant counts from the
end of its interval on, a restriction from the start of its own; where a grant is not certainly after a restriction,
the restriction wins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    minor_below_age: int | None = None,
    skew: timedelta = NONE,
) -> Decision:
    """Decide one use of one data subject's data.

    `events` are the subject's, in any order; those of other purposes or recorded after `known_at` do not count.
    `notices` holds, by id, at least every notice that names the purpose. `minor_below_age` is what is known of the
    subject where an event has no age band of its own. `skew` widens every event's uncertainty.
    """
    known = [event for event in events if event.purpose == purpose and event.recorded_at <= known_at]
    voided = voided_by(known)
    standing = [event for event in known if event.id not in voided]
    if basis in OBJECTABLE:
        return _unless_objected(standing, use_time=use_time, skew=skew)
    if basis != LawfulBasis.CONSENT:
        return Decision(ConsentStatus.PERMITTED, Reason.LAWFUL_BASIS)

    restrictions = [e for e in standing if e.state in RESTRICTIONS and _earliest(e, skew) <= use_time]
    grants = [e for e in standing if e.state in GRANTS]
    started = [e for e in grants if _latest(e, skew) <= use_time]
    sound = [e for e in started if _fault(e, notices, minor_below_age) is None]
    surviving = [e for e in sound if all(_certainly_after(e, other, skew) for other in restrictions)]
    if surviving:
        return _by_its_terms(_last(surviving), use_time=use_time, known_at=known_at, notices=notices)
    if restrictions:
        return _restricted(_last(restrictions), sound, skew)
    if started:
        grant = _last(started)
        return _denied(_fault(grant, notices, minor_below_age) or Reason.PURPOSE_NOT_COVERED, grant.id)
    taken_back = [e for e in known if e.id in voided and e.state in GRANTS and _latest(e, skew) <= use_time]
    if taken_back:
        grant = _last(taken_back)
        return _denied(Reason.INVALIDATED, grant.id, voided[grant.id])
    if grants:
        return _denied(Reason.NOT_YET_IN_FORCE, min(grants, key=_order).id)
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


def settled_at(event: Event, *, skew: timedelta = NONE) -> datetime:
    """From when on an event has certainly taken effect."""
    return _latest(event, skew)


def _earliest(event: Event, skew: timedelta) -> datetime:
    return event.moment - event.uncertainty - skew


def _latest(event: Event, skew: timedelta) -> datetime:
    return event.moment + event.uncertainty + skew


def _certainly_after(event: Event, other: Event, skew: timedelta) -> bool:
    return _earliest(event, skew) > _latest(other, skew)


def _order(event: Event) -> tuple[datetime, int]:
    return event.moment, event.id


def _last(events: Collection[Event]) -> Event:
    return max(events, key=_order)


def _denied(reason: Reason, *event_ids: int) -> Decision:
    return Decision(ConsentStatus.DENIED, reason, event_ids)


def _fault(grant: Event, notices: Mapping[int, NoticeVersion], minor_below_age: int | None) -> Reason | None:
    """Why a grant is none: its notice does not name the purpose, or a minor gave it."""
    notice = None if grant.notice is None else notices.get(grant.notice)
    if notice is None or grant.purpose not in notice.purposes:
        return Reason.PURPOSE_NOT_COVERED
    if grant.given_by != ConsentActor.GUARDIAN and _may_be_minor(grant, minor_below_age):
        return Reason.GUARDIAN_MISSING
    return None


def _may_be_minor(grant: Event, minor_below_age: int | None) -> bool:
    if grant.age_band:
        return youngest(grant.age_band) < age_of_consent(grant.jurisdiction)
    return minor_below_age is not None


def _by_its_terms(
    grant: Event, *, use_time: datetime, known_at: datetime, notices: Mapping[int, NoticeVersion]
) -> Decision:
    """The newest sound grant replaces the terms of those before it: its end, and its notice."""
    if grant.valid_until is not None and use_time >= grant.valid_until:
        return _denied(Reason.EXPIRED, grant.id)
    agreed = notices[grant.notice] if grant.notice is not None else None
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
            return _denied(Reason.NOTICE_CHANGED, grant.id)
    return Decision(ConsentStatus.PERMITTED, Reason.GRANTED, (grant.id,))


def _restricted(restriction: Event, sound: Collection[Event], skew: timedelta) -> Decision:
    """No grant survives; say so by the last restriction, or that clocks cannot tell it from a grant."""
    unclear = [
        grant
        for grant in sound
        if not _certainly_after(grant, restriction, skew) and not _certainly_after(restriction, grant, skew)
    ]
    if unclear:
        return _denied(Reason.ORDER_UNCERTAIN, _last(unclear).id, restriction.id)
    return _denied(Reason(restriction.state), restriction.id)


def _unless_objected(standing: Collection[Event], *, use_time: datetime, skew: timedelta) -> Decision:
    """Art. 21: an objection stands from its earliest time on until a lift that is certainly after it."""
    objections = [e for e in standing if e.state == ConsentState.OBJECTED and _earliest(e, skew) <= use_time]
    lifts = [e for e in standing if e.state == ConsentState.OBJECTION_LIFTED and _latest(e, skew) <= use_time]
    open_ones = [o for o in objections if not any(_certainly_after(lift, o, skew) for lift in lifts)]
    if open_ones:
        return _denied(Reason.OBJECTED, _last(open_ones).id)
    if objections:
        return Decision(ConsentStatus.PERMITTED, Reason.OBJECTION_LIFTED, (_last(lifts).id,))
    return Decision(ConsentStatus.PERMITTED, Reason.LAWFUL_BASIS)
