"""Packs of several stretches add up to what was counted, however they are kept and added up."""

from __future__ import annotations

import json
from collections import Counter
from random import Random

import msgspec
import numpy as np
import pytest

from audits import cube_margins, cube_packs
from audits.cube_margins import margin_cube
from audits.cube_packs import Row, packed, packed_rows, unpacked
from audits.engine.bias import cube as cube_module
from audits.engine.bias.cube import Cube
from audits.pack_layout import PROFILES, Profiles

Found = Counter[tuple[str, str, tuple[str, ...]]]
AXES = ("release", "intent", "channel", "language", "attribute:age", "attribute:region")


def rows_of(rng: Random, *, profiles: int) -> list[Row]:
    """A day's cells: fewer profiles leave combinations and levels out, and some attributes nobody has."""
    names = rng.sample(["age", "region"], rng.randint(0, 2))
    releases, intents = rng.sample(["1", "2", "10", ""], 2), rng.sample(["a", "b", "c", "d", ""], 3)
    found: list[Row] = []
    for _ in range(profiles):
        attributes = {name: rng.choice(["x", "y", "z", ""]) for name in names if rng.random() < 0.9}
        place = (rng.choice(releases), rng.choice(intents), rng.choice(["chat", "voice"]), rng.choice(["de", ""]))
        for measure, value in (("total", ""), ("outcome.plan", ""), ("score.csat", rng.choice("1234"))):
            found.append((*place, json.dumps(attributes), measure, value, rng.choice([1, 200, 70_000, 5_000_000_000])))
        if rng.random() < 0.4:
            found.append((*place, json.dumps(attributes), "outcome.resolved", rng.choice(["true", "false"]), 3))
    return found


def counted(rows: list[Row], *, without: str = "") -> Found:
    found: Found = Counter()
    for *place, attributes, measure, value, n in rows:
        known = json.loads(attributes)
        if measure != without:
            found[measure, value, (*place, *(known.get(name) or "" for name in ("age", "region")))] += n
    return found


def held(cube: Cube, order: tuple[str, ...] = AXES) -> Found:
    found: Found = Counter()
    whole = cube.marginal(order)
    for measure, values in whole.counts.items():
        for value, n in values.items():
            for codes, count in zip(whole.codes.T.tolist(), n.tolist(), strict=True):
                levels = tuple(known[code] or "" for known, code in zip(whole.levels, codes, strict=True))
                found[measure, value, levels] += count
    return +found


@pytest.mark.parametrize("listed", [False, True], ids=["as a table", "as a list"])
@pytest.mark.parametrize("every", [0, 2, 10_000], ids=["never dense", "as kept", "always dense"])
def test_stretches_add_up_to_their_cells(monkeypatch, every, listed):
    monkeypatch.setattr(cube_packs, "_EVERY", every)
    monkeypatch.setattr(cube_module, "_FULL", 0 if listed else 1 << 20)
    rng = Random(every + listed)
    dense = set()
    for _ in range(25):
        days = [rows_of(rng, profiles=rng.choice([1, 4, 40, 400])) for _ in range(rng.randint(1, 4))]
        packs = [packed_rows(rows) for rows in days]
        everything = [row for rows in days for row in rows]
        dense |= {not profiles_of(one).type for one in packs}
        assert held(unpacked(packs)) == counted(everything)
        # A week or month is made of its days, and read beside others.
        assert held(unpacked([packed(unpacked(packs)), *packs])) == counted(everything * 2)
        assert held(unpacked(packs, answered=True)) == counted(everything, without="outcome.plan")
    assert dense == {0: {False}, 2: {False, True}, 10_000: {True}}[every]


def profiles_of(packs: dict[str, bytes]) -> Profiles:
    return msgspec.msgpack.decode(packs[PROFILES], type=Profiles)


