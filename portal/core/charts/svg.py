"""Building blocks of the charts: elements, text that fits, and numbers in words."""

import hashlib
import math
import re
import unicodedata
from collections.abc import Callable
from typing import Final
from xml.etree import ElementTree as ET

from django.utils.safestring import SafeString, mark_safe

WIDE: Final = 720.0
NARROW: Final = 360.0
NO_DATA: Final = "not enough data"

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Drawing = Callable[[ET.Element, float, str], float]


def clean(text: str) -> str:
    """`text` without the control characters that XML forbids."""
    return _NOT_XML.sub("", text)


def add(parent: ET.Element, tag: str, text: str = "", **attributes: str | float) -> ET.Element:
    """Append an element; `css` becomes class, underscores in names become hyphens."""
    element = ET.SubElement(parent, tag)
    for name, value in attributes.items():
        key = "class" if name == "css" else name.replace("_", "-")
        element.set(key, number(value) if isinstance(value, float | int) else clean(value))
    if text:
        element.text = clean(text)
    return element


def number(value: float) -> str:
    """A coordinate with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def known(value: float | None) -> float | None:
    """`value`, or None where it is missing, NaN or infinite."""
    return value if value is not None and math.isfinite(value) else None


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def text_width(text: str) -> float:
    """The room that `text` takes, estimated at 7 units a column (no font metrics on the server)."""
    return 7.0 * sum(map(_columns, text))


def add_text(
    parent: ET.Element, text: str, *, x: float, y: float, width: float, css: str, anchor: str = "start"
) -> None:
    """A line of text cut to `width`; a text that was cut carries the whole in its <title>."""
    text = clean(text)
    element = add(parent, "text", x=x, y=y, css=css, text_anchor=anchor)
    if text_width(text) <= width:
        element.text = text
        return
    kept = text[: int(width // 7) + 1]  # no sign takes less
    while kept and text_width(kept) + 7 > width:
        kept = kept[:-1]
    add(element, "title", text).tail = kept.rstrip() + "…"


def ticks(low: float, high: float, *, about: int) -> list[float]:
    """Round axis values (steps of 1, 2 or 5 × 10^k) inside [low, high], about `about` of them."""
    rough = (high - low) / max(about, 1)
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * magnitude for factor in (1, 2, 5, 10) if factor * magnitude >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def domain(values: list[float], *, unit: str) -> tuple[float, float]:
    """Axis limits around `values` with a margin; proportions stay inside 0–1."""
    low, high = min(values), max(values)
    margin = max((high - low) * 0.08, 0.01 if unit == "%" else abs(high) * 0.05, 1e-9)
    low, high = low - margin, high + margin
    if unit == "%":
        low, high = max(low, 0.0), min(high, 1.0)
    return low, high


def amount(value: float, *, unit: str, decimals: int = 1) -> str:
    """`value` in words: proportions as per cent, anything else with its unit; never a zero below zero."""
    if unit == "%":
        return _minus(f"{round(value * 100, decimals) + 0.0:.{decimals}f} %")
    return _minus(f"{round(value, decimals) + 0.0:,.{decimals}f} {unit}".rstrip())


def tick_label(value: float, *, unit: str) -> str:
    """An axis label without superfluous decimals."""
    shown = f"{value * 100 if unit == '%' else value:.6g}"
    return _minus(f"{shown} %" if unit == "%" else shown)


def _minus(shown: str) -> str:
    """With a true minus sign, as in the tables."""
    return shown.replace("-", "−")


NOTHING = SafeString("")


def chart(
    kind: str, draw: Drawing, *, title: str, description: str, widths: tuple[float, ...], below: SafeString = NOTHING
) -> SafeString:
    """Draw at each width and join the drawings, with `below` after them; `draw` returns the height it used.

    The ids inside are derived from the content and the width: stable, and unique on a page unless the
    very same chart is shown twice.
    """
    drawings = []
    for width in widths:
        root = ET.Element("svg")
        key = hashlib.sha256(f"{kind}\0{title}\0{description}\0{width}".encode(errors="replace")).hexdigest()[:10]
        size = "" if len(widths) == 1 else " plot__wide" if width == WIDE else " plot__narrow"
        root.set("xmlns", "http://www.w3.org/2000/svg")
        root.set("class", f"plot__drawing plot__drawing--{kind}{size}")
        root.set("role", "img")
        root.set("aria-labelledby", f"{key}-title {key}-desc")
        add(root, "title", title, id=f"{key}-title")
        add(root, "desc", description, id=f"{key}-desc")
        height = draw(root, width, key)
        root.set("viewBox", f"0 0 {number(width)} {number(height)}")
        root.set("fill", "currentColor")
        root.set("font-size", "13")
        drawings.append(ET.tostring(root, encoding="unicode"))
    markup = f'<div class="plot plot--{kind}">{"".join(drawings)}{below}</div>'
    return mark_safe(markup)  # noqa: S308  (every text went through ElementTree, which escapes it)
