"""Impact ratios in a cycle: a screen that watches, by attribute and pairs, with small cells put together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.audits.asking import SCOPE, ask
from tests.audits.cells import Cell, cells_make

pytestmark = pytest.mark.django_db

TWO = replace(SCOPE, attributes={"age": "", "region": ""})


def cell(n, yes, **attributes) -> Cell:
    return Cell(n=n, yes={"resolved": yes}, attributes={k: v for k, v in attributes.items() if v})


def screened(assistant, scope=SCOPE, **params):
    return ask(assistant, "impact_ratio", "resolved by every attribute", scope=scope, params=params)


def test_a_group_below_four_fifths_is_watched_and_never_fails(assistant):
    cells_make(assistant, [cell(1000, 900, age="young"), cell(1000, 500, age="old"), cell(300, 100, age=None)])
    outcome = screened(assistant)
    assert outcome.state == "watch"
    assert outcome.sentence == (
        "By age, 50 % of conversations from old were resolved, 0.56 of the highest rate. "
        "This table is a screen that knows neither chance nor size, not a verdict."
    )
    (told,) = outcome.result["tables"]
    assert [row[0] for row in told["rows"]] == ["old", "young", "unknown"]
    assert told["rows"][0][4:] == [
        pytest.approx(5 / 9),
        pytest.approx(5),
        "below four fifths; adverse above 1.25 times the lowest",
    ]
    assert told["rows"][2][6] == "value not known: counted, not compared"
    assert (outcome.result["figures"]["watched"], outcome.result["figures"]["failed"]) == (1, 0)


def test_high_rates_are_watched_for_their_failures(assistant):
    cells_make(assistant, [cell(1000, 950, age="young"), cell(1000, 800, age="old")])
    assert screened(assistant).sentence.startswith(
        "By age, conversations from old were not resolved 4.00 times as often as where that is rarest. This table"
    )


def test_even_groups_pass_and_one_group_is_not_enough(assistant):
    cells_make(assistant, [cell(1000, 900, age="young")])
    assert screened(assistant).state == "insufficient_data"
    cells_make(assistant, [cell(1000, 890, age="old")])
    assert screened(assistant).state == "passed"


def test_pairs_of_attributes_hide_small_cells_and_those_that_would_tell_them(assistant):
    sizes = {("old", "east"): 4, ("old", "west"): 96, ("young", "east"): 60, ("young", "west"): 140}
    cells_make(assistant, [cell(n, n // 2, age=age, region=region) for (age, region), n in sizes.items()])
    tables = {told["title"]: told["rows"] for told in screened(assistant, TWO).result["tables"]}
    assert list(tables) == [f"Impact ratios of resolved by {name}" for name in ("age", "region", "age × region")]
    pairs = tables["Impact ratios of resolved by age × region"]
    assert [row[:2] for row in pairs] == [["unknown × unknown", 300]]
    assert len(screened(assistant, TWO, pairs=False).result["tables"]) == 2


def test_a_larger_table_shows_what_gives_nothing_away(assistant):
    sizes = {
        (age, region): 4 if (age, region) == ("old", "east") else 50 + 10 * i
        for i, (age, region) in enumerate((a, r) for a in ("old", "young", "mid") for r in ("east", "west", "north"))
    }
    cells_make(assistant, [cell(n, n // 2, age=age, region=region) for (age, region), n in sizes.items()])
    pairs = screened(assistant, TWO).result["tables"][2]["rows"]
    shown = {row[0]: row[1] for row in pairs}
    assert len(shown) == 9 - 4 + 1
    assert shown["unknown × unknown"] == sum(sizes.values()) - sum(
        n for label, n in shown.items() if "unk" not in label
    )
    for axis in (0, 1):
        for level in ("old", "young", "mid", "east", "west", "north"):
            hidden = [key for key in sizes if key[axis] == level and " × ".join(key) not in shown]
            assert len(hidden) != 1
