"""With which release a gap began."""

from __future__ import annotations

import numpy as np
import pytest

from audits.engine.bias.onset import Period, gap_steps

FAIR = Period("1.0", 820, 1000, 830, 1000)
UNFAIR = Period("2.0", 620, 1000, 810, 1000)


def began(periods):
    return [step.release for step in gap_steps(periods, delta=0.05, alpha=0.05) if step.began]


def test_a_gap_begins_with_the_release_that_brought_it_and_only_there():
    assert began([FAIR, UNFAIR]) == ["2.0"]
    assert began([FAIR, Period("1.1", 815, 1000, 820, 1000), UNFAIR, Period("2.1", 630, 1000, 815, 1000)]) == ["2.0"]


def test_a_gap_that_was_there_before_or_goes_did_not_begin():
    assert began([UNFAIR, Period("3.0", 600, 1000, 820, 1000)]) == []
    assert began([UNFAIR, FAIR]) == []


def test_releases_without_enough_members_are_left_out():
    steps = gap_steps([FAIR, Period("1.1", 1, 9, 800, 1000), UNFAIR], delta=0.05, alpha=0.05)
    assert [step.release for step in steps] == ["2.0"]
    assert gap_steps([FAIR], delta=0.05, alpha=0.05) == []


def test_the_step_says_both_gaps():
    (step,) = gap_steps([FAIR, UNFAIR], delta=0.05, alpha=0.05)
    assert (step.gap, step.gap_before, step.n) == (pytest.approx(-0.19), pytest.approx(-0.01), 2000)
    assert step.to_json()["began"]


def test_without_a_change_a_release_is_blamed_in_at_most_five_of_a_hundred():
    random = np.random.default_rng(11)
    blamed = 0
    for _ in range(1000):
        k = random.binomial([400, 600] * 4, 0.8)
        periods = [Period(str(r), k[2 * r], 400, k[2 * r + 1], 600) for r in range(4)]
        blamed += bool(began(periods))
    assert blamed <= 50
