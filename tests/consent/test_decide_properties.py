"""`decide` against an interpreter that knows no shortcuts.

The interpreter tries every world: each event may really have happened at any minute of its interval. In one world a
use is allowed when the newest sound grant that has begun still holds by its terms and came after every restriction.
The use is permitted only where it is allowed in all worlds.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from consent.evaluation import Event, Minority, NoticeVersion, decide
from consent.states import ConsentStatus

START = datetime(2025, 1, 1, tzinfo=UTC)
LAST = 12


def minute(n):
    return START + timedelta(minutes=n)


def number(moment):
    return int((moment - START).total_seconds() // 60)


minutes = st.integers(0, LAST)
NEGATIVE = ["refused", "withdrawn", "revoked", "expired", "objected"]
STATES = ["given", "renewed", *NEGATIVE, "invalidated", "objection_lifted"]
AGES = {"": 99, "<13": 0, "13-15": 13, "18+": 18}
BASES = ["consent", "legitimate_interest", "contract"]


@st.composite
def histories(draw, size=4):
    events = []
    for event_id in range(1, draw(st.integers(0, size)) + 1):
        occurred = draw(minutes)
        start = draw(st.sampled_from([occurred, occurred, draw(minutes)]))
        length = draw(st.one_of(st.none(), st.integers(1, LAST)))
        state = draw(st.sampled_from(STATES))
        events.append(
            Event(
                id=event_id,
                purpose=draw(st.sampled_from([1, 1, 1, 2])),
                state=state,
                occurred_at=minute(occurred),
                recorded_at=minute(draw(minutes)),
                valid_from=minute(start),
                valid_until=None if length is None else minute(start + length),
                uncertainty=timedelta(minutes=draw(st.integers(0, 2))),
                notice=draw(st.sampled_from([None, 10, 10, 11, 12])),
                given_by=draw(st.sampled_from(["subject", "guardian"])),
                age_band=draw(st.sampled_from(list(AGES))),
                jurisdiction=draw(st.sampled_from(["DE", "GB", ""])),
                invalidates=draw(st.sampled_from(range(1, event_id)))
                if state == "invalidated" and event_id > 1
                else None,
            )
        )
    return events


@st.composite
def registers(draw):
    return {
        pk: NoticeVersion(
            code="privacy",
            version=pk - 9,
            purposes=draw(st.sampled_from([frozenset({1}), frozenset({1, 2}), frozenset({2})])),
            material=draw(st.booleans()),
            published_at=minute(draw(minutes)),
            recorded_at=minute(draw(minutes)),
        )
        for pk in (10, 11, 12)
    }


situations = st.fixed_dictionaries(
    {
        "basis": st.sampled_from(BASES),
        "use_time": minutes.map(minute),
        "known_at": minutes.map(minute),
        "notices": registers(),
        "minority": st.one_of(st.none(), st.none(), st.builds(Minority, st.one_of(st.none(), minutes.map(minute)))),
        "skew": st.sampled_from([timedelta(0), timedelta(minutes=1)]),
    }
)


def worlds(events, skew):
    """Every way in which the events can really have happened: {event id: minute}."""
    choices = []
    for event in events:
        middle = max(number(event.occurred_at), number(event.valid_from))
        width = int((event.uncertainty + skew).total_seconds() // 60)
        choices.append(range(middle - width, middle + width + 1))
    for times in product(*choices):
        yield {event.id: time for event, time in zip(events, times, strict=True)}


def interpret(events, *, basis, use_time, known_at, notices, minority, skew):
    known = [event for event in events if event.purpose == 1 and event.recorded_at <= known_at]

    def void(event):
        return any(other.invalidates == event.id and not void(other) for other in known if other.id > event.id)

    standing = [event for event in known if not void(event)]
    use = number(use_time)
    every = list(worlds(known, skew))

    if basis == "contract":
        return "permitted"
    if basis == "legitimate_interest":
        objections = [event for event in standing if event.state == "objected"]
        lifts = [event for event in standing if event.state == "objection_lifted"]
        for world in every:
            for objection in objections:
                lifted = any(world[objection.id] < world[lift.id] <= use for lift in lifts)
                if world[objection.id] <= use and not lifted:
                    return "denied"
        return "permitted"

    def sound(grant, at):
        notice = notices.get(grant.notice)
        ends = None if minority is None or minority.ends_at is None else number(minority.ends_at)
        if grant.given_by == "guardian":
            could = ends is None or at < ends
        elif grant.age_band:
            could = AGES[grant.age_band] >= (13 if grant.jurisdiction == "GB" else 16)
        else:
            could = minority is None or (ends is not None and at >= ends)
        return notice is not None and 1 in notice.purposes and could

    grants = [event for event in standing if event.state in ("given", "renewed")]
    restrictions = [event for event in standing if event.state in NEGATIVE]

    def holds(grant):
        expired = grant.valid_until is not None and grant.valid_until <= use_time
        stale = any(
            1 in notice.purposes
            and notice.material
            and notice.version > notices[grant.notice].version
            and notice.published_at <= use_time
            and notice.recorded_at <= known_at
            for notice in notices.values()
        )
        return not expired and not stale

    def allowed(world):
        begun = [grant for grant in grants if sound(grant, world[grant.id]) and world[grant.id] <= use]
        newest = max((world[grant.id] for grant in begun), default=None)
        return (
            newest is not None
            and all(holds(grant) for grant in begun if world[grant.id] == newest)
            and all(world[other.id] < newest for other in restrictions if world[other.id] <= use)
        )

    if all(allowed(world) for world in every):
        return "permitted"
    voided = [event for event in known if event.state in ("given", "renewed") and void(event)]
    evidence = (
        grants
        or any(world[other.id] <= use for world in every for other in restrictions)
        or any(all(world[grant.id] <= use for world in every) for grant in voided)
    )
    return "denied" if evidence else "unknown"


@settings(max_examples=600, deadline=None)
@given(events=histories(), situation=situations)
def test_decide_agrees_with_trying_every_world(events, situation):
    assert decide(events, purpose=1, **situation).status == interpret(events, **situation)


@settings(max_examples=200, deadline=None)
@given(events=histories(size=6), situation=situations, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_events_does_not_matter(events, situation, seed):
    shuffled = events[:]
    seed.shuffle(shuffled)
    assert decide(shuffled, purpose=1, **situation) == decide(events, purpose=1, **situation)


@settings(max_examples=200, deadline=None)
@given(events=histories(size=6), situation=situations)
def test_later_knowledge_changes_nothing_of_what_was_known(events, situation):
    then_known = [event for event in events if event.recorded_at <= situation["known_at"]]
    assert decide(events, purpose=1, **situation) == decide(then_known, purpose=1, **situation)


@settings(max_examples=200, deadline=None)
@given(events=histories(size=5), extra=minutes, state=st.sampled_from(NEGATIVE), situation=situations)
def test_a_further_restriction_never_permits_more(events, extra, state, situation):
    at = minute(extra)
    added = Event(99, 1, state, at, START, at)
    if decide([*events, added], purpose=1, **situation).permitted:
        assert decide(events, purpose=1, **situation).permitted


@settings(max_examples=200, deadline=None)
@given(events=histories(size=5), situation=situations)
def test_a_wider_skew_never_permits_more(events, situation):
    wider = {**situation, "skew": situation["skew"] + timedelta(minutes=2)}
    if decide(events, purpose=1, **wider).permitted:
        assert decide(events, purpose=1, **situation).permitted


@settings(max_examples=200, deadline=None)
@given(events=histories(size=5), situation=situations)
def test_the_deciding_events_are_known_events_of_the_purpose(events, situation):
    decision = decide(events, purpose=1, **situation)
    usable = {e.id for e in events if e.purpose == 1 and e.recorded_at <= situation["known_at"]}
    assert set(decision.event_ids) <= usable
    assert (decision.status == ConsentStatus.UNKNOWN) <= (decision.event_ids == ())


@settings(max_examples=200, deadline=None)
@given(events=histories(size=5), situation=situations)
def test_the_deciding_events_alone_decide_alike_where_a_grant_is_relied_on(events, situation):
    situation = {**situation, "basis": "consent"}
    decision = decide(events, purpose=1, **situation)
    if decision.permitted:
        [grant] = [replace(event) for event in events if event.id in decision.event_ids]
        assert decide([grant], purpose=1, **situation) == decision
