"""The audit of a table as one page that needs nothing else: no script, nothing loaded, ready to print."""

from __future__ import annotations

from pathlib import Path

from django.template import Context, Engine
from django.utils.safestring import SafeString, mark_safe

from audits.engine.bias.error_rates import IMPOSSIBILITY
from audits.engine.bias.table.audit import TableAudit
from audits.engine.bias.table.figures import percent
from audits.engine.bias.table.notes import data_notes, test_notes
from audits.engine.bias.verdict import Policy
from audits.reports.table_sections import Shown, section
from portal import __version__
from portal.core.badges import beside_badge

_HERE = Path(__file__).parent
_CHARTS = _HERE.parents[1] / "static" / "css" / "charts.css"
_MOST_NAMED = 8
_QUESTIONS = {
    "aggregate": "Do groups get the favourable outcome at different rates?",
    "within strata": "Do they still within the same stratum?",
    "error rates": "Is the outcome wrong equally often?",
}


def table_page(audit: TableAudit, *, source: str, command: str) -> str:
    """The page as HTML. `source` names the file that was audited, `command` makes the page again."""
    engine = Engine(dirs=[str(_HERE)], autoescape=True)
    context = {
        "version": __version__,
        "css": _style(),
        "source": source,
        "outcome": audit.cube.columns.outcome,
        "heading": f"{audit.cube.columns.outcome} by {', '.join(audit.cube.columns.groups)}",
        "verdict": Shown.of(audit.verdict),
        "sentence": beside_badge(audit.sentence, audit.verdict),
        "questions": [
            {"name": name.capitalize(), "asks": _QUESTIONS[name], "verdict": Shown.of(verdict)}
            for name, verdict in audit.answers().items()
        ],
        "tables": [section(audit, table) for table in audit.tables],
        "data_notes": data_notes(audit),
        "test_notes": test_notes(audit),
        "left_out": _left_out(audit),
        "thresholds": _thresholds(audit.policy),
        "impossibility": IMPOSSIBILITY if audit.cube.truth is not None else "",
        "command": command,
    }
    return engine.get_template("table_page.html").render(Context(context, use_l10n=False))


def _style() -> SafeString:
    sheets = (_HERE / "table_page.css", _CHARTS)
    return mark_safe("\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets))  # noqa: S308  (our own files)


def _left_out(audit: TableAudit) -> list[str]:
    cube = audit.cube
    notes = []
    if cube.without_outcome:
        notes.append(f"{cube.without_outcome:,} rows without an outcome: in no figure.")
    if cube.without_truth:
        notes.append(f"{cube.without_truth:,} rows without a truth: in no error rate.")
    for table in audit.tables:
        gaps = table.gaps
        title = " × ".join(gaps.attributes)
        if gaps.unknown_n:
            share = percent(gaps.unknown_share)
            notes.append(f"{title}: {gaps.unknown_n:,} rows ({share} %) of unknown value: shown, not compared.")
        small = [group for group in gaps.groups if group.excluded and group.known]
        if small:
            names = ", ".join(group.label for group in small[:_MOST_NAMED])
            more = f" and {len(small) - _MOST_NAMED} more" if len(small) > _MOST_NAMED else ""
            notes.append(f"{title}: {names}{more}: too small a share for a ratio, compared by difference alone.")
        untested = [group for group in gaps.groups if group.known and not group.is_reference and not group.tested]
        if untested:
            few = gaps.policy.small_cell
            notes.append(f"{title}: {len(untested):,} of the groups have fewer than {few} members: shown, not tested.")
    return notes


def _thresholds(policy: Policy) -> list[tuple[str, str]]:
    return [
        ("Chance of a false disparity in the audit (alpha)", f"{policy.alpha:g}"),
        ("Smallest difference that matters (delta), points", f"{100 * policy.delta:g}"),
        ("Favourable ratio under", f"{policy.impact_ratio:g}"),
        ("Adverse ratio over", f"{policy.adverse_ratio:g}"),
        ("Coverage of ranges, %", f"{100 * policy.confidence:g}"),
        ("Power at which detectable differences are stated, %", f"{100 * policy.power:g}"),
        ("Members of a reference or of a watched group, at least", f"{policy.minimum_n}"),
        ("Members of a tested group, at least", f"{policy.small_cell}"),
        ("Share of known members for a ratio, at least, %", f"{100 * policy.minimum_share:g}"),
    ]
