"""Lines over time: a trend with its interval band and release markers, and the sparkline."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from django.utils.safestring import SafeString

from portal.core.charts.numbers import numbers_behind
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
    text_width,
    tick_label,
    ticks,
)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A value on a day, with its interval where there is one; None leaves a gap in the line."""

    at: datetime.date
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class TrendMarker:
    """Something that happened on a day, such as a release."""

    at: datetime.date
    label: str


@dataclass(frozen=True, slots=True)
class _Scale:
    left: float
    right: float
    top: float
    bottom: float
    first: datetime.date
    last: datetime.date
    low: float
    high: float

    def x(self, day: datetime.date) -> float:
        span = (self.last - self.first).days
        share = (day - self.first).days / span if span else 0.5
        return self.left + share * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


def trend(
    points: Sequence[TrendPoint],
    *,
    title: str,
    description: str,
    markers: Sequence[TrendMarker] = (),
    unit: str = "%",
    numbers: bool = True,
) -> SafeString:
    """Values over time with their interval band; markers outside the points' days are left out.

    Without `numbers`, the page has a table of its own for them.
    A marker without room for its label beside its neighbours keeps it as a tooltip.
    """
    ordered = sorted(points, key=lambda point: point.at)

    def draw(root: ET.Element, width: float, key: str) -> float:
        values = [v for p in ordered for v in map(known, (p.value, p.low, p.high)) if v is not None]
        if not values:
            add_text(root, NO_DATA, x=0, y=24, width=width, css="plot__muted")
            return 40
        low, high = domain(values, unit=unit)
        scale = _Scale(
            left=52,
            right=width - 14,
            top=26 if markers else 10,
            bottom=200,
            first=ordered[0].at,
            last=ordered[-1].at,
            low=low,
            high=high,
        )
        _draw_axes(root, scale, unit=unit, narrow=width < WIDE)
        _draw_markers(root, scale, markers)
        for stretch in _stretches(ordered):
            _draw_stretch(root, scale, stretch)
        return 228

    rows = [
        [f"{one.at:%-d %b %Y}", *("–" if value is None else amount(value, unit=unit) for value in _known(one))]
        for one in ordered
    ]
    below = numbers_behind(title, ("Day", "Value", "From", "To"), rows if numbers else [])
    return chart("trend", draw, title=title, description=description, widths=(WIDE, NARROW), below=below)


def evidence_curve(
    points: Sequence[TrendPoint],
    *,
    alarm: float,
    title: str,
    description: str,
    markers: Sequence[TrendMarker] = (),
) -> SafeString:
    """Evidence "to 1" over time on a log scale, with a line where the alarm is; values are powers of ten.

    `alarm` and the points' values are log10; what lies beyond a thousandth or a million is drawn there.
    """
    ordered = [
        TrendPoint(point.at, None if point.value is None else min(max(point.value, -3.0), 6.0))
        for point in sorted(points, key=lambda point: point.at)
    ]

    def draw(root: ET.Element, width: float, key: str) -> float:
        values = [value for value in (known(point.value) for point in ordered) if value is not None]
        if not values:
            add_text(root, NO_DATA, x=0, y=24, width=width, css="plot__muted")
            return 40
        low, high = min(*values, -1.0, alarm), max(*values, alarm) + 0.3
        first, last = ordered[0].at, ordered[-1].at
        scale = _Scale(58, width - 14, 26 if markers else 10, 200, first, last, low, high)
        powers = [power for power in range(-3, 7) if low <= power <= high]
        _draw_levels(
            root, scale, [(float(power), f"{10.0**power:,.3g}" if power < 3 else f"{10**power:,}") for power in powers]
        )
        _draw_days(root, scale, narrow=width < WIDE)
        _draw_markers(root, scale, markers)
        y = _draw_across(root, scale, alarm, css="plot__alarm", stroke_dasharray="6 3")
        label = f"alarm at {10**alarm:.0f} to 1"
        add_text(root, label, x=scale.left + 4, y=y - 5, width=text_width(label) + 8, css="plot__muted")
        for stretch in _stretches(ordered):
            _draw_stretch(root, scale, stretch)
        return 228

    rows = [[f"{one.at:%-d %b %Y}", _to_one(known(one.value))] for one in sorted(points, key=lambda one: one.at)]
    below = numbers_behind(title, ("Day", "Evidence"), rows)
    return chart("trend", draw, title=title, description=description, widths=(WIDE, NARROW), below=below)


def _known(point: TrendPoint) -> list[float | None]:
    return [known(value) for value in (point.value, point.low, point.high)]


def _to_one(power: float | None) -> str:
    """ "0.013 to 1", "550 to 1" from its log10."""
    if power is None:
        return "–"
    if power > 6:
        return "more than a million to 1"
    return f"{10**power:,.0f} to 1" if power >= 2 else f"{10**power:#.2g} to 1".replace(". to", " to")


def _draw_axes(root: ET.Element, scale: _Scale, *, unit: str, narrow: bool) -> None:
    levels = ticks(scale.low, scale.high, about=4)
    _draw_levels(root, scale, [(value, tick_label(value, unit=unit)) for value in levels])
    _draw_days(root, scale, narrow=narrow)


