"""A judge beside the rules: how far it agrees, whom it reads otherwise, and when it weakens a verdict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from audits.engine.bias.verdict import Verdict
from audits.engine.probing import BINARY_OUTCOMES, Outcome, PairResult, ProbePolicy, analyse
from tests.engine_probing.simulated import answered, name_pairs

POLICY = ProbePolicy(draws=999)


def judged_by(results, reads):
    """The same results, read by `reads(outcome, group)`; None is not judged."""

    def read(outcome, group):
        return None if outcome is None else reads(outcome, group)

    return [
        replace(one, judged_a=read(one.a, one.pair.a.group), judged_b=read(one.b, one.pair.b.group)) for one in results
    ]


def erring(share, seed=5):
    generator = np.random.default_rng(seed)

    def read(outcome, group):
        wrong = generator.random(len(BINARY_OUTCOMES)) < share
        values = {n: getattr(outcome, n) ^ bool(w) for n, w in zip(BINARY_OUTCOMES, wrong, strict=True)}
        return Outcome(**values)

    return read


def run(results, judged=True):
    return analyse(results, policy=POLICY, seed=3, judged=judged)


def of(comparisons, outcome="resolved"):
    return next(one for one in comparisons if one.outcome == outcome)


@pytest.fixture(scope="module")
def biased():
    return answered(name_pairs(seed=2), seed=2, gap=0.3)


@pytest.fixture(scope="module")
def fair():
    return answered(name_pairs(seed=2, each=12), seed=2, rate=0.98)


def test_without_a_judge_nothing_is_read_again(biased):
    analysis = run(biased, judged=False)
    assert (analysis.judge, analysis.to_json()["judge"]) == (None, None)


def test_a_judge_that_reads_as_the_rules_changes_nothing_but_is_reported(biased):
    plain, judged = run(biased, judged=False), run(judged_by(biased, lambda outcome, group: outcome))
    reading = judged.judge
    assert judged.comparisons == plain.comparisons
    assert [one.difference for one in reading.comparisons] == [
        one.difference for one in plain.comparisons if one.outcome in BINARY_OUTCOMES
    ]
    assert [one.p_adjusted for one in reading.comparisons] == [
        one.p_adjusted for one in plain.comparisons if one.outcome in BINARY_OUTCOMES
    ]
    overall = next(one for one in reading.agreements if one.outcome == "resolved" and not one.group)
    assert (overall.agreement, overall.kappa, overall.heard) == (1.0, 1.0, True)
    assert overall.kappa_interval[0] > 0.9
    assert {one.verdict for one in reading.agreeing} == {Verdict.NO_MATERIAL_DIFFERENCE}
    assert (reading.weakened, reading.judged, reading.answered) == ((), 2 * len(biased), 2 * len(biased))
    assert f"A judge read {2 * len(biased):,} of {2 * len(biased):,} answers" in judged.sentence
    assert judged.to_json()["judge"]["agreements"][0]["outcome"] == "resolved"


def test_random_errors_lower_kappa_in_all_groups_alike_and_weaken_no_verdict(biased):
    analysis = run(judged_by(biased, erring(0.05)))
    overall = next(one for one in analysis.judge.agreements if one.outcome == "resolved" and not one.group)
    assert 0.92 < overall.agreement < 0.98
    assert 0.7 < overall.kappa < 0.95
    assert of(analysis.judge.agreeing).verdict is not Verdict.DISPARITY
    assert of(analysis.comparisons).verdict is Verdict.DISPARITY


def misread(group="black", share=0.3):
    """Takes so much of what is resolved away from one group."""
    generator = np.random.default_rng(1)

    def read(outcome, whose):
        return replace(outcome, resolved=False) if whose == group and generator.random() < share else outcome

    return read


def test_a_disparity_that_the_judge_does_not_see_is_watched(fair):
    """The rules misread one group; the judge reads both alike."""
    wrong = misread()
    results = [
        replace(one, a=wrong(one.a, one.pair.a.group), b=wrong(one.b, one.pair.b.group), judged_a=one.a, judged_b=one.b)
        for one in fair
    ]
    assert of(run(results, judged=False).comparisons).verdict is Verdict.DISPARITY
    analysis = run(results)
    [weakened] = analysis.judge.weakened
    assert (weakened.outcome, weakened.by_rules, weakened.by_judge) == (
        "resolved",
        Verdict.DISPARITY,
        Verdict.NO_MATERIAL_DIFFERENCE,
    )
    ours = of(analysis.comparisons)
    assert (ours.verdict, ours.reasons[-1]) == (
        Verdict.WATCH,
        "by the judge's reading there is no material difference",
    )
    assert analysis.verdict is Verdict.WATCH
    assert "do not support the same claim about black and whether they were resolved" in analysis.sentence
    assert of(analysis.judge.agreeing).verdict is Verdict.DISPARITY
    assert "They do not read all groups alike" in analysis.sentence


def test_a_judge_that_sees_a_disparity_where_the_rules_see_none_is_heard(fair):
    assert of(run(fair, judged=False).comparisons).verdict is Verdict.NO_MATERIAL_DIFFERENCE
    analysis = run(judged_by(fair, misread()))
    assert of(analysis.judge.comparisons).verdict is Verdict.DISPARITY
    assert (of(analysis.comparisons).verdict, analysis.verdict) == (Verdict.WATCH, Verdict.WATCH)


@pytest.mark.parametrize("reads", [lambda outcome, group: Outcome(), erring(0.5)])
def test_a_judge_that_reads_nothing_or_at_random_cannot_take_a_disparity_away(biased, reads):
    analysis = run(judged_by(biased, reads))
    assert of(analysis.comparisons).verdict is Verdict.DISPARITY
    assert not any(one.heard for one in analysis.judge.agreements if one.outcome == "resolved" and not one.group)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("doubts", [0.02, 0.05, 0.1])
def test_a_judge_that_nearly_always_says_yes_cannot_take_a_disparity_away(biased, doubts, seed):
    """It agrees with the rules better than by chance, and would have hidden any gap."""
    generator = np.random.default_rng(seed)

    def lenient(outcome, group):
        return replace(outcome, resolved=outcome.resolved or generator.random() > doubts)

    analysis = run(judged_by(biased, lenient))
    assert of(analysis.comparisons).verdict is Verdict.DISPARITY
    assert [one for one in analysis.judge.weakened if one.outcome == "resolved"] == []


def test_a_judge_that_read_only_some_is_said_to_have_and_decides_nothing(biased):
    some = [one if n < 8 else replace(one, judged_a=None, judged_b=None) for n, one in
            enumerate(judged_by(biased, lambda outcome, group: replace(outcome, resolved=True)))]  # fmt: skip
    analysis = run(some)
    assert (analysis.judge.judged, analysis.judge.answered) == (16, 2 * len(biased))
    assert sum(one.judged for one in analysis.judge.coverage) == 16
    assert of(analysis.comparisons).verdict is Verdict.DISPARITY
    none = run([replace(one, judged_a=None, judged_b=None) for one in some])
    assert none.sentence.endswith(f"The judge read none of {2 * len(biased):,} answers: this is by rules alone.")
    assert (none.judge.agreements, none.judge.comparisons, none.judge.agreeing) == ((), (), ())


def test_no_answer_is_no_judgement(biased):
    pair = biased[0].pair
    analysis = run([PairResult(pair, None, Outcome(), None, Outcome())])
    assert (analysis.judge.answered, analysis.judge.judged) == (1, 1)
    assert analysis.judge.comparisons == ()


def test_a_judge_that_errs_by_chance_weakens_a_verdict_in_at_most_one_of_twenty_runs():
    weakened = uneven = 0
    for seed in range(20):
        results = judged_by(answered(name_pairs(seed=seed, each=4), seed=seed, template_effect=0.1), erring(0.05, seed))
        reading = run(results).judge
        weakened += bool(reading.weakened)
        uneven += any(one.verdict is Verdict.DISPARITY for one in reading.agreeing)
    assert weakened <= 1
    assert uneven <= 1
