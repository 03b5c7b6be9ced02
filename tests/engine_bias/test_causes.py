"""Which causes the four sides of a gap point at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.bias.causes import Cause, Seen, read_causes
from audits.engine.bias.verdict import Verdict

GAP, WATCH = Verdict.DISPARITY, Verdict.WATCH
NONE, UNSURE = Verdict.NO_MATERIAL_DIFFERENCE, Verdict.NOT_ENOUGH_DATA


@pytest.mark.parametrize(
    ("seen", "likely"),
    [
        (Seen(live=GAP, adjusted=NONE), [Cause.QUESTIONS]),
        (Seen(live=GAP, adjusted=WATCH, explained=0.6, probe=NONE, training=NONE), [Cause.QUESTIONS]),
        (Seen(live=GAP, adjusted=GAP, probe=GAP, training=NONE), [Cause.PERSON_CUES]),
        (Seen(live=GAP, adjusted=GAP, probe=GAP, training=NONE, about_language=True), [Cause.LANGUAGE]),
        (Seen(live=GAP, adjusted=GAP, probe=GAP, training=GAP), [Cause.PERSON_CUES, Cause.TRAINING_DATA]),
        (Seen(live=GAP, adjusted=GAP, probe=NONE, training=NONE), [Cause.RULE]),
        (Seen(live=GAP, since_release="2.0", probe=UNSURE, training=NONE), [Cause.RELEASE]),
        (Seen(probe=GAP), [Cause.PERSON_CUES]),
        (Seen(live=NONE, adjusted=NONE, probe=NONE, training=GAP), []),
        (Seen(live=NONE, adjusted=NONE, probe=NONE, training=NONE), []),
        (Seen(), []),
    ],
)
def test_likely_causes(seen, likely):
    assert [reading.cause for reading in read_causes(seen) if reading.likely] == likely


def test_what_nobody_looked_at_stays_possible():
    readings = read_causes(Seen(live=GAP))
    assert {(reading.cause, reading.likely) for reading in readings} == {
        (Cause.PERSON_CUES, False),
        (Cause.TRAINING_DATA, False),
    }


def test_gaps_that_differ_by_question_point_at_flows_too():
    readings = {reading.cause: reading for reading in read_causes(Seen(live=GAP, adjusted=GAP, strata_differ=True))}
    assert not readings[Cause.QUESTIONS].likely
    assert "not the same for all questions" in readings[Cause.QUESTIONS].because


def test_how_much_questions_explain_is_said():
    readings = read_causes(Seen(live=GAP, adjusted=WATCH, explained=0.75))
    assert "explains 75% of the gap" in readings[0].because


VERDICTS = st.none() | st.sampled_from(Verdict)


@given(
    st.builds(
        Seen,
        live=VERDICTS,
        adjusted=VERDICTS,
        probe=VERDICTS,
        training=VERDICTS,
        explained=st.none() | st.floats(0, 1),
        strata_differ=st.booleans(),
        about_language=st.booleans(),
        since_release=st.sampled_from(["", "2.0"]),
    )
)
def test_each_cause_is_named_once_and_the_likely_ones_first(seen):
    readings = read_causes(seen)
    assert len({reading.cause for reading in readings}) == len(readings)
    assert [reading.likely for reading in readings] == sorted((r.likely for r in readings), reverse=True)
    if GAP not in (seen.live, seen.adjusted, seen.probe):
        assert not any(reading.likely for reading in readings)
