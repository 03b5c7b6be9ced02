"""Whole audits of data without any true gap, by the questions that a cycle would ask, on counts."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from audits.checks import Scope
from audits.checks.gap_settings import GapParams
from audits.checks.intersections import IntersectionParams
from audits.engine.bias.adjusted_sentence import adjusted_verdict
from audits.engine.bias.cube import Cube
from audits.engine.bias.outcome_gap import audit_gap
from audits.engine.bias.slices import confirm, worst_slices
from audits.engine.bias.verdict import Verdict
from audits.programmes import default_checks, expand
from audits.states import CheckKind

SCOPE = Scope(
    attributes={"age": "", "region": ""},
    purposes=[],
    outcomes=["escalated", "resolved"],
    groups={"language": 3, "channel": 2},
)
DIMENSIONS = ("intent", "channel", "language", "attribute:age", "attribute:region")
SPREADS = ((0.4, 0.3, 0.2, 0.1), (0.7, 0.3), (0.6, 0.3, 0.1), (0.4, 0.35, 0.2, 0.05), (0.4, 0.3, 0.3))
LEVELS = (
    ("bill", "move", "outage", "tariff"),
    ("app", "web"),
    ("de", "en", "es"),
    ("mid", "old", "young", None),
    ("east", "north", "west"),
)
BY_INTENT = {"resolved": (0.9, 0.8, 0.7, 0.5), "escalated": (0.05, 0.1, 0.15, 0.3)}
KINDS = (CheckKind.OUTCOME_GAP, CheckKind.ADJUSTED_GAP, CheckKind.LANGUAGE_PARITY, CheckKind.INTERSECTIONS)


def drawn(rng: np.random.Generator, *, n: int) -> Cube:
    """Conversations whose outcomes depend on what was asked, and on nothing that the customers are."""
    codes = np.stack([rng.choice(len(one), size=n, p=one) for one in SPREADS])
    counts = {}
    for outcome, rates in BY_INTENT.items():
        yes = rng.random(n) < np.array(rates)[codes[0]]
        counts[f"outcome.{outcome}"] = {"true": yes.astype(np.int64), "false": (~yes).astype(np.int64)}
    return Cube(DIMENSIONS, LEVELS, codes, counts).marginal(DIMENSIONS)


def disparities(cube: Cube, later: Cube) -> int:
    """How many questions of a cycle end in a disparity; slices are nominated on `cube` and tested on `later`."""
    nominations = {}
    for spec in expand(default_checks(), SCOPE, kinds=[CheckKind.INTERSECTIONS]):
        look = msgspec.convert(spec.params, IntersectionParams)
        found = worst_slices(
            cube,
            measure=look.measure,
            favourable=look.good,
            dimensions=look.dimensions,
            about=look.about,
            policy=look.policy,
            fdr=look.fdr,
            most=look.most,
        )
        if found.nominated:
            slices = [dict(one.levels) for one in found.nominated]
            nominations[look.outcome] = {"slices": slices, "after": "2025-02-01"}
    scope = replace(SCOPE, nominations=nominations)
    raised = 0
    for spec in expand(default_checks(), scope, kinds=KINDS):
        if spec.kind == CheckKind.INTERSECTIONS:
            asked = msgspec.convert(spec.params, IntersectionParams)
            family = [tuple(sorted(one.items())) for one in asked.family]
            tested = confirm(later, family, measure=asked.measure, favourable=asked.good, policy=asked.policy)
            raised += sum(one.verdict is Verdict.DISPARITY and dict(one.levels) == asked.slice for one in tested)
            continue
        params = msgspec.convert({k: v for k, v in spec.params.items() if k != "strata"}, GapParams)
        strata = spec.params.get("strata", ())
        counts = later.group_counts(params.measure, params.good, groups=[params.dimension], strata=strata)
        gap = audit_gap(counts, policy=params.policy)
        verdict = adjusted_verdict(gap) if strata else gap.verdict
        raised += verdict is Verdict.DISPARITY
    return raised


@pytest.mark.slow
@pytest.mark.parametrize("n", [600, 6_000])
def test_without_any_true_gap_at_most_five_percent_of_audits_raise_a_disparity(n):
    rng = np.random.default_rng(20250303 + n)
    audits = 80
    raised = sum(disparities(drawn(rng, n=n), drawn(rng, n=n)) > 0 for _ in range(audits))
    assert raised <= 0.05 * audits


def test_a_planted_gap_is_still_found_with_the_shared_alpha():
    rng = np.random.default_rng(7)
    cube = drawn(rng, n=20_000)
    old = cube.codes[3] == LEVELS[3].index("old")
    yes, no = (cube.counts["outcome.resolved"][value] for value in ("true", "false"))
    moved = rng.binomial(yes * old, 0.15)
    counts = {**cube.counts, "outcome.resolved": {"true": yes - moved, "false": no + moved}}
    planted = Cube(DIMENSIONS, LEVELS, cube.codes, counts)
    # As it was, and at equal questions.
    assert disparities(drawn(rng, n=20_000), planted) == 2
