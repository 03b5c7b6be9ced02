"""The bias audit of a table kept elsewhere: counts of its rows in, a table of gaps for each attribute and pair out.

An audit asks up to three questions, and each is a family of tests of its own:

* the aggregate: do groups get the favourable outcome at different rates (`GroupResult.verdict`)?
* within strata, where strata are given: do they still among rows of the same stratum (`GroupResult.adjusted.verdict`)?
* error rates, where a truth is given: is the outcome wrong equally often (`TableAudit.errors`)?

They share the alpha of the audit (`table.questions`): without any true gap at most α of audits call a disparity on any
of them.

The verdict of a table, and of the audit, is that of the aggregate. A disparity that only another question shows lifts
it to `watch`: a gap that the mix of strata hides, or errors that fall on one group at equal rates of the outcome,
must not stand under "no material difference".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from audits.engine.bias.comparisons import TableCounts
from audits.engine.bias.error_rates import ErrorCounts, audit_error_tables
from audits.engine.bias.error_table import ErrorTable
from audits.engine.bias.gap_table import GapTable
from audits.engine.bias.groups import Level, group_key, level_text
from audits.engine.bias.outcome_gap import audit_gaps
from audits.engine.bias.sentence import Wording, outcome_wording
from audits.engine.bias.table.cube import NO, YES, Cube
from audits.engine.bias.table.files import listed
from audits.engine.bias.table.questions import Question, alpha_shared
from audits.engine.bias.table.words import table_words
from audits.engine.bias.verdict import Policy, Verdict, overall


@dataclass(frozen=True, slots=True)
class AuditedTable:
    """One attribute, or one pair of them: the answers to the questions that were asked, and one verdict.

    `positions` are those of its attributes among the groups of the cube.
    """

    positions: tuple[int, ...]
    gaps: GapTable
    errors: ErrorTable | None
    strata: tuple[str, ...]
    wording: Wording

    @property
    def adjusted_verdict(self) -> Verdict | None:
        """`overall` of the groups within strata; None without strata."""
        verdicts = [group.adjusted.verdict for group in self.gaps.compared if group.adjusted is not None]
        return overall(verdicts) if verdicts else None

    @property
    def verdict(self) -> Verdict:
        """See the module's docstring."""
        others = (self.adjusted_verdict, self.errors.verdict if self.errors else None)
        if self.gaps.verdict is not Verdict.DISPARITY and Verdict.DISPARITY in others:
            return Verdict.WATCH
        return self.gaps.verdict

    @property
    def sentence(self) -> str:
        return table_words(
            self.gaps,
            adjusted_verdict=self.adjusted_verdict,
            errors=self.errors,
            wording=self.wording,
            strata=self.strata,
        )

    def to_json(self) -> dict[str, Any]:
        document = self.gaps.to_json()
        if self.errors is not None:
            for row, errors in zip(document["groups"], self._errors_in_order(), strict=True):
                row["error_rates"] = errors
        return {
            **document,
            "aggregate_verdict": self.gaps.verdict.value,
            "adjusted_verdict": None if self.adjusted_verdict is None else self.adjusted_verdict.value,
            "error_rates_verdict": None if self.errors is None else self.errors.verdict.value,
            "verdict": self.verdict.value,
            "sentence": self.sentence,
        }

    def _errors_in_order(self) -> list[dict[str, Any]]:
        if self.errors is None:
            return []
        by_group = {group_key(group.levels): group.to_json() for group in self.errors.groups}
        return [by_group[group_key(group.levels)] for group in self.gaps.groups]


