"""The audit of a table as text for a terminal."""

from __future__ import annotations

from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.json_numbers import Range
from audits.engine.bias.sentence import table_sentence
from audits.engine.bias.table import TableAudit
from audits.engine.bias.verdict import Verdict

VERDICT_WORDS = {
    Verdict.DISPARITY: "disparity",
    Verdict.WATCH: "watch",
    Verdict.NO_MATERIAL_DIFFERENCE: "no material difference",
    Verdict.NOT_ENOUGH_DATA: "not enough data",
}

_HEADER = ("group", "n", "rate", "range", "difference", "range", "ratio", "adverse", "p adjusted", "verdict")


def text_report(audit: TableAudit) -> str:
    """Sentence first, then a table of figures for each attribute and pair of attributes."""
    lines = [audit.sentence, ""]
    for table in audit.tables:
        lines += [*_table_lines(table), ""]
        if len(audit.tables) > 1:
            lines += [table_sentence(table, wording=audit.wording), ""]
    family = audit.tables[0].comparisons
    comparisons = f"{family:,} comparison{'' if family == 1 else 's'}"
    lines += [
        f"{audit.cube.rows:,} rows; {audit.cube.without_outcome:,} more without an outcome are left out.",
        f"Ranges of {100 * audit.policy.confidence:g} %; exact p-values, by Holm for {comparisons}.",
    ]
    return "\n".join(lines)


def _table_lines(table: GapTable) -> list[str]:
    rows = [_HEADER, *(_cells(group) for group in table.groups)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    title = f"{' × '.join(table.attributes)}: {VERDICT_WORDS[table.verdict]}"
    return [
        title,
        *("  ".join(_align(cell, i, widths[i]) for i, cell in enumerate(row)).rstrip() for row in rows),
    ]


def _align(cell: str, column: int, width: int) -> str:
    return cell.ljust(width) if column in (0, len(_HEADER) - 1) else cell.rjust(width)


def _cells(group: GroupResult) -> tuple[str, ...]:
    verdict = "reference" if group.is_reference else VERDICT_WORDS[group.verdict]
    if group.excluded:
        verdict += f" ({group.excluded})"
    return (
        group.label,
        f"{group.n:,}",
        _percent(group.rate),
        _percent_range(group.rate_interval),
        "" if group.is_reference else _percent(group.difference),
        "" if group.is_reference else _percent_range(group.difference_interval),
        _plain(group.impact_ratio),
        _plain(group.adverse_ratio),
        "" if group.p_adjusted is None else f"{group.p_adjusted:.2g}",
        verdict,
    )


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{100 * rate:.1f}"


def _percent_range(bounds: Range | None) -> str:
    return "" if bounds is None else f"{100 * bounds[0]:.1f} … {100 * bounds[1]:.1f}"


def _plain(ratio: float | None) -> str:
    return "" if ratio is None or ratio != ratio else f"{ratio:.2f}"
