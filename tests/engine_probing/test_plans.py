"""Pairs of a plan: balanced, reproducible, and different in nothing but their cue."""

from __future__ import annotations

from collections import Counter

import pytest

from audits.engine.probing import plan
from tests.engine_probing.simulated import SERVICE


def test_same_seed_gives_the_same_plan_and_another_seed_another():
    assert plan(SERVICE, seed=1) == plan(SERVICE, seed=1)
    assert [pair.key for pair in plan(SERVICE, seed=1)] != [pair.key for pair in plan(SERVICE, seed=2)]


def test_plan_asks_each_group_with_each_template_as_often():
    pairs = plan(SERVICE, cues=["name", "pronoun"], seed=1, pairs_per_template=3, aa_share=0)
    asked = Counter((pair.cue, pair.a.group, pair.template_id) for pair in pairs)
    assert set(asked.values()) == {3}
    assert len(asked) == (4 + 2) * len(SERVICE.templates)
    assert len({pair.key for pair in pairs}) == len(pairs)


def test_names_are_paired_within_gender_and_each_with_one_partner():
    pairs = plan(SERVICE, cues=["name"], seed=1, pairs_per_template=4, aa_share=0)
    female = {
        value.text for cue in SERVICE.cues if cue.name == "name" for group in cue.groups for value in group.values
        if value.match == "female"
    }  # fmt: skip
    for group in ("black", "hispanic", "arab", "asian"):
        partners = {(pair.a.name, pair.b.name) for pair in pairs if pair.a.group == group}
        assert len(partners) == 18
        assert len({a for a, _ in partners}) == len({b for _, b in partners}) == 18
        assert all((a.split()[0] in female) is (b.split()[0] in female) for a, b in partners)


def test_gender_of_the_name_is_compared_at_equal_surnames():
    pairs = plan(SERVICE, cues=["name_gender"], seed=1, aa_share=0)
    assert all(pair.a.name.split()[1] == pair.b.name.split()[1] for pair in pairs)


def test_messages_of_a_pair_differ_in_the_cue_only():
    for pair in plan(SERVICE, cues=["name", "name_gender"], seed=1, aa_share=0):
        assert pair.a.text.replace(pair.a.name, "…") == pair.b.text.replace(pair.b.name, "…")


def test_aa_pairs_are_the_same_message_twice_spread_over_the_templates():
    pairs = plan(SERVICE, seed=1, pairs_per_template=1, aa_share=0.25)
    same = [pair for pair in pairs if pair.kind == "aa"]
    assert len(same) == round(0.25 * (len(pairs) - len(same)))
    assert all(pair.a == pair.b for pair in same)
    counted = Counter(pair.template_id for pair in same)
    assert len(counted) == len(SERVICE.templates)
    assert max(counted.values()) - min(counted.values()) <= 1


def test_language_pairs_carry_the_language_of_their_text():
    languages = {(pair.a.language, pair.b.language) for pair in plan(SERVICE, cues=["language"], seed=1, aa_share=0)}
    assert languages == {("de", "en"), ("es", "en")}


def test_plan_refuses_what_makes_no_sense():
    with pytest.raises(LookupError, match="religion"):
        plan(SERVICE, cues=["religion"], seed=1)
    with pytest.raises(ValueError, match="pairs_per_template"):
        plan(SERVICE, seed=1, pairs_per_template=0)
    with pytest.raises(ValueError, match="aa_share"):
        plan(SERVICE, seed=1, aa_share=2)
