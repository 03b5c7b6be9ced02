from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.bias.reweighing import reweighing_weights

TYPED = {("f", "yes"): 4, ("f", "no"): 1, ("m", "yes"): 2, ("m", "no"): 3}


def test_weights_of_the_typed_table():
    weights = reweighing_weights(TYPED)
    assert [weights[cell] for cell in TYPED] == pytest.approx([0.75, 2, 1.5, 2 / 3])


tables = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.sampled_from("yn")), st.integers(0, 500), min_size=1
).filter(lambda counts: sum(counts.values()) > 0)


@given(tables)
def test_weighted_every_group_has_the_rate_of_the_whole_where_it_has_both_labels(counts):
    weights = reweighing_weights(counts)
    rate = sum(n for (_, label), n in counts.items() if label == "y") / sum(counts.values())
    for group in {group for group, _ in counts}:
        weighed = {label: counts.get((group, label), 0) * weights.get((group, label), 0.0) for label in "yn"}
        if all(weighed.values()):
            assert weighed["y"] / sum(weighed.values()) == pytest.approx(rate)


@given(st.lists(st.integers(1, 300), min_size=4, max_size=4))
def test_full_tables_keep_their_size(ns):
    counts = dict(zip(TYPED, ns, strict=True))
    weights = reweighing_weights(counts)
    assert sum(n * weights[cell] for cell, n in counts.items()) == pytest.approx(sum(ns))


@pytest.mark.parametrize(
    ("counts", "weights"),
    [
        ([17, 3, 29, 51], [0.5411764705882353, 3.6, 1.2689655172413794, 0.8470588235294118]),
        ([25, 52, 57, 17], [1.6725827814569536, 0.6766428935303107, 0.7050075519925642, 1.9890923256719906]),
    ],
)
def test_weights_are_those_of_aif360(counts, weights):
    """Typed from aif360 0.6's Reweighing, which agrees on 300 random tables."""
    found = reweighing_weights(dict(zip(TYPED, counts, strict=True)))
    assert [found[cell] for cell in TYPED] == pytest.approx(weights, rel=1e-12)


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="negative"):
        reweighing_weights({("a", "y"): -1})
