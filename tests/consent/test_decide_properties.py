"""`decide` against the interpreter that tries every world, and what must hold of any decision."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from consent.evaluation import Event, Minority, NoticeVersion, decide
from consent.states import ConsentStatus
from tests.consent.interpreter import AGES, NEGATIVE, START, interpret, minute

LAST = 12

minutes = st.integers(0, LAST)
STATES = ["given", "renewed", *NEGATIVE, "invalidated", "objection_lifted"]
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


@settings(max_examples=600)
@given(events=histories(), situation=situations)
def test_decide_agrees_with_trying_every_world(events, situation):
    assert decide(events, purpose=1, **situation).status == interpret(events, **situation)


@settings(max_examples=200)
@given(events=histories(size=6), situation=situations, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_events_does_not_matter(events, situation, seed):
    shuffled = events[:]
    seed.shuffle(shuffled)
    assert decide(shuffled, purpose=1, **situation) == decide(events, purpose=1, **situation)


@settings(max_examples=200)
@given(events=histories(size=6), situation=situations)
def test_later_knowledge_changes_nothing_of_what_was_known(events, situation):
    then_known = [event for event in events if event.recorded_at <= situation["known_at"]]
    assert decide(events, purpose=1, **situation) == decide(then_known, purpose=1, **situation)


@settings(max_examples=200)
@given(events=histories(size=5), extra=minutes, state=st.sampled_from(NEGATIVE), situation=situations)
def test_a_further_restriction_never_permits_more(events, extra, state, situation):
    at = minute(extra)
    added = Event(99, 1, state, at, START, at)
    if decide([*events, added], purpose=1, **situation).permitted:
        assert decide(events, purpose=1, **situation).permitted


@settings(max_examples=200)
@given(events=histories(size=5), situation=situations)
def test_a_wider_skew_never_permits_more(events, situation):
    wider = {**situation, "skew": situation["skew"] + timedelta(minutes=2)}
    if decide(events, purpose=1, **wider).permitted:
        assert decide(events, purpose=1, **situation).permitted


@settings(max_examples=200)
@given(events=histories(size=5), situation=situations)
def test_the_deciding_events_are_known_events_of_the_purpose(events, situation):
    decision = decide(events, purpose=1, **situation)
    usable = {e.id for e in events if e.purpose == 1 and e.recorded_at <= situation["known_at"]}
    assert set(decision.event_ids) <= usable
    assert (decision.status == ConsentStatus.UNKNOWN) <= (decision.event_ids == ())


@settings(max_examples=200)
@given(events=histories(size=5), situation=situations)
def test_the_deciding_events_alone_decide_alike_where_a_grant_is_relied_on(events, situation):
    situation = {**situation, "basis": "consent"}
    decision = decide(events, purpose=1, **situation)
    if decision.permitted:
        [grant] = [replace(event) for event in events if event.id in decision.event_ids]
        assert decide([grant], purpose=1, **situation) == decision
