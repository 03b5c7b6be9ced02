"""Share bar: parts of a whole, such as permitted, denied and unknown consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as ET

from django.utils.safestring import SafeString

from portal.core.charts.svg import NARROW, NO_DATA, WIDE, add, add_text, chart

Kind = Literal["good", "bad", "unknown", "neutral"]


@dataclass(frozen=True, slots=True)
class Share:
    """One part, counted. `kind` chooses colour and pattern: plain, cross-hatched, dotted, striped."""

    label: str
    count: int
    kind: Kind


def bars(shares: Sequence[Share], *, title: str, description: str) -> SafeString:
    """One horizontal bar split by share, with a legend of label, count and per cent below."""
    total = sum(share.count for share in shares)

    def draw(root: ET.Element, width: float, key: str) -> float:
        if total <= 0:
            add_text(root, NO_DATA, x=0, y=24, width=width, css="plot__muted")
            return 40
        definitions = add(root, "defs")
        left = 0.0
        for index, share in enumerate(shares):
            span = share.count / total * width
            fill = _pattern(definitions, share.kind, name=f"{key}-{share.kind}-{index}")
            part = add(root, "rect", x=left, y=0, width=span, height=26, fill=fill, css="plot__share")
            add(part, "title", f"{share.label}: {_figure(share, total)}")
            left += span
        add(
            root,
            "rect",
            x=0.5,
            y=0.5,
            width=width - 1,
            height=25,
            fill="none",
            stroke="currentColor",
            css="plot__frame",
        )
        columns = 1 if width < WIDE else 3
        for index, share in enumerate(shares):
            x, y = index % columns * width / columns, 44 + index // columns * 26
            fill = _pattern(definitions, share.kind, name=f"{key}-legend-{index}")
            add(
                root,
                "rect",
                x=x + 0.5,
                y=y,
                width=14,
                height=14,
                fill=fill,
                stroke="currentColor",
                css="plot__frame",
            )
            text = f"{share.label}  {_figure(share, total)}"
            add_text(root, text, x=x + 24, y=y + 12, width=width / columns - 30, css="plot__legend")
        return 44.0 + -(-len(shares) // columns) * 26

    return chart("bars", draw, title=title, description=description, widths=(WIDE, NARROW))


def _figure(share: Share, total: int) -> str:
    return f"{share.count:,} ({share.count / total * 100:.1f} %)"


def _pattern(definitions: ET.Element, kind: Kind, *, name: str) -> str:
    """Define the fill of a kind and return its reference."""
    pattern = add(
        definitions,
        "pattern",
        id=name,
        width=8,
        height=8,
        patternUnits="userSpaceOnUse",
        css=f"plot__fill--{kind}",
    )
    add(pattern, "rect", width=8, height=8, css="plot__ground", fill_opacity=0.2)
    ink = {"css": "plot__ink", "stroke": "currentColor", "fill": "none"}
    if kind == "bad":
        add(pattern, "path", d="M0 8L8 0M-2 2L2 -2M6 10L10 6M0 0L8 8", **ink, stroke_width=1.5)
    elif kind == "unknown":
        add(pattern, "circle", cx=4, cy=4, r=1.6, css="plot__dots")
    elif kind == "neutral":
        add(pattern, "path", d="M0 4H8", **ink, stroke_width=1.5)
    return f"url(#{name})"
