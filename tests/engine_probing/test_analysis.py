"""What matched pairs amount to: planted gaps are found, and nothing is found where there is nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest

from audits.engine.bias.verdict import Verdict
from audits.engine.probing import Outcome, PairResult, ProbePolicy, analyse
from audits.engine.probing.wording import labels_of
from tests.engine_probing.simulated import SERVICE, answered, name_pairs

QUICK = ProbePolicy(draws=999)


def resolved(analysis):
    return next(one for one in analysis.comparisons if one.outcome == "resolved" and one.group == "black")


def test_planted_gap_is_found_and_said():
    pairs = name_pairs(seed=1, each=8)
    found = analyse(answered(pairs, seed=1, gap=0.25), policy=ProbePolicy(), seed=1, labels=labels_of(SERVICE))
    worst = resolved(found)
    assert found.verdict is Verdict.DISPARITY
    assert [one.outcome for one in found.disparities()] == ["resolved"]
    assert worst.difference == pytest.approx(-0.25, abs=0.08)
    assert worst.p_value == max(worst.p_mcnemar, worst.p_template, worst.p_name, worst.p_clustered)
    assert found.sentence.startswith("Disparity: Out of 100 messages that differ in name only, about ")
    assert "with a Black-sounding name and" in found.sentence
    assert "The same message sent twice was answered differently in" in found.sentence


@pytest.mark.parametrize(
    "quirks",
    [
        {},
        {"template_effect": 0.25},
        {"name_effect": 0.25},
        {"template_effect": 0.2, "name_effect": 0.2},
        {"noise": False},
    ],
    ids=["noise", "templates", "names", "both", "deterministic"],
)
def test_no_gap_raises_a_disparity_in_at_most_one_of_twenty_runs(quirks):
    runs = 40
    raised = sum(
        analyse(answered(name_pairs(seed=seed % 6, each=3), seed=seed, **quirks), policy=QUICK, seed=seed).verdict
        is Verdict.DISPARITY
        for seed in range(runs)
    )
    assert raised / runs <= 0.05


def test_noise_floor_is_that_of_two_draws():
    pairs = [pair for pair in name_pairs(seed=2, each=40) if pair.kind == "aa"]
    floor = next(floor for floor in analyse(answered(pairs, seed=2), policy=QUICK, seed=2).floors
                 if floor.outcome == "resolved")  # fmt: skip
    assert floor.rate == pytest.approx(2 * 0.75 * 0.25, abs=0.04)
    assert floor.expected == pytest.approx(2 * 0.75 * 0.25, abs=0.03)


def test_deterministic_assistant_has_no_noise_and_its_sensitivity_to_names_is_a_watch():
    found = analyse(answered(name_pairs(seed=3, each=8), seed=3, noise=False), policy=QUICK, seed=3)
    worst = resolved(found)
    assert worst.floor == 0
    assert worst.discordance > 0.2
    assert worst.verdict is Verdict.WATCH
    assert worst.reasons[-1].startswith("pairs disagree more often than the same message sent twice")


def test_assistant_that_never_differs_shows_no_material_difference():
    pairs = name_pairs(seed=4, each=8)
    same = [PairResult(pair, Outcome(resolved=True, words=30), Outcome(resolved=True, words=30)) for pair in pairs]
    found = analyse(same, policy=QUICK, seed=4)
    assert found.verdict is Verdict.NO_MATERIAL_DIFFERENCE
    assert resolved(found).difference_interval == pytest.approx((-0.0107, 0.0107), abs=5e-4)


def test_longer_answers_to_one_group_are_found():
    pairs = name_pairs(seed=5)
    results = [
        PairResult(pair, Outcome(words=40 if pair.a.group == "black" else 70), Outcome(words=70)) for pair in pairs
    ]
    found = analyse(results, policy=QUICK, seed=5)
    assert [one.outcome for one in found.disparities()] == ["words"]
    assert found.sentence.startswith("Disparity: Messages that differ in name only got 40.0 words an answer with black")


def test_unanswered_pairs_are_left_out_and_counted_by_group():
    results = answered(name_pairs(seed=6), seed=6)
    results[0] = PairResult(results[0].pair, None, results[0].b)
    found = analyse(results, policy=QUICK, seed=6)
    assert found.unanswered == {f"name={results[0].pair.a.group}": 1}
    assert found.pairs + found.aa_pairs == len(results) - 1


@pytest.mark.parametrize("results", [[], answered(name_pairs(seed=7)[:5], seed=7)], ids=["none", "five"])
def test_too_little_is_not_enough_data_and_valid_json(results):
    found = analyse(results, policy=QUICK, seed=7)
    assert found.verdict is Verdict.NOT_ENOUGH_DATA
    assert json.loads(json.dumps(found.to_json(), allow_nan=False))["verdict"] == "not_enough_data"


def test_same_results_and_seed_give_the_same_answer():
    results = answered(name_pairs(seed=8), seed=8, gap=0.1)
    assert analyse(results, policy=QUICK, seed=3) == analyse(results, policy=QUICK, seed=3)


def test_thresholds_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="delta"):
        ProbePolicy(delta=0)
    with pytest.raises(ValueError, match="length_ratio"):
        ProbePolicy(length_ratio=1)


def test_power_of_planted_gap_grows_with_pairs():
    raised = [
        np.mean(
            [
                analyse(answered(name_pairs(seed=seed, each=each), seed=seed, gap=0.2), policy=QUICK, seed=seed).verdict
                is Verdict.DISPARITY
                for seed in range(12)
            ]
        )
        for each in (2, 12)
    ]
    assert raised[0] < raised[1]
    assert raised[1] >= 0.9
