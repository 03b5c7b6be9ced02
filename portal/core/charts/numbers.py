"""The numbers that a line is drawn from, for who cannot see it or wants to copy them."""

from collections.abc import Iterable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.core.charts.svg import clean


def numbers_behind(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> SafeString:
    """A table that opens below its chart. The first cell of a row is its heading; the others are numbers."""
    body = [
        (clean(row[0]), format_html_join("", '<td class="num">{}</td>', ((clean(cell),) for cell in row[1:])))
        for row in rows
    ]
    if not body:
        return SafeString("")
    return format_html(
        '<details class="plot-data"><summary>Numbers of this chart</summary>'
        '<div class="table-scroll" tabindex="0" role="region" aria-label="{}">'
        '<table class="table table-sm data-table"><thead><tr><th scope="col">{}</th>{}</tr></thead>'
        "<tbody>{}</tbody></table></div></details>",
        clean(f"Numbers: {title}"),
        head[0],
        format_html_join("", '<th class="num" scope="col">{}</th>', ((cell,) for cell in head[1:])),
        format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', body),
    )
