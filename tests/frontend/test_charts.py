"""The charts are valid, escaped SVG without style attributes, and say so when data is missing."""

import datetime
import math
import re
import time
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from portal.core.charts import (
    ForestRow,
    Share,
    TrendMarker,
    TrendPoint,
    bars,
    evidence_curve,
    forest_plot,
    sparkline,
    trend,
)

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "<b onclick='x'>\"A & B\"</b>\x00"
DAY = datetime.date(2026, 3, 1)

GERMAN = ForestRow("German", rate=0.8, low=0.7, high=0.9, n=1204, reference=True)
POLISH = ForestRow("Polish", rate=0.7, low=0.6, high=0.8, n=388, verdict="disparity")


def days(*values: float | None) -> list[TrendPoint]:
    return [
        TrendPoint(at=DAY + datetime.timedelta(days=index), value=value, low=value, high=value)
        for index, value in enumerate(values)
    ]


def parse(markup: str) -> ET.Element:
    return ET.fromstring(markup)


def drawings(markup: str) -> list[ET.Element]:
    return parse(markup).findall(f"{SVG}svg")


def texts(drawing: ET.Element) -> list[str]:
    """What is written in a drawing; the tooltip of a cut text is not."""
    return [
        (element.text or "") + "".join(child.tail or "" for child in element) for element in drawing.iter(f"{SVG}text")
    ]


CHARTS: dict[str, tuple[Callable[[str], str], int]] = {
    "forest": (
        lambda text: forest_plot(
            [GERMAN, ForestRow(text, 0.5, 0.4, 0.6, 9, verdict=text)], title=text, description=text
        ),
        2,
    ),
    "trend": (
        lambda text: trend(days(0.5, 0.6), markers=[TrendMarker(DAY, text)], title=text, description=text, unit=text),
        2,
    ),
    "bars": (lambda text: bars([Share(text, 3, "bad")], title=text, description=text), 2),
    "spark": (lambda text: sparkline([1, 2], title=text, description=text), 1),
}


@pytest.mark.parametrize("name", CHARTS)
def test_chart_is_valid_xml_with_title_description_and_scalable_size(name: str) -> None:
    draw, count = CHARTS[name]
    found = drawings(draw("Plain"))
    assert len(found) == count
    for drawing in found:
        title, description = drawing.findall(f"{SVG}title")[0], drawing.findall(f"{SVG}desc")[0]
        assert (title.text, description.text) == ("Plain", "Plain")
        assert drawing.get("role") == "img"
        assert drawing.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert drawing.get("viewBox", "").startswith("0 0 ")
        assert (drawing.get("width"), drawing.get("height")) == (None, None)


@pytest.mark.parametrize("name", CHARTS)
def test_chart_escapes_what_it_is_given(name: str) -> None:
    markup = CHARTS[name][0](NASTY)
    assert drawings(markup)[0].findall(f"{SVG}title")[0].text == NASTY.removesuffix("\x00")
    assert {element.tag.removeprefix(SVG) for element in parse(markup).iter()}.isdisjoint({"b", "script"})


@pytest.mark.parametrize("name", CHARTS)
def test_chart_has_no_style_and_no_handlers(name: str) -> None:
    elements = list(parse(CHARTS[name][0]("Plain")).iter())
    forbidden = [key for element in elements for key in element.attrib if key == "style" or key.startswith("on")]
    assert forbidden == []


@pytest.mark.parametrize("name", CHARTS)
def test_chart_ids_are_unique_and_references_resolve(name: str) -> None:
    elements = list(parse(CHARTS[name][0]("Plain")).iter())
    ids = [element.get("id") for element in elements if element.get("id")]
    assert len(ids) == len(set(ids))
    fills = {element.get("fill", "") for element in elements}
    assert {fill[5:-1] for fill in fills if fill.startswith("url(#")} <= set(ids)


@pytest.mark.parametrize(
    "markup",
    [
        forest_plot([], title="t", description="d"),
        forest_plot([ForestRow("A", None, None, None, 0)], title="t", description="d"),
        trend([], title="t", description="d"),
        trend(days(None, math.nan), title="t", description="d"),
        bars([], title="t", description="d"),
        bars([Share("A", 0, "good")], title="t", description="d"),
        sparkline([], title="t", description="d"),
        sparkline([None, math.inf], title="t", description="d"),
    ],
)
def test_chart_without_numbers_says_not_enough_data(markup: str) -> None:
    assert [texts(drawing) for drawing in drawings(markup)] == [["not enough data"]] * len(drawings(markup))


def test_forest_row_shows_label_count_verdict_rate_and_interval() -> None:
    wide, narrow = drawings(forest_plot([GERMAN, POLISH], title="t", description="d"))
    expected = [
        "German",
        "n 1,204 · reference",
        "80.0 %",
        "70.0–90.0 %",
        "Polish",
        "n 388 · disparity",
        "70.0 %",
        "60.0–80.0 %",
    ]
    assert texts(wide)[-8:] == expected
    assert texts(narrow)[-8:] == expected


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
@pytest.mark.parametrize("field", ["rate", "low", "high"])
def test_forest_row_without_a_number_is_marked_and_never_drawn(field: str, missing: float | None) -> None:
    numbers: dict[str, float | None] = {"rate": 0.5, "low": 0.4, "high": 0.6, field: missing}
    row = ForestRow("Tiny", n=3, verdict="not_enough_data", **numbers)
    markup = forest_plot([GERMAN, row], title="t", description="d")
    for drawing in drawings(markup):
        assert texts(drawing)[-3:] == ["Tiny", "n 3", "not enough data"]
        marks = [element for element in drawing.iter(f"{SVG}g") if "plot__mark" in element.get("class", "")]
        assert len(marks) == 1
    assert "nan" not in markup
    assert "inf" not in markup


