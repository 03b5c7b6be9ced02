"""How an audit of a table was made: what its figures rest on, one plain note each. For text and page alike."""

from __future__ import annotations

from audits.engine.bias.table.audit import TableAudit
from audits.engine.bias.table.cube import Answer, Cube


def method_notes(audit: TableAudit) -> list[str]:
    """Rows and what was left out, what counted as favourable, the tests, and the bars of the verdict."""
    return [*data_notes(audit), *test_notes(audit)]


def data_notes(audit: TableAudit) -> list[str]:
    """What was counted, what was not, and which value of the outcome is which."""
    cube = audit.cube
    left_out = f"; {cube.without_outcome:,} more without an outcome are left out" if cube.without_outcome else ""
    notes = [
        f"{cube.rows:,} rows{left_out}. Read as {cube.form.name}.",
        _answer_note(cube.columns.outcome, cube.outcome),
        *_spelling_notes(cube),
    ]
    if cube.truth is not None and cube.columns.truth is not None:
        notes.append(_answer_note(cube.columns.truth, cube.truth))
        unknown = f" {cube.without_truth:,} rows without a truth are in no error rate." if cube.without_truth else ""
        notes.append(
            "A false positive is an unfavourable outcome where the truth was favourable; a false negative is a "
            f"favourable outcome where the truth was unfavourable.{unknown}"
        )
    return notes


def test_notes(audit: TableAudit) -> list[str]:
    """Intervals, tests, families and the bars of the verdict."""
    policy = audit.policy
    comparisons = _counted(audit.comparisons, "comparison")
    notes = [
        f"Ranges hold {100 * policy.confidence:g} %: Wilson for rates, Newcombe (method 10) for differences. P-values "
        f"are Fisher's exact test, adjusted by Holm for {comparisons}: all tables are one family."
    ]
    if audit.cube.columns.strata:
        notes.append(
            "Within strata: Mantel–Haenszel risk difference and odds ratio, Cochran–Mantel–Haenszel test with "
            "continuity correction, adjusted as a family of their own. Hold equal only what was fixed before the "
            "outcome."
        )
    if audit.cube.truth is not None:
        errors = audit.tables[0].errors
        tested = _counted(errors.comparisons if errors else 0, "test")
        notes.append(
            "Error rates have denominators of their own (FPR: favourable truths, FNR: unfavourable ones), exact tests "
            f"adjusted by Holm for {tested}, a family of their own."
        )
    if len(audit.levels) > 1:
        parts = ", ".join(f"{question} at {level:.2g}" for question, level in audit.levels.items())
        notes.append(
            f"The questions share the chance of a false disparity, {policy.alpha:g}, by Holm's method once more, which "
            f"judges {parts}. A disparity that its question does not bear is to watch."
        )
    notes.append(
        f"Disparity: adjusted p ≤ {policy.alpha:g} and an effect of {100 * policy.delta:g} points or more, a "
        f"favourable ratio under {policy.impact_ratio:g} or an adverse ratio over {policy.adverse_ratio:g}. Watch: one "
        f"of the two. No material difference: the whole range lies inside ±{100 * policy.delta:g} points."
    )
    return notes


def _answer_note(name: str, answer: Answer) -> str:
    others = answer.others
    listed = ", ".join(f"“{other}”" for other in others)
    against = f"; unfavourable: {listed}" if listed else ""
    return f"{name}: favourable is “{answer.as_written}”{against}."


def _spelling_notes(cube: Cube) -> list[str]:
    return [
        f"{name}: {' and '.join(f'“{text}”' for text in texts)} differ in upper and lower case only, and are compared "
        "as groups of their own. Write them alike if they are one."
        for name, alike in cube.spelled_in_several_ways.items()
        for texts in alike[:3]
    ]


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
