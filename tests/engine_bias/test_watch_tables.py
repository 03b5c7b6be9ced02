"""Day tables of a watched group, the beginning of a rise, and the release that a gap began with."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from audits.engine.bias.watch import NO_EVIDENCE, DayTables, curve, release_change, rise_began

FIRST = date(2025, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(40)]


def test_only_days_and_strata_that_both_groups_have_are_counted():
    group = {(DAYS[0], "a"): (1, 2), (DAYS[0], "b"): (3, 4), (DAYS[1], "a"): (0, 5), (DAYS[2], "a"): (0, 0)}
    reference = {(DAYS[0], "a"): (5, 6), (DAYS[2], "a"): (7, 8), (DAYS[1], "b"): (9, 9)}
    tables = DayTables.of(group, reference)
    assert tables.days == (DAYS[0],)
    assert [array.tolist() for array in tables.arrays] == [[[1]], [[2]], [[5]], [[6]]]
    assert tables.risk_difference().value == pytest.approx(1 / 2 - 5 / 6)


def test_nothing_to_compare_leaves_the_evidence_as_it_was():
    tables = DayTables.of({}, {(DAYS[0], "a"): (1, 2)})
    empty = curve(tables)
    assert (empty.days, empty.log_e.tolist(), empty.state) == ((), [], NO_EVIDENCE)
    assert release_change(tables, DAYS[0]) is None
    assert tables.log_odds_ratio() == 0.0


@pytest.mark.parametrize(
    ("log_e", "until", "began"),
    [
        pytest.param([0.5, 1.0, 2.0, 3.0], 3, 0, id="from-the-start"),
        pytest.param([-0.5, -1.0, 0.5, 3.0], 3, 2, id="after-the-lowest-point"),
        pytest.param([-1.0, 3.0, -2.0, 1.0], 3, 1, id="not-what-comes-after-the-highest"),
        pytest.param([-1.0, -2.0, 3.0, 4.0], 1, 0, id="only-days-by-then"),
    ],
)
def test_rise_begins_on_the_day_after_the_lowest_point(log_e, until, began):
    days = DAYS[: len(log_e)]
    assert rise_began(days, log_e, until=days[until]) == days[began]


def test_no_day_has_no_beginning():
    assert rise_began([], [], until=FIRST) is None


def test_release_that_changed_nothing_is_not_blamed():
    random = np.random.default_rng(3)
    cells = {(day, "a"): (int(random.binomial(10, 0.6)), 10) for day in DAYS}
    reference = {(day, "a"): (int(random.binomial(40, 0.8)), 40) for day in DAYS}
    change, later = release_change(DayTables.of(cells, reference), DAYS[20])
    assert (change.signalled, len(later.days)) == (None, 20)


def test_release_that_brought_the_gap_is_named_with_its_day():
    random = np.random.default_rng(3)
    cells = {(day, "a"): (int(random.binomial(20, 0.8 if day < DAYS[20] else 0.5)), 20) for day in DAYS}
    reference = {(day, "a"): (int(random.binomial(60, 0.8)), 60) for day in DAYS}
    change, later = release_change(DayTables.of(cells, reference), DAYS[20])
    assert change.worse
    assert later.days[change.began] <= DAYS[22]
    assert later.days[change.signalled] <= DAYS[28]