def _draw_levels(root: ET.Element, scale: _Scale, levels: Sequence[tuple[float, str]]) -> None:
    for value, label in levels:
        y = _draw_across(root, scale, value, css="plot__grid", stroke_opacity=0.15)
        add_text(root, label, x=scale.left - 8, y=y + 4, width=60, css="plot__axis", anchor="end")


def _draw_across(root: ET.Element, scale: _Scale, value: float, *, css: str, **look: str | float) -> float:
    """A line from edge to edge at a value; returns how far down it lies."""
    y = scale.y(value)
    add(root, "line", "", x1=scale.left, x2=scale.right, y1=y, y2=y, css=css, stroke="currentColor", **look)
    return y


def _draw_days(root: ET.Element, scale: _Scale, *, narrow: bool) -> None:
    days = (scale.last - scale.first).days
    parts = min(days, 2 if narrow else 4)
    for part in range(parts + 1):
        day = scale.first + datetime.timedelta(days=round(days * part / parts) if parts else 0)
        anchor = "middle" if not parts else "start" if part == 0 else "end" if part == parts else "middle"
        add_text(
            root,
            f"{day:%-d %b %y}",
            x=scale.x(day),
            y=scale.bottom + 20,
            width=90,
            css="plot__axis",
            anchor=anchor,
        )


def _draw_markers(root: ET.Element, scale: _Scale, markers: Sequence[TrendMarker]) -> None:
    shown = sorted((m for m in markers if scale.first <= m.at <= scale.last), key=lambda marker: marker.at)
    taken = scale.left
    for index, marker in enumerate(shown):
        x = scale.x(marker.at)
        following = scale.x(shown[index + 1].at) - 8 if index + 1 < len(shown) else scale.right
        group = add(root, "g", css="plot__marker")
        add(group, "title", f"{marker.label}, {marker.at:%-d %b %Y}")
        dashes = {"stroke": "currentColor", "stroke_dasharray": "3 3"}
        add(group, "line", x1=x, x2=x, y1=scale.top - 8, y2=scale.bottom, css="plot__release", **dashes)
        add(group, "path", d=f"M{number(x - 5)} {number(scale.top - 14)}h10l-5 7z")
        y, needed = scale.top - 8, text_width(marker.label) + 8
        if following - x - 8 >= needed:
            add_text(group, marker.label, x=x + 8, y=y, width=needed, css="plot__muted")
            taken = x + 8 + needed
        elif x - 8 - taken >= needed:
            add_text(group, marker.label, x=x - 8, y=y, width=needed, css="plot__muted", anchor="end")
            taken = x


def _stretches(points: Sequence[TrendPoint]) -> list[list[TrendPoint]]:
    """Runs of neighbouring points that have a value."""
    runs: list[list[TrendPoint]] = [[]]
    for point in points:
        if known(point.value) is not None:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in places)


def _draw_stretch(root: ET.Element, scale: _Scale, points: Sequence[TrendPoint]) -> None:
    lower = [(scale.x(p.at), scale.y(v)) for p in points if (v := known(p.low)) is not None]
    upper = [(scale.x(p.at), scale.y(v)) for p in points if (v := known(p.high)) is not None]
    if lower and upper:
        add(root, "path", d=_path([*upper, *reversed(lower)]) + "Z", css="plot__band", fill_opacity=0.12)
    line = [(scale.x(p.at), scale.y(v)) for p in points if (v := known(p.value)) is not None]
    add(root, "path", d=_path(line), css="plot__line", fill="none", stroke="currentColor", stroke_width=2)
    dots = line if len(line) <= 31 else line[-1:]
    for x, y in dots:
        add(root, "circle", cx=x, cy=y, r=3, css="plot__dot")


def sparkline(values: Sequence[float | None], *, title: str, description: str) -> SafeString:
    """The shape of a series without axes, its last value marked; None leaves a gap."""

    def draw(root: ET.Element, width: float, key: str) -> float:
        present = [v for v in map(known, values) if v is not None]
        if not present:
            add_text(root, NO_DATA, x=0, y=20, width=width, css="plot__muted")
            return 30
        low, span = min(present), (max(present) - min(present)) or 1.0
        step = (width - 8) / max(len(values) - 1, 1)
        flat = max(present) == min(present)
        run: list[tuple[float, float]] = []
        places: list[tuple[float, float]] = []
        for index, value in enumerate(map(known, values)):
            if value is None:
                _draw_run(root, run)
                run = []
                continue
            run.append((4 + index * step, 15.0 if flat else 26 - (value - low) / span * 22))
            places.append(run[-1])
        _draw_run(root, run)
        add(root, "circle", cx=places[-1][0], cy=places[-1][1], r=3, css="plot__dot")
        return 30

    return chart("spark", draw, title=title, description=description, widths=(140.0,))


def _draw_run(root: ET.Element, run: Sequence[tuple[float, float]]) -> None:
    if len(run) > 1:
        add(root, "path", d=_path(run), css="plot__line", fill="none", stroke="currentColor", stroke_width=2)
