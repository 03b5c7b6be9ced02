"""Forest plot: one rate with its interval per group, against a reference group."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from django.utils.safestring import SafeString

from portal.core.charts.svg import (
    NARROW,
    NO_DATA,
    WIDE,
    add,
    add_text,
    amount,
    chart,
    domain,
    known,
    number,
    tick_label,
    ticks,
)

_VERDICT_WORDS: Final = {
    "disparity": "disparity",
    "watch": "watch",
    "no_material_difference": "no material difference",
    "not_enough_data": NO_DATA,
}


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One group. `rate`, `low` and `high` are proportions in [0, 1] where the unit is "%".

    `verdict` is disparity, watch, no_material_difference, not_enough_data, or empty for none.
    A row without a rate or an interval is drawn as "not enough data".
    """

    label: str
    rate: float | None
    low: float | None
    high: float | None
    n: int
    reference: bool = False
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things go: three columns when wide, figures above the interval when narrow."""

    width: float
    left: float
    right: float
    row: float
    low: float
    high: float

    @property
    def stacked(self) -> bool:
        return self.width < WIDE

    @classmethod
    def of(cls, width: float, *, low: float, high: float) -> "_Layout":
        if width < WIDE:
            return cls(width=width, left=20, right=width - 20, row=74, low=low, high=high)
        return cls(width=width, left=250, right=570, row=44, low=low, high=high)

    def x(self, value: float) -> float:
        return self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)

    def track(self, index: int) -> float:
        """The y of a row's interval line."""
        return index * self.row + (56 if self.stacked else self.row / 2)

    def tracks(self, count: int) -> list[tuple[float, float]]:
        """Top and bottom of each stretch that grid and reference cross: never through text."""
        if not self.stacked:
            return [(0, count * self.row)]
        return [(self.track(index) - 11, self.track(index) + 11) for index in range(count)]


def forest_plot(
    rows: Sequence[ForestRow], *, title: str, description: str, unit: str = "%", axis_holds: Sequence[float] = ()
) -> SafeString:
    """Rate with interval per group; a dashed line and a band mark the reference group.

    Units other than "%" show the numbers as they are, followed by the unit. `axis_holds` are further values that the
    axis must reach, so that two plots side by side have one scale.
    """

    def draw(root: ET.Element, width: float, key: str) -> float:
        values = [v for row in rows for v in map(known, (row.rate, row.low, row.high)) if v is not None]
        if values:
            values += axis_holds
        else:
            add_text(root, NO_DATA, x=0, y=24, width=width, css="plot__muted")
            return 40
        low, high = domain(values, unit=unit)
        layout = _Layout.of(width, low=low, high=high)
        _draw_axis(root, layout, rows=len(rows), unit=unit)
        reference = next((row for row in rows if row.reference), None)
        if reference is not None:
            _draw_reference(root, layout, reference, rows=len(rows))
        for index, row in enumerate(rows):
            _draw_row(root, layout, row, index=index, unit=unit)
        return len(rows) * layout.row + 32

    return chart("forest", draw, title=title, description=description, widths=(WIDE, NARROW))


def _draw_axis(root: ET.Element, layout: _Layout, *, rows: int, unit: str) -> None:
    bottom = rows * layout.row
    for value in ticks(layout.low, layout.high, about=4 if layout.stacked else 6):
        x = layout.x(value)
        for top, end in layout.tracks(rows):
            add(
                root,
                "line",
                x1=x,
                x2=x,
                y1=top,
                y2=end,
                css="plot__grid",
                stroke="currentColor",
                stroke_opacity=0.15,
            )
        label = tick_label(value, unit=unit)
        add_text(root, label, x=x, y=bottom + 20, width=90, css="plot__axis", anchor="middle")


def _draw_reference(root: ET.Element, layout: _Layout, row: ForestRow, *, rows: int) -> None:
    rate, low, high = known(row.rate), known(row.low), known(row.high)
    for top, bottom in layout.tracks(rows):
        if low is not None and high is not None:
            left, width = layout.x(low), layout.x(high) - layout.x(low)
            add(
                root,
                "rect",
                x=left,
                y=top,
                width=width,
                height=bottom - top,
                css="plot__band",
                fill_opacity=0.08,
            )
        if rate is not None:
            x = layout.x(rate)
            add(
                root,
                "line",
                x1=x,
                x2=x,
                y1=top,
                y2=bottom,
                css="plot__reference",
                stroke="currentColor",
                stroke_dasharray="4 3",
            )


def _draw_row(root: ET.Element, layout: _Layout, row: ForestRow, *, index: int, unit: str) -> None:
    top, y = index * layout.row, layout.track(index)
    rate, low, high = known(row.rate), known(row.low), known(row.high)
    measured = None not in (rate, low, high)
    notes = [f"n {row.n:,}"]
    if row.reference:
        notes.append("reference")
    if row.verdict and measured:
        notes.append(_VERDICT_WORDS.get(row.verdict, row.verdict.replace("_", " ")))
    label_width = layout.width - 120 if layout.stacked else layout.left - 20
    add_text(root, row.label, x=0, y=top + 18, width=label_width, css="plot__label")
    add_text(root, " · ".join(notes), x=0, y=top + 35, width=label_width + 20, css="plot__muted")
    if rate is None or low is None or high is None:
        add_text(root, NO_DATA, x=layout.width, y=top + 18, width=140, css="plot__muted", anchor="end")
        return
    figure, interval = _signed(rate, unit=unit), _range_words(low, high, unit=unit)
    add_text(root, figure, x=layout.width, y=top + 18, width=110, css="plot__figure", anchor="end")
    if low < high:  # what is compared with itself has no range
        add_text(root, interval, x=layout.width, y=top + 35, width=140, css="plot__muted", anchor="end")
    look = "reference" if row.reference else row.verdict or "plain"
    mark = add(root, "g", css=f"plot__mark plot__mark--{look}", stroke="currentColor", stroke_width=2)
    add(mark, "line", x1=layout.x(low), x2=layout.x(high), y1=y, y2=y)
    for end in (low, high):
        add(mark, "line", x1=layout.x(end), x2=layout.x(end), y1=y - 4, y2=y + 4)
    _draw_shape(mark, look, x=layout.x(rate), y=y)


def _range_words(low: float, high: float, *, unit: str) -> str:
    """ "3.1–4.2 %", "−3.1 to +4.2" under a figure in points: a dash beside a minus would be misread."""
    first, last = (_signed(bound, unit=unit).removesuffix(f" {unit}") for bound in (low, high))
    return f"{first}–{last} %" if unit == "%" else f"{first} to {last}"


def _signed(value: float, *, unit: str) -> str:
    """A rate as it is; anything else is a difference, whose sign is told."""
    shown = amount(value, unit=unit)
    return f"+{shown}" if unit != "%" and round(value, 1) > 0 else shown


def _draw_shape(parent: ET.Element, look: str, *, x: float, y: float) -> None:
    """A shape per verdict, so that the verdict is legible without colour."""
    if look == "reference":
        add(parent, "rect", x=x - 5, y=y - 5, width=10, height=10)
    elif look == "disparity":
        add(parent, "path", d=f"M{number(x)} {number(y - 8)}l8 8l-8 8l-8-8z")
    elif look == "watch":
        add(parent, "path", d=f"M{number(x)} {number(y - 8)}l8 14h-16z")
    elif look == "not_enough_data":
        add(parent, "circle", cx=x, cy=y, r=5.5, css="plot__hollow", fill="none")
    else:
        add(parent, "circle", cx=x, cy=y, r=6)
