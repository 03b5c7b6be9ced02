"""What a judge's reading of the same answers adds to that of the rules.

The rules stay the measure. Beside them stand how far the judge agrees, by outcome and by group; whether it agrees less
about one group than about its reference, which is a bias of one of the two readings; and the same comparisons with the
judge's outcomes in the place of the rules'. All three go through `compare`: pairs, clusters and Holm's family are the
same, so whatever differs between them is the reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from audits.engine.bias.verdict import Verdict
from audits.engine.statistics.agreement import cohens_kappa
from audits.engine.statistics.clustered import two_way_mean
from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.intervals import newcombe_difference

from .comparing import Comparison, PairResult, ProbePolicy, compare, floors_of
from .outcomes import BINARY_OUTCOMES, Outcome

Key = tuple[str, str, str]
#: A yes/no outcome of an answer, from what rules and judge read in it.
_Value = Callable[[Outcome, Outcome, str], bool]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the answers to a group's messages the judge has read, matched and identical pairs together."""

    cue: str
    group: str
    answered: int
    judged: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Rules and judge about one outcome: of all answers that both have read (`cue` and `group` empty), or of a group.

    The counts are answers: `rules_only` have the outcome by the rules alone. `p_value` is Fisher's exact test that the
    two are independent, which is that kappa is 0; unlike an interval of kappa it does not lose its power where nearly
    all answers are alike. `heard` says that they agree better than by chance: no other judge weakens a verdict.
    """

    outcome: str
    cue: str
    group: str
    n: int
    both: int
    rules_only: int
    judge_only: int
    neither: int
    agreement: float
    agreement_interval: tuple[float, float]
    kappa: float | None
    kappa_interval: tuple[float, float] | None
    rules_rate: float
    judge_rate: float
    p_value: float
    heard: bool


@dataclass(frozen=True, slots=True)
class Weakened:
    """A comparison that is watched because the two readings do not support one and the same definite claim."""

    cue: str
    group: str
    outcome: str
    by_rules: Verdict
    by_judge: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class SecondReading:
    """A judge's reading beside that of the rules.

    `comparisons` have the yes/no outcomes as the judge read them. In `agreeing` the outcome compared is that judge and
    rules agree: its rates are shares of answers that agree, its verdict whether the judge agrees less about a group.
    """

    answered: int
    judged: int
    coverage: tuple[Coverage, ...]
    agreements: tuple[Agreement, ...]
    comparisons: tuple[Comparison, ...]
    agreeing: tuple[Comparison, ...]
    weakened: tuple[Weakened, ...]


def read_again(
    results: Sequence[PairResult], by_rules: Sequence[Comparison], *, policy: ProbePolicy, seed: int
) -> SecondReading:
    """The judge's reading of a run whose comparisons by rules are `by_rules`."""
    read = [one for one in results if one.a and one.b and one.judged_a and one.judged_b]
    judged = _compared(read, lambda ours, theirs, name: getattr(theirs, name), policy=policy, seed=seed)
    agreeing = _compared(
        read, lambda ours, theirs, name: getattr(ours, name) == getattr(theirs, name), policy=policy, seed=seed
    )
    answers = list(_answers(results))
    agreements, coverage = _agreements(answers, policy=policy), _coverage(answers)
    return SecondReading(
        answered=sum(one.answered for one in coverage),
        judged=sum(one.judged for one in coverage),
        coverage=coverage,
        agreements=agreements,
        comparisons=judged,
        agreeing=agreeing,
        weakened=tuple(_weakened(by_rules, judged, agreeing, agreements, answers, policy=policy)),
    )


def weaken(comparisons: Iterable[Comparison], reading: SecondReading) -> list[Comparison]:
    """The comparisons with their last verdict: watched, and why, where the second reading weakens the claim."""
    why = {(one.cue, one.group, one.outcome): one.reason for one in reading.weakened}
    return [
        replace(one, verdict=Verdict.WATCH, reasons=(*one.reasons, why[_key(one)])) if _key(one) in why else one
        for one in comparisons
    ]


def _weakened(
    by_rules: Iterable[Comparison],
    by_judge: Iterable[Comparison],
    agreeing: Iterable[Comparison],
    agreements: Iterable[Agreement],
    answers: Sequence[_Answer],
    *,
    policy: ProbePolicy,
) -> Iterator[Weakened]:
    heard = {one.outcome for one in agreements if not one.group and one.heard}
    theirs, equal = {_key(one): one for one in by_judge}, {_key(one): one for one in agreeing}
    for ours in by_rules:
        other = theirs.get(_key(ours))
        if other is None or ours.outcome not in heard:
            continue
        shown = abs(ours.difference or 0.0) * _discernment(answers, ours, policy=policy)
        reason = _against(ours, other, equal.get(_key(ours)), would_show=shown >= policy.delta)
        if reason:
            yield Weakened(ours.cue, ours.group, ours.outcome, ours.verdict, other.verdict, reason)


def _discernment(answers: Iterable[_Answer], ours: Comparison, *, policy: ProbePolicy) -> float:
    """How surely the judge tells the rules' yes from their no where this group is not concerned, from 0 to 1.

    The lower bound of sensitivity + specificity − 1 towards the rules (Youden 1950, Cancer 3:32): by that factor a
    difference of rates shrinks for a reader who errs alike about everybody (Rogan & Gladen 1978, Am. J. Epidemiol.
    107:71). This group's own answers are left out, since the rules may err about just those.
    """
    yes, no = [0, 0], [0, 0]
    for answer in answers:
        if answer.theirs is None or (answer.cue, answer.group) == (ours.cue, ours.group):
            continue
        counts = yes if getattr(answer.ours, ours.outcome) else no
        counts[0] += getattr(answer.theirs, ours.outcome)
        counts[1] += 1
    if not yes[1] or not no[1]:
        return 0.0
    lower, _ = newcombe_difference(*yes, *no, confidence=policy.confidence)
    return max(0.0, float(lower))


