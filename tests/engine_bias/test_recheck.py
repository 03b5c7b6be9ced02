"""A re-check waits until it can decide, and says in advance what it will be able to see."""

from __future__ import annotations

import numpy as np
import pytest

from audits.engine.bias.recheck import LEAST_DAYS, MOST_DAYS, Flow, plan_recheck
from audits.engine.statistics.intervals import newcombe_difference

REFERENCE = Flow("18-24", 120, 960, 1200)


def test_the_planned_days_suffice_to_show_an_unbiased_assistant_to_be_within_delta():
    planned = plan_recheck([Flow("65+", 60, 450, 600)], REFERENCE, delta=0.05, alpha=0.05)
    assert LEAST_DAYS < planned.days < MOST_DAYS
    assert planned.decides
    random = np.random.default_rng(5)
    k, reference_k = random.binomial(planned.n, 0.8, 20_000), random.binomial(planned.reference_n, 0.8, 20_000)
    low, high = newcombe_difference(k, planned.n, reference_k, planned.reference_n)
    shown = np.mean((low > -0.05) & (high < 0.05))
    assert shown == pytest.approx(0.8, abs=0.025)


def test_the_slowest_group_decides_how_long():
    groups = [Flow("65+", 5, 40, 50), Flow("25-44", 400, 3200, 4000)]
    planned = plan_recheck(groups, REFERENCE, delta=0.05, alpha=0.05)
    assert (planned.group, planned.days, planned.decides) == ("65+", MOST_DAYS, False)
    assert planned.n == 450


def test_many_members_still_wait_for_a_whole_week():
    many = [Flow("65+", 50_000, 400_000, 500_000)]
    planned = plan_recheck(many, Flow("18-24", 50_000, 1, 2), delta=0.05, alpha=0.05)
    assert (planned.days, planned.decides) == (LEAST_DAYS, True)


def test_chosen_days_are_kept_and_judged():
    short = plan_recheck([Flow("65+", 60, 450, 600)], REFERENCE, delta=0.05, alpha=0.05, days=3)
    assert (short.days, short.n, short.reference_n, short.decides) == (3, 180, 360, False)
    longer = plan_recheck([Flow("65+", 60, 450, 600)], REFERENCE, delta=0.05, alpha=0.05, days=30)
    assert (longer.detectable or 1) < (short.detectable or 1)


def test_a_group_that_no_longer_comes_can_show_nothing():
    planned = plan_recheck([Flow("65+", 0, 0, 0)], REFERENCE, delta=0.05, alpha=0.05)
    assert (planned.decides, planned.detectable) == (False, None)
    assert planned.to_json()["detectable"] is None


def test_without_groups_there_is_nothing_to_plan():
    with pytest.raises(ValueError, match="no group"):
        plan_recheck([], REFERENCE, delta=0.05, alpha=0.05)