@dataclass(frozen=True, slots=True)
class TableAudit:
    """The audit of one file: a table for each attribute, then one for each pair of them.

    `levels`: at which part of `policy.alpha` each question is judged, those that test anything; all of it if it passes.
    """

    cube: Cube
    tables: tuple[AuditedTable, ...]
    policy: Policy
    levels: Mapping[Question, float]

    @property
    def verdict(self) -> Verdict:
        """`overall` of the tables of single attributes and pairs."""
        return overall(table.verdict for table in self.tables)

    @property
    def sentence(self) -> str:
        """The sentence of the first table that has the audit's verdict."""
        return next(table.sentence for table in self.tables if table.verdict is self.verdict)

    @property
    def comparisons(self) -> int:
        """Size of the family of tests of the aggregate."""
        return self.tables[0].gaps.comparisons

    def answers(self) -> dict[Question, Verdict]:
        """The verdict on each question that was asked."""
        adjusted = [table.adjusted_verdict for table in self.tables if table.adjusted_verdict is not None]
        errors = [table.errors.verdict for table in self.tables if table.errors is not None]
        return {
            Question.AGGREGATE: overall(table.gaps.verdict for table in self.tables),
            **({Question.WITHIN_STRATA: overall(adjusted)} if adjusted else {}),
            **({Question.ERROR_RATES: overall(errors)} if errors else {}),
        }

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; null where the data does not determine a number."""
        cube = self.cube
        truth = cube.truth
        return {
            "rows": cube.rows,
            "without_outcome": cube.without_outcome,
            "outcome": cube.columns.outcome,
            "favourable": cube.favourable,
            "strata": list(cube.columns.strata),
            **(
                {
                    "truth": cube.columns.truth,
                    "truth_favourable": truth.favourable,
                    "without_truth": cube.without_truth,
                }
                if truth is not None
                else {}
            ),
            "alpha": self.policy.alpha,
            "levels": {name.replace(" ", "_"): level for name, level in self.levels.items()},
            "delta": self.policy.delta,
            "policy": self.policy.to_json(),
            "tables": [table.to_json() for table in self.tables],
            "verdict": self.verdict.value,
            "verdicts": {name.replace(" ", "_"): verdict.value for name, verdict in self.answers().items()},
            "sentence": self.sentence,
        }


def audit_cube(cube: Cube, *, policy: Policy, references: Sequence[str] = ()) -> TableAudit:
    """Audit each attribute and each pair of attributes: of each question, all of them as one family of tests.

    A reference is a group's name ("White", or "White × Male" of a pair) and applies to every table that has such a
    group, or "race=White", which applies to that attribute. A pair whose attributes both have a named reference is
    compared with their intersection, if it has members. Everywhere else the data chooses.
    Raises LookupError where a reference is none of the groups.
    """
    positions: list[tuple[int, ...]] = [(i,) for i in range(len(cube.columns.groups))]
    positions += combinations(range(len(cube.columns.groups)), 2)
    tables = _with_references([cube.table(position) for position in positions], references)
    gaps = audit_gaps(tables, policy=policy)
    errors: Sequence[ErrorTable | None] = [None] * len(gaps)
    if cube.truth is not None:
        errors = audit_error_tables(
            [_error_counts(cube, p, table, gap) for p, table, gap in zip(positions, tables, gaps, strict=True)],
            policy=policy,
        )
    answers = alpha_shared(gaps, errors, alpha=policy.alpha)
    wording = outcome_wording(cube.columns.outcome, cube.outcome.as_word, strata=cube.columns.strata)
    return TableAudit(
        cube=cube,
        tables=tuple(
            AuditedTable(position, gap, wrong, cube.columns.strata, _wording_of(gap, wording))
            for position, gap, wrong in zip(positions, answers.gaps, answers.errors, strict=True)
        ),
        policy=policy,
        levels=answers.levels,
    )


def _wording_of(gaps: GapTable, wording: Wording) -> Wording:
    """ "59 where over_25 is false" instead of "59 from false": a bare truth value or number names no group."""
    known = [group.levels for group in gaps.groups if group.known]
    if not any(all(map(_is_bare, levels)) for levels in zip(*known, strict=True)):
        return wording
    return replace(wording, preposition=f"where {' × '.join(gaps.attributes).replace('_', ' ')} is")


def _is_bare(level: Level) -> bool:
    text = level_text(level)
    return text.casefold() in YES | NO or text.removeprefix("-").replace(".", "", 1).isdecimal()


def _error_counts(cube: Cube, positions: tuple[int, ...], table: TableCounts, gaps: GapTable) -> ErrorCounts:
    """The same groups against the same reference, where the truth is known of any of its members."""
    counts = cube.errors(positions)
    reference = gaps.reference
    if reference is None:
        return counts
    known = any(count.levels == reference.levels and count.negatives + count.positives for count in counts.counts)
    if not known:
        return counts
    return replace(counts, reference=reference.levels, chosen=table.reference is None)


def _with_references(tables: Sequence[TableCounts], references: Sequence[str]) -> list[TableCounts]:
    if not references:
        return list(tables)
    labels = [_labels(table) for table in tables]
    named: dict[int, str] = {}
    for reference in references:
        found = {i: label for i, here in enumerate(labels) if (label := _named(here, reference))}
        attribute, equals, value = reference.partition("=")
        if not found and equals:
            found = {
                i: label
                for i, here in enumerate(labels)
                if tables[i].attributes == (attribute.strip(),) and (label := _named(here, value))
            }
        if not found:
            raise LookupError(_not_a_group(reference, tables, labels))
        named |= found
    by_attribute = {tables[i].attributes[0]: label for i, label in named.items() if len(tables[i].attributes) == 1}
    return [
        TableCounts(table.attributes, table.counts, named.get(i) or _intersection(table, by_attribute, labels[i]))
        for i, table in enumerate(tables)
    ]


def _labels(table: TableCounts) -> dict[str, str]:
    """The groups that have members and are known: as written, and in lower case where none is written so → label."""
    labels = [count.label for count in table.counts if count.n and all(map(level_text, count.levels))]
    return {label.casefold(): label for label in labels} | {label: label for label in labels}


def _named(labels: dict[str, str], wanted: str) -> str | None:
    return labels.get(wanted.strip()) or labels.get(wanted.strip().casefold())


def _intersection(table: TableCounts, by_attribute: dict[str, str], labels: dict[str, str]) -> str | None:
    if len(table.attributes) < 2 or not all(attribute in by_attribute for attribute in table.attributes):
        return None
    return _named(labels, " × ".join(by_attribute[attribute] for attribute in table.attributes))


def _not_a_group(reference: str, tables: Sequence[TableCounts], labels: Sequence[dict[str, str]]) -> str:
    attribute = reference.partition("=")[0].strip()
    own = [i for i, table in enumerate(tables) if table.attributes == (attribute,)]
    there = sorted({label for i, here in enumerate(labels) if i in own or not own for label in here.values()})
    return f"{reference!r} is none of the groups: {listed(there)}"