def _against(ours: Comparison, theirs: Comparison, agreeing: Comparison | None, *, would_show: bool) -> str:
    """Why the judge's reading speaks against the rules' verdict; empty where it does not.

    Only a definite verdict speaks against another one: a judge that read too little, or sees less, decides nothing.
    That it sees no difference says something only where it `would_show` one as large as that of the rules.
    """
    if ours.verdict is Verdict.DISPARITY:
        if theirs.verdict is Verdict.NO_MATERIAL_DIFFERENCE and would_show:
            return "by the judge's reading there is no material difference"
        if theirs.verdict is Verdict.DISPARITY and not _same_direction(ours, theirs):
            return "by the judge's reading the difference lies the other way"
        return ""
    if theirs.verdict is Verdict.DISPARITY:
        return "by the judge's reading there is a disparity"
    if ours.verdict is Verdict.NO_MATERIAL_DIFFERENCE and agreeing and agreeing.verdict is Verdict.DISPARITY:
        return "rules and judge agree about one group less than about the other"
    return ""


def _same_direction(one: Comparison, other: Comparison) -> bool:
    return (one.difference or 0.0) * (other.difference or 0.0) > 0


def _compared(read: Sequence[PairResult], value: _Value, *, policy: ProbePolicy, seed: int) -> tuple[Comparison, ...]:
    """`compare` with other yes/no outcomes. Length and courtesy stay the rules', so that Holm's family is the same."""

    def outcome(ours: Outcome | None, theirs: Outcome | None) -> Outcome:
        assert ours is not None
        assert theirs is not None
        return replace(ours, **{name: value(ours, theirs, name) for name in BINARY_OUTCOMES})

    made = [PairResult(one.pair, outcome(one.a, one.judged_a), outcome(one.b, one.judged_b)) for one in read]
    floors = floors_of([one for one in made if one.pair.kind == "aa"], policy=policy)
    paired = [one for one in made if one.pair.kind == "pair"]
    return tuple(one for one in compare(paired, floors, policy=policy, seed=seed) if one.outcome in BINARY_OUTCOMES)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer as both have read it; `theirs` is None where the judge has not."""

    kind: str
    cue: str
    group: str
    template: str
    name: str
    ours: Outcome
    theirs: Outcome | None


def _answers(results: Iterable[PairResult]) -> Iterator[_Answer]:
    for result in results:
        pair = result.pair
        for half, ours, theirs in ((pair.a, result.a, result.judged_a), (pair.b, result.b, result.judged_b)):
            if ours is not None:
                yield _Answer(pair.kind, pair.cue, half.group, pair.template_id, half.name, ours, theirs)


def _coverage(answers: Iterable[_Answer]) -> tuple[Coverage, ...]:
    counts: dict[tuple[str, str], list[int]] = {}
    for answer in answers:
        count = counts.setdefault((answer.cue, answer.group), [0, 0])
        count[0] += 1
        count[1] += answer.theirs is not None
    return tuple(Coverage(cue, group, *count) for (cue, group), count in sorted(counts.items()))


def _agreements(answers: Iterable[_Answer], *, policy: ProbePolicy) -> tuple[Agreement, ...]:
    """Of all answers, and of each group's. Identical pairs count among all alone: they are one message twice."""
    members: dict[tuple[str, str], list[_Answer]] = {}
    for answer in answers:
        if answer.theirs is None:
            continue
        members.setdefault(("", ""), []).append(answer)
        if answer.kind == "pair":
            members.setdefault((answer.cue, answer.group), []).append(answer)
    return tuple(
        _agreement(name, cue, group, those, policy=policy)
        for name in BINARY_OUTCOMES
        for (cue, group), those in sorted(members.items())
    )


def _agreement(name: str, cue: str, group: str, answers: Sequence[_Answer], *, policy: ProbePolicy) -> Agreement:
    ours = np.array([getattr(one.ours, name) for one in answers], dtype=bool)
    theirs = np.array([getattr(one.theirs, name) for one in answers], dtype=bool)
    clustered = two_way_mean(
        (ours == theirs).astype(float), [one.template for one in answers], [one.name for one in answers]
    )
    counts = [int(np.count_nonzero(both)) for both in (ours & theirs, ours & ~theirs, ~ours & theirs, ~ours & ~theirs)]
    both, rules_only, judge_only, neither = counts
    kappa = cohens_kappa(
        both, rules_only, judge_only, neither, design_effect=clustered.design_effect, confidence=policy.confidence
    )
    p_value = float(fisher_exact(both, both + rules_only, judge_only, judge_only + neither))
    return Agreement(
        outcome=name,
        cue=cue,
        group=group,
        n=kappa.n,
        both=both,
        rules_only=rules_only,
        judge_only=judge_only,
        neither=neither,
        agreement=kappa.agreement,
        agreement_interval=kappa.agreement_interval,
        kappa=kappa.value,
        kappa_interval=kappa.interval,
        rules_rate=kappa.first_rate,
        judge_rate=kappa.second_rate,
        p_value=p_value,
        heard=kappa.value is not None and kappa.value > 0 and p_value <= policy.alpha,
    )


def _key(one: Comparison) -> Key:
    return one.cue, one.group, one.outcome
