"""The audit of a table as text for a terminal: the verdict in words first, then figures, then how they were made."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audits.engine.bias.adjusted_gap import AdjustedGap
from audits.engine.bias.error_rates import IMPOSSIBILITY
from audits.engine.bias.error_table import GroupErrors
from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.groups import group_key
from audits.engine.bias.table.audit import AuditedTable, TableAudit
from audits.engine.bias.table.figures import p_value, percent, percent_range, plain, plain_range, points
from audits.engine.bias.table.notes import method_notes
from audits.engine.bias.table.words import VERDICT_WORDS, between_words
from audits.engine.bias.verdict import Verdict

NARROWEST = 60
MOST_ROWS = 30
_UNLIMITED = 1 << 20
_SPACES = "\u00a0\u202f"  # our own, which Python does not count as printable
_LONGEST_LABEL = 40
_SHORTEST_LABEL = 12
SEVERITY = {verdict: i for i, verdict in enumerate(Verdict)}
"""Sorts verdicts, the worst first."""

Paint = Callable[[str, Verdict], str]
"""Colours a text by a verdict; must not change its words."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of figures; those with the highest `rank` go first where the terminal is too narrow."""

    title: str
    rank: int = 0


_GAPS = (
    _Column("group"),
    _Column("n"),
    _Column("rate %"),
    _Column("range", 4),
    _Column("difference", 0),
    _Column("range", 1),
    _Column("ratio", 2),
    _Column("adverse", 3),
    _Column("p adjusted", 2),
    _Column("verdict"),
)
_ADJUSTED = (
    _Column("group"),
    _Column("difference"),
    _Column("within strata"),
    _Column("range", 1),
    _Column("odds ratio", 2),
    _Column("range", 3),
    _Column("p adjusted", 1),
    _Column("strata alike p", 3),
    _Column("verdict"),
)
_ERRORS = (
    _Column("group"),
    _Column("FPR %"),
    _Column("range", 3),
    _Column("ratio", 2),
    _Column("p", 1),
    _Column("FNR %"),
    _Column("range", 3),
    _Column("ratio", 2),
    _Column("p", 1),
    _Column("verdict"),
)


def text_report(audit: TableAudit, *, width: int | None = None, paint: Paint | None = None) -> str:
    """Sentence first, then a table of figures for each attribute and pair of attributes. With a `width` no line is
    longer, unless a group's name and verdict alone need more: sentences are wrapped and columns left out.

    Tables of more than `MOST_ROWS` groups show the worst of them and say how many are left out.
    """
    width = _UNLIMITED if width is None else max(width, NARROWEST)
    lines = [*_wrapped(audit.sentence, width, audit.verdict, paint), ""]
    for table in audit.tables:
        lines += [*_section(table, width, paint), ""]
        if len(audit.tables) > 1:
            lines += [*_wrapped(table.sentence, width, table.verdict, paint), ""]
    for note in method_notes(audit):
        lines += textwrap.wrap(_printable(note), width)
    if any(table.errors for table in audit.tables):
        lines += ["", *textwrap.wrap(IMPOSSIBILITY, width)]
    return "\n".join(lines)


def _wrapped(sentence: str, width: int, verdict: Verdict, paint: Paint | None) -> list[str]:
    """The sentence in lines, its opening verdict coloured."""
    lines = textwrap.wrap(_printable(sentence), width)
    opening = VERDICT_WORDS[verdict].capitalize()
    if paint is not None and lines and lines[0].startswith(opening):
        lines[0] = paint(opening, verdict) + lines[0].removeprefix(opening)
    return lines


def _section(table: AuditedTable, width: int, paint: Paint | None) -> list[str]:
    gaps = table.gaps
    shown = shown_groups(gaps)
    title = _printable(f"{' × '.join(gaps.attributes)}: {VERDICT_WORDS[table.verdict]}")
    lines = [title if paint is None else paint(title, table.verdict), "─" * min(len(title), width)]
    lines += _figures(_GAPS, [(_gap_cells(group), _coloured(group)) for group in shown], width, paint)
    hidden = len(gaps.groups) - len(shown)
    if hidden:
        more = f"… {hidden:,} more groups; --json and --html have all of them, here are the worst."
        lines += textwrap.wrap(more, width, subsequent_indent="  ")
    for group in shown:
        if group.excluded and group.known:
            note = f"{_short(group.label, _LONGEST_LABEL)}: {group.excluded}"
            lines += textwrap.wrap(note, width, initial_indent="  ", subsequent_indent="    ")
    for sentence in between_words(gaps):
        lines += textwrap.wrap(_printable(sentence), width, initial_indent="  ", subsequent_indent="    ")
    within = [
        (_adjusted_cells(group, group.adjusted), group.adjusted.verdict)
        for group in shown
        if group.adjusted is not None and group.adjusted.strata
    ]
    if within:
        lines += ["", f"within {' × '.join(table.strata)}", *_figures(_ADJUSTED, within, width, paint)]
    if table.errors is not None:
        keys = {group_key(group.levels) for group in shown}
        of_shown = [group for group in table.errors.groups if group_key(group.levels) in keys]
        rows = [(_error_cells(group), _coloured(group)) for group in of_shown]
        lines += ["", "error rates", *_figures(_ERRORS, rows, width, paint)]
    return lines