@pytest.mark.parametrize("every", [0, 10_000], ids=["place by place", "as they are"])
def test_dimensions_are_summed_out_of_a_table_the_same_in_any_order(monkeypatch, every):
    monkeypatch.setattr(cube_packs, "_EVERY", every)
    rng = Random(3)
    cube = unpacked([packed_rows(rows_of(rng, profiles=400)) for _ in range(3)])
    # The release comes in after what is asked without it: only then is anything counted by it.
    orders = [("intent",), ("attribute:age", "intent"), ("channel", "release"), ("release",), ("language", "channel")]
    together = [held(cube, order) for order in orders]
    grid, totals = cube.grid(("channel", "intent"), "outcome.resolved", "true"), cube.totals("score.csat")
    plain = Cube(cube.dimensions, cube.levels, cube.codes, cube.counts)
    monkeypatch.setattr(cube_module, "_WORTH_IT", 1 << 20)
    assert plain._full is None
    assert together == [held(plain, order) for order in orders]
    assert grid.tolist() == plain.grid(("channel", "intent"), "outcome.resolved", "true").tolist()
    assert (
        totals == plain.totals("score.csat") == {value: int(n.sum()) for value, n in cube.counts["score.csat"].items()}
    )


def test_nothing_is_left_where_nothing_is_asked():
    rows: list[Row] = [("1", "a", "chat", "de", "{}", "outcome.plan", "", 5)]
    cube = unpacked([packed_rows(rows)], answered=True)
    assert (cube.cells, cube.measures) == (0, ())
    assert unpacked([]).cells == 0
    assert packed_rows([]) == {}


def test_margins_are_what_the_joint_counts_say_by_one_dimension():
    rng = Random(7)
    apart = 0
    for _ in range(12):
        days = [packed_rows(rows_of(rng, profiles=rng.choice([1, 4, 40, 400]))) for _ in range(rng.randint(1, 4))]
        days.append(packed(unpacked(days)))  # a month of them
        apart += len({profiles_of(one).dimensions for one in days}) > 1
        joint = unpacked(days, answered=True)
        for release in (None, *filter(None, joint.levels_of("release")), "nobody's"):
            margins = margin_cube([profiles_of(one) for one in days], release=release)
            whole = joint if release is None else joint.where("release", release)
            assert margins is not None
            assert margins.measures == whole.measures
            for name in AXES[1:]:
                assert held(margins, (name,)) == held(whole, (name,))
                assert margins.small_levels(name, "total") == whole.small_levels(name, "total")
                if release is None:
                    assert held(margins, (name, "release")) == held(whole, (name, "release"))
            assert [margins.totals(one) for one in margins.measures] == [whole.totals(one) for one in whole.measures]
    assert apart > 2  # an attribute that some stretches have and others do not


def test_margins_answer_nothing_by_two_dimensions_at_once():
    margins = margin_cube([profiles_of(packed_rows(rows_of(Random(1), profiles=400)))])
    assert margins is not None
    with pytest.raises(LookupError, match="one dimension at a time"):
        margins.group_counts("total", "", groups=["intent", "channel"])
    assert (
        margin_cube([profiles_of(packed_rows([("1", "a", "chat", "de", "{}", "outcome.plan", "", 5)]))]).measures == ()
    )
    assert margin_cube([]).group_counts("total", "", groups=["intent"]) == []


def test_no_more_margins_are_kept_than_there_are_counts(monkeypatch):
    monkeypatch.setattr(cube_margins, "_FEW", 0)
    few, many = (packed_rows(rows_of(Random(2), profiles=profiles)) for profiles in (4, 400))
    assert profiles_of(few).margins is None
    assert profiles_of(many).margins is not None
    assert margin_cube([profiles_of(few), profiles_of(many)]) is None


def test_packs_of_before_there_were_margins_are_read_and_can_read_what_is_packed_now():
    class Before(msgspec.Struct, array_like=True, frozen=True):
        dimensions: tuple[str, ...]
        levels: tuple[tuple[str | None, ...], ...]
        type: str
        codes: bytes

    rows = rows_of(Random(5), profiles=40)
    packs = packed_rows(rows)
    before = msgspec.msgpack.decode(packs[PROFILES], type=Before)
    old = {**packs, PROFILES: msgspec.msgpack.encode(before)}
    assert len(old[PROFILES]) < len(packs[PROFILES])
    assert held(unpacked([old])) == held(unpacked([packs])) == counted(rows)
    assert margin_cube([profiles_of(packs), profiles_of(old)]) is None
    again = packed(unpacked([old]))
    assert margin_cube([profiles_of(again)]) is not None
    assert np.array_equal(profiles_of(again).margins.by_value(), profiles_of(packs).margins.by_value())