def test_forest_verdicts_differ_by_shape_not_only_by_colour() -> None:
    verdicts = ["disparity", "watch", "no_material_difference", "not_enough_data"]
    rows = [ForestRow(verdict, 0.5, 0.4, 0.6, 9, verdict=verdict) for verdict in verdicts]
    wide = drawings(forest_plot([GERMAN, *rows], title="t", description="d"))[0]
    shapes = set()
    for group in wide.findall(f"{SVG}g"):
        shape = group[-1]
        outline = (shape.get("d") or "").partition("l")[2]
        shapes.add((shape.tag, outline, shape.get("fill")))
    assert len(shapes) == 5


def test_forest_places_rates_in_proportion() -> None:
    rows = [ForestRow(str(rate), rate, rate, rate, 9) for rate in (0.2, 0.4, 0.8)]
    wide = drawings(forest_plot(rows, title="t", description="d"))[0]
    first, second, third = [float(circle.get("cx", "")) for circle in wide.iter(f"{SVG}circle")]
    assert (third - second) / (second - first) == pytest.approx(2, abs=0.001)


def test_long_label_is_cut_and_keeps_the_whole_text_as_tooltip() -> None:
    label = "Brazilian Portuguese as spoken in the north-east, colloquial register"
    row = ForestRow(label, 0.5, 0.4, 0.6, 9)
    wide = drawings(forest_plot([row], title="t", description="d"))[0]
    cut = next(element for element in wide.iter(f"{SVG}text") if element.find(f"{SVG}title") is not None)
    tooltip = cut[0]
    assert tooltip.text == label
    assert tooltip.tail is not None
    assert tooltip.tail.endswith("…")
    assert label.startswith(tooltip.tail.removesuffix("…"))


def test_label_without_end_is_cut_at_once() -> None:
    began = time.process_time()
    drawn = drawings(forest_plot([ForestRow("x" * 20_000, 0.5, 0.4, 0.6, 9)], title="t", description="d"))[0]
    assert time.process_time() - began < 5
    tails = [element[0].tail or "" for element in drawn.iter(f"{SVG}text") if len(element)]
    assert [set(tail) for tail in tails] == [{"x", "…"}]


def test_trend_breaks_the_line_where_a_value_is_missing() -> None:
    wide = drawings(trend(days(0.5, 0.6, None, 0.7, 0.8), title="t", description="d"))[0]
    lines = [path.get("d", "") for path in wide.iter(f"{SVG}path") if path.get("class") == "plot__line"]
    assert [line.count("L") + 1 for line in lines] == [2, 2]


def test_trend_marks_releases_inside_its_days_only() -> None:
    markers = [
        TrendMarker(DAY + datetime.timedelta(days=2), "Release 2"),
        TrendMarker(DAY - datetime.timedelta(days=1), "Release 1"),
    ]
    wide = drawings(trend(days(*[0.5] * 9), markers=markers, title="t", description="d"))[0]
    marks = [group[0].text for group in wide.iter(f"{SVG}g") if group.get("class") == "plot__marker"]
    assert marks == ["Release 2, 3 Mar 2026"]


def test_lines_have_their_numbers_in_a_table() -> None:
    drawn = parse(evidence_curve(days(-2.0, 0.0, 1.5, 7.0), alarm=1.3, title="t", description="d"))
    cells = [[cell.text for cell in row] for row in drawn.iter("tr")]
    assert cells[0] == ["Day", "Evidence"]
    assert [row[1] for row in cells[1:]] == ["0.010 to 1", "1.0 to 1", "32 to 1", "more than a million to 1"]
    drawn = parse(trend(days(0.5, None), title="t", description="d"))
    assert [cell.text for cell in list(drawn.iter("tr"))[1]][:2] == ["1 Mar 2026", "50.0 %"]
    assert list(parse(trend([], title="t", description="d")).iter("table")) == []


def test_a_page_with_a_table_of_its_own_gets_no_second_one() -> None:
    points = [TrendPoint(datetime.date(2026, 1, day), day / 10) for day in (1, 2)]
    drawn = trend(points, title="Rate", description="By day.", numbers=False)
    assert "<svg" in drawn
    assert "Numbers of this chart" not in drawn


def test_trend_of_a_single_day_is_drawn() -> None:
    for drawing in drawings(trend(days(0.5), title="t", description="d")):
        assert "1 Mar 26" in texts(drawing)
        assert len(list(drawing.iter(f"{SVG}circle"))) == 1


def test_bars_split_the_width_by_share_with_a_pattern_each() -> None:
    shares = [Share("Permitted", 60, "good"), Share("Denied", 30, "bad"), Share("Unknown", 10, "unknown")]
    wide = drawings(bars(shares, title="t", description="d"))[0]
    parts = [rect for rect in wide.iter(f"{SVG}rect") if rect.get("class") == "plot__share"]
    assert [part.get("width") for part in parts] == ["432", "216", "72"]
    assert len({part.get("fill") for part in parts}) == 3
    assert texts(wide) == ["Permitted  60 (60.0 %)", "Denied  30 (30.0 %)", "Unknown  10 (10.0 %)"]


def test_numbers_below_zero_have_a_true_minus_and_zero_has_none():
    shown = str(
        forest_plot(
            [ForestRow("Older", -12.34, -15.0, -0.01, 100), ForestRow("Same", -0.04, -1.0, 1.0, 100)],
            title="Difference",
            description="Two groups.",
            unit="points",
        )
    )
    assert "−12.3 points" in shown
    assert "−15.0 to 0.0" in shown
    assert not re.findall(r">-|−0\.0", shown)
