"""One alpha for a cycle: shared over the kinds that it asks, whatever each kind does with its part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.checks.contract import CheckSpec
from audits.checks.family import WEIGHTS, alpha_shared
from audits.states import CheckKind

KINDS = sorted(WEIGHTS)


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 30)), min_size=1, unique_by=lambda one: one[0]))
def test_all_parts_together_are_the_alpha_that_each_kind_states(asked):
    specs = [
        CheckSpec(kind=kind, target=str(number), params={"alpha": 0.05 / questions, "delta": 0.05})
        for kind, questions in asked
        for number in range(questions)
    ]
    shared = alpha_shared(specs)
    assert sum(spec.params["alpha"] for spec in shared) == pytest.approx(0.05)
    assert [(spec.kind, spec.target, spec.params["delta"]) for spec in shared] == [
        (spec.kind, spec.target, 0.05) for spec in specs
    ]
    of_kind = {kind: sum(spec.params["alpha"] for spec in shared if spec.kind == kind) for kind, _ in asked}
    first = asked[0][0]
    assert all(of_kind[kind] / WEIGHTS[kind] == pytest.approx(of_kind[first] / WEIGHTS[first]) for kind, _ in asked)


def test_what_has_no_part_stays_as_it_is():
    alone = CheckSpec(kind=CheckKind.OUTCOME_GAP, target="resolved by age", params={"alpha": 0.01})
    others = [
        CheckSpec(kind=CheckKind.DATA_SUFFICIENCY, target="all", params={"alpha": 0.05}),
        CheckSpec(kind=CheckKind.TRAINING_SHARES, target="all", params={}),
    ]
    assert alpha_shared([alone, *others]) == [alone, *others]
    assert alpha_shared([]) == []


def test_a_kind_with_a_stricter_alpha_never_raises_the_sum():
    specs = [
        CheckSpec(kind=CheckKind.OUTCOME_GAP, target="a", params={"alpha": 0.05}),
        CheckSpec(kind=CheckKind.LANGUAGE_PARITY, target="b", params={"alpha": 0.01}),
    ]
    assert sum(spec.params["alpha"] for spec in alpha_shared(specs)) == pytest.approx(0.05 * 4 / 6 + 0.01 * 2 / 6)