def shown_groups(gaps: GapTable, most: int = MOST_ROWS) -> list[GroupResult]:
    """All groups; of more than `most` the reference and the worst, by verdict and then by difference."""
    if len(gaps.groups) <= most:
        return list(gaps.groups)
    others = [group for group in gaps.groups if not group.is_reference]
    others.sort(key=lambda g: (SEVERITY[g.verdict], g.difference if g.difference is not None else 1.0))
    return [*filter(None, [gaps.reference]), *others][:most]


def _figures(
    columns: Sequence[_Column], rows: Sequence[tuple[Sequence[str], Verdict | None]], width: int, paint: Paint | None
) -> list[str]:
    """Aligned lines; columns are left out, highest rank first, until they fit the width, then names are cut."""
    cells = [[column.title for column in columns], *([_short(row[0], _LONGEST_LABEL), *row[1:]] for row, _ in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    kept = list(range(len(columns)))
    while sum(widths[i] + 2 for i in kept) - 2 > width:
        droppable = [i for i in kept if columns[i].rank]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda i: (columns[i].rank, i)))
    over = sum(widths[i] + 2 for i in kept) - 2 - width
    if over > 0:
        widths[0] = max(widths[0] - over, _SHORTEST_LABEL)
        cells = [[_short(row[0], widths[0]), *row[1:]] for row in cells]
    last = len(columns) - 1
    lines = []
    for row, verdict in zip(cells, [None, *(verdict for _, verdict in rows)], strict=True):
        aligned = [row[i].ljust(widths[i]) if i in (0, last) else row[i].rjust(widths[i]) for i in kept]
        end = aligned[-1].rstrip()
        aligned[-1] = paint(end, verdict) if paint is not None and verdict is not None else end
        lines.append("  ".join(aligned).rstrip())
    return lines


def _printable(text: str) -> str:
    """The text without what a terminal would obey: names come out of the table."""
    return "".join(sign if sign.isprintable() or sign in _SPACES else "·" for sign in text)


def _short(label: str, longest: int) -> str:
    """The label in one line without control characters, cut to a length."""
    printable = _printable(label)
    return printable if len(printable) <= longest else f"{printable[: longest - 1]}…"


def _gap_cells(group: GroupResult) -> tuple[str, ...]:
    alone = group.is_reference
    return (
        group.label,
        f"{group.n:,}",
        percent(group.rate),
        percent_range(group.rate_interval),
        "" if alone else points(group.difference),
        "" if alone else percent_range(group.difference_interval),
        plain(group.impact_ratio),
        plain(group.adverse_ratio),
        p_value(group.p_adjusted),
        _verdict(group),
    )


def _adjusted_cells(group: GroupResult, adjusted: AdjustedGap) -> tuple[str, ...]:
    risk, odds = adjusted.risk_difference, adjusted.odds_ratio
    homogeneity = adjusted.breslow_day
    return (
        group.label,
        points(group.difference),
        points(risk.value),
        percent_range((risk.lower, risk.upper)),
        plain(odds.value),
        plain_range((odds.lower, odds.upper)),
        p_value(adjusted.p_adjusted),
        p_value(homogeneity.p_value) if homogeneity.degrees_of_freedom else "",
        VERDICT_WORDS[adjusted.verdict] + (", turns round" if adjusted.simpson else ""),
    )


def _error_cells(group: GroupErrors) -> tuple[str, ...]:
    cells: list[str] = [group.label]
    for rate in (group.fpr, group.fnr):
        cells += [percent(rate.rate), percent_range(rate.rate_interval), plain(rate.ratio), p_value(rate.p_adjusted)]
    return (*cells, _verdict(group))


def _verdict(group: GroupResult | GroupErrors) -> str:
    if group.is_reference:
        return "reference"
    return VERDICT_WORDS[group.verdict] if group.known else "not compared"


def _coloured(group: GroupResult | GroupErrors) -> Verdict | None:
    """The verdict to colour a row by; None where it has none."""
    return None if group.is_reference or not group.known else group.verdict
