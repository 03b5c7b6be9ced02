"""`decide_for_person` against the interpreter: merges as known then, age, restriction, erasure."""

import uuid

from hypothesis import given, settings
from hypothesis import strategies as st

from consent.evaluation import Event, Minority, NoticeVersion
from consent.people import (
    AgeNote,
    LinkStep,
    Person,
    Restriction,
    SubjectFacts,
    decide_for_person,
    parts_of,
)
from consent.states import Reason
from tests.consent.interpreter import answers_in_every_merge_state, interpret_person, minute
from tests.consent.test_decide_properties import LAST, histories, minutes, registers

SUBJECTS = (1, 2, 3)
MERGES = {uuid.UUID(int=n): ends for n, ends in enumerate([(1, 2), (2, 3), (1, 3), (1, 2)], start=1)}
LIVES = [["proposed"], ["proposed", "confirmed"], ["proposed", "undone"], ["proposed", "confirmed", "undone"]]
later = st.integers(0, 4)


@st.composite
def merges(draw):
    steps = []
    for merge, (low, high) in MERGES.items():
        at = draw(minutes)
        for state in draw(st.sampled_from([[], *LIVES])):
            steps.append((at, merge, state, low, high))
            at += draw(later)
    # As in the table, ids follow the time of recording.
    ordered = sorted(steps, key=lambda step: step[0])
    return [LinkStep(n, merge, state, low, high, minute(at)) for n, (at, merge, state, low, high) in enumerate(ordered)]


notes = st.builds(
    AgeNote,
    id=st.integers(1, 5),
    minor=st.booleans(),
    of_age_at=st.one_of(st.none(), minutes.map(minute)),
    recorded_at=minutes.map(minute),
)


@st.composite
def restrictions(draw):
    imposed, recorded = draw(minutes), draw(minutes)
    if draw(st.booleans()):
        return Restriction(minute(imposed), minute(recorded))
    return Restriction(minute(imposed), minute(recorded), minute(imposed + draw(later)), minute(recorded + draw(later)))


@st.composite
def people(draw):
    """Events of three subjects, dealt out; mostly nothing else, so that much is permitted."""
    dealt = {subject: [] for subject in SUBJECTS}
    for event in draw(histories(size=4)):
        dealt[draw(st.sampled_from(SUBJECTS))].append(event)
    rarely = st.sampled_from([False, False, False, True])
    return {
        subject: SubjectFacts(
            subject,
            tuple(dealt[subject]),
            tuple(draw(st.lists(notes, max_size=2, unique_by=lambda note: note.id))) if draw(rarely) else (),
            (draw(restrictions()),) if draw(rarely) and draw(rarely) else (),
            minute(draw(minutes)) if draw(rarely) and draw(rarely) else None,
        )
        for subject in SUBJECTS
    }


situations = st.fixed_dictionaries(
    {
        "basis": st.sampled_from(["consent", "consent", "legitimate_interest", "contract", "vital_interest"]),
        "legal_claims": st.sampled_from([False, False, True]),
        "use_time": minutes.map(minute),
        "known_at": st.one_of(minutes, st.just(LAST)).map(minute),
        "notices": registers(),
        "skew": st.just(minute(0) - minute(0)),
    }
)


def minorities(note):
    return Minority(note.of_age_at) if note is not None and note.minor else None


def person_of(facts, steps, known_at):
    found = parts_of([1], steps, known_at=known_at)[1]
    return Person(own=facts[1], parts=tuple(tuple(facts[one] for one in part) for part in found))


@settings(max_examples=500)
@given(facts=people(), steps=merges(), situation=situations)
def test_a_person_is_decided_as_by_trying(facts, steps, situation):
    person = person_of(facts, steps, situation["known_at"])
    tried = interpret_person(1, facts, steps, minorities=minorities, **situation)
    assert decide_for_person(person, purpose=1, **situation).status == tried


@settings(max_examples=300)
@given(facts=people(), steps=merges(), situation=situations)
def test_what_is_permitted_would_be_however_the_proposals_turn_out(facts, steps, situation):
    person = person_of(facts, steps, situation["known_at"])
    if decide_for_person(person, purpose=1, **situation).permitted:
        situation = {name: value for name, value in situation.items() if name != "legal_claims"}
        answers = set(answers_in_every_merge_state(1, facts, steps, minorities=minorities, **situation))
        assert answers == {"permitted"}


@settings(max_examples=200)
@given(facts=people(), steps=merges(), situation=situations)
def test_an_undone_merge_leaves_each_history_as_it_was(facts, steps, situation):
    """Replay: with every merge undone by now, the answer is that of the subject alone."""
    undone = [
        LinkStep(1000 + n, merge, "undone", *MERGES[merge], situation["known_at"])
        for n, merge in enumerate({step.merge: None for step in steps})
    ]
    alone = Person(own=facts[1], parts=((facts[1],),))
    person = person_of(facts, steps + undone, situation["known_at"])
    assert decide_for_person(person, purpose=1, **situation) == decide_for_person(alone, purpose=1, **situation)


@settings(max_examples=200)
@given(facts=people(), steps=merges(), situation=situations)
def test_a_proposal_never_permits_more(facts, steps, situation):
    proposed = [*steps, LinkStep(1000, uuid.UUID(int=99), "proposed", 1, 2, minute(0))]
    if decide_for_person(person_of(facts, proposed, situation["known_at"]), purpose=1, **situation).permitted:
        assert decide_for_person(person_of(facts, steps, situation["known_at"]), purpose=1, **situation).permitted


def test_a_group_of_many_is_walked_over_chains_and_circles():
    def step(n, low, high, state):
        return LinkStep(n, uuid.UUID(int=n), state, low, high, minute(0))

    chain = [step(n, n, n + 1, "confirmed") for n in range(1, 1000)]
    circle = [*chain, step(1000, 1, 1000, "confirmed"), step(1001, 1000, 2000, "proposed")]
    assert parts_of([500], circle, known_at=minute(0)) == {500: (tuple(range(1, 1001)), (2000,))}


def test_the_strictest_part_gives_the_reason():
    at = minute(0)
    granted = Event(1, 1, "given", at, at, at, notice=10)
    withdrawn = Event(2, 1, "withdrawn", at, at, at)
    facts = {1: SubjectFacts(1, (granted,)), 2: SubjectFacts(2, (withdrawn,)), 3: SubjectFacts(3)}
    notices = {10: NoticeVersion("privacy", 1, frozenset({1}), False, at, at)}

    def reason(*steps):
        situation = {"basis": "consent", "use_time": minute(5), "known_at": minute(5), "notices": notices}
        decision = decide_for_person(person_of(facts, steps, minute(5)), purpose=1, **situation)
        return decision.reason, decision.event_ids

    proposed = LinkStep(1, uuid.UUID(int=1), "proposed", 1, 2, at)
    assert reason() == (Reason.GRANTED, (1,))
    assert reason(proposed) == (Reason.WITHDRAWN, (2,))
    assert reason(LinkStep(2, uuid.UUID(int=2), "proposed", 1, 3, at)) == (Reason.NO_EVENT, ())
    assert reason(proposed, LinkStep(2, uuid.UUID(int=1), "confirmed", 1, 2, at)) == (Reason.ORDER_UNCERTAIN, (1, 2))
