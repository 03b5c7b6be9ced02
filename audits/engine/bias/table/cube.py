"""Rows of a table, folded once into counts: every figure of an audit comes from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from audits.engine.bias.comparisons import TableCounts
from audits.engine.bias.error_rates import ErrorCount, ErrorCounts
from audits.engine.bias.groups import GroupCount, Level, level_text
from audits.engine.bias.table.batches import Batch, Form, Reading, read_batches
from audits.engine.bias.table.files import MOST_LISTED, BadTable, listed
from audits.engine.bias.table.rows import Columns

MOST_LEVELS = 10_000
"""Values that one attribute may have: more is an identifier, not a group."""

MOST_CELLS = 1_000_000
"""Combinations of values that are held in memory."""

YES = frozenset({"true", "yes", "y", "t", "1", "1.0"})
NO = frozenset({"false", "no", "n", "f", "0", "0.0"})
MISSING = ("NA", "N/A", "#N/A", "NaN", "null", "unknown")
"""Texts that mean "not known", whatever their case, unless the caller names others; blank always does."""

_NOT_READ = Form("", None)
_MOST_REMEMBERED = 100_000
_WHOLE = re.compile(r"(-?[0-9]+)\.0+")


class Answer:
    """Which of an outcome's values counts as the favourable one.

    Compared as text, whatever its case; 4.0 is 4. Words for yes (`YES`) are one value, and words for no (`NO`) another,
    where the column holds nothing but such words.
    """

    def __init__(self, field_name: str, favourable: str) -> None:
        self.field_name = field_name
        self.favourable = favourable.strip()
        self._wanted = _folded(self.favourable)
        self._alike = next((words for words in (YES, NO) if self._wanted in words), frozenset({self._wanted}))
        self._seen: dict[str, str] = {}
        self._answers: dict[str, bool] = {}

    def matches(self, text: str) -> bool:
        """Whether this is the favourable value; remembers the first dozen values that there are."""
        answer = self._answers.get(text)
        if answer is not None:
            return answer
        folded = _folded(text)
        if folded not in self._seen and (len(self._seen) <= MOST_LISTED or folded == self._wanted):
            self._seen[folded] = text
        if len(self._answers) < MOST_LEVELS:
            self._answers[text] = folded in self._alike
        return folded in self._alike

    @property
    def is_yes_or_no(self) -> bool:
        return bool(self._seen) and self._seen.keys() <= YES | NO

    @property
    def as_word(self) -> str:
        """The favourable value, "true" or "false" where the column says yes and no."""
        if self.is_yes_or_no and self._wanted in YES | NO:
            return "true" if self._wanted in YES else "false"
        return self.favourable

    @property
    def as_written(self) -> str:
        """The favourable value as the file writes it."""
        if self._wanted in self._seen:
            return self._seen[self._wanted]
        return next((text for folded, text in self._seen.items() if folded in self._alike), self.favourable)

    @property
    def others(self) -> tuple[str, ...]:
        """The other values that were seen, the first dozen at most."""
        return tuple(text for folded, text in self._seen.items() if folded not in self._alike)[:MOST_LISTED]

    def check(self, file: Path, option: str) -> None:
        """Raises BadTable where there was no value at all, or never the favourable one."""
        if not self._seen:
            raise BadTable(file, "no row has a value", field=self.field_name)
        if self._wanted in self._seen or (self._wanted in YES | NO and self.is_yes_or_no):
            return
        seen = sorted(self._seen.values())
        if len(seen) > MOST_LISTED and all(_is_number(text) for text in seen):
            problem = (
                f"holds more than {MOST_LISTED} different numbers; a rate needs a yes or a no. Add a column that says "
                f"whether the number is good enough, or name the favourable one: {option}"
            )
            raise BadTable(file, problem, field=self.field_name)
        named = f"is never {self.favourable!r}, the favourable value; it is: {listed(seen)}."
        raise BadTable(file, f"{named} Name the favourable one: {option}", field=self.field_name)


def _folded(text: str) -> str:
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text.casefold()


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


@dataclass(slots=True)
class Cube:
    """Counts of a file: (values of groups and strata) → [favourable, n], with a truth [favourable, n, tn, fp, fn, tp].

    `rows` counts the members with a known outcome, `without_outcome` the others, which no rate includes;
    `without_truth` those with an outcome whose truth is not known, which no error rate includes.
    """

    columns: Columns
    outcome: Answer
    truth: Answer | None = None
    rows: int = 0
    without_outcome: int = 0
    without_truth: int = 0
    form: Form = _NOT_READ
    cells: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    levels: list[dict[str, Level]] = field(default_factory=list)

    @property
    def favourable(self) -> str:
        return self.outcome.favourable

    @property
    def spelled_in_several_ways(self) -> dict[str, list[list[str]]]:
        """By attribute, the values that are told apart by their case alone; they count as groups of their own."""
        found = {}
        for (_, name), levels in zip(self.columns.fields, self.levels, strict=False):
            ways: dict[str, list[str]] = {}
            for text in levels:
                ways.setdefault(text.casefold(), []).append(text)
            if alike := [sorted(texts) for texts in ways.values() if len(texts) > 1]:
                found[name] = alike
        return found

    def table(self, positions: tuple[int, ...]) -> TableCounts:
        """The counts of one attribute, or of an intersection, named by their positions among the groups."""
        groups = len(self.columns.groups)
        counts: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}
        for key, cell in self.cells.items():
            group = tuple([key[position] for position in positions])
            total = counts.setdefault((group, key[groups:]), [0, 0])
            total[0] += cell[0]
            total[1] += cell[1]
        return TableCounts(
            attributes=self._names(positions),
            counts=tuple(
                GroupCount(self._originals(positions, group), favourable, n, stratum or None)
                for (group, stratum), (favourable, n) in counts.items()
            ),
        )

    def errors(self, positions: tuple[int, ...]) -> ErrorCounts:
        """The outcomes of the same groups against the truth; needs a truth."""
        counts: dict[tuple[str, ...], list[int]] = {}
        for key, cell in self.cells.items():
            group = tuple([key[position] for position in positions])
            total = counts.setdefault(group, [0, 0, 0, 0])
            for i, n in enumerate(cell[2:]):
                total[i] += n
        return ErrorCounts(
            attributes=self._names(positions),
            counts=tuple(ErrorCount(self._originals(positions, group), *counted) for group, counted in counts.items()),
        )

    def _names(self, positions: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(self.columns.groups[position] for position in positions)

    def _originals(self, positions: tuple[int, ...], group: tuple[str, ...]) -> tuple[Level, ...]:
        return tuple(self.levels[position][text] for position, text in zip(positions, group, strict=True))


def count_table(
    file: Path,
    columns: Columns,
    *,
    favourable: str = "true",
    truth_favourable: str | None = None,
    missing: Iterable[str] = MISSING,
    encoding: str | None = None,
    progress: Callable[[Reading], None] | None = None,
) -> Cube:
    """Read a file into counts. `favourable` is the outcome's favourable value, `truth_favourable` (the same unless it
    is given) that of the truth; see Answer for how they are compared. Values in `missing` are not known.

    `progress` is called often. Memory grows with the combinations of values, not with the rows. Raises BadTable,
    also where an attribute has more than `MOST_LEVELS` values or all of them more than `MOST_CELLS` combinations (at
    the row at which that shows), no row has an outcome, or the favourable value occurs nowhere although the outcome
    is not yes or no.
    """
    cube = Cube(columns, Answer(f"outcome.{columns.outcome}", favourable))
    cube.levels = [{} for _ in (*columns.groups, *columns.strata)]
    if columns.truth is not None:
        cube.truth = Answer(f"truth {columns.truth}", favourable if truth_favourable is None else truth_favourable)
    known_text = _KnownText(missing)

    def described(form: Form) -> None:
        cube.form = form

    for batch in read_batches(file, columns, encoding=encoding, progress=progress, described=described):
        for values, members in batch.counts:
            if members:
                _add(cube, file, batch, values, members, known_text)
    if not cube.rows and not cube.without_outcome:
        raise BadTable(file, "has no rows, or none with a count above 0")
    cube.outcome.check(file, "--favourable VALUE")
    if cube.truth is not None:
        cube.truth.check(file, "--truth-favourable VALUE")
    # Sums of floats hang on their order: the same rows in another order are the same audit to the last digit.
    cube.cells = dict(sorted(cube.cells.items()))
    return cube


class _KnownText(dict[str, str]):
    """Text as it was written → the text that identifies it, blank where it means "not known"; remembers what it did."""

    def __init__(self, missing: Iterable[str]) -> None:
        super().__init__()
        self._missing = frozenset(text.strip().casefold() for text in missing)

    def __missing__(self, text: str) -> str:
        stripped = text.strip()
        known = "" if stripped.casefold() in self._missing else stripped
        if len(self) < _MOST_REMEMBERED:
            self[text] = known
        return known


def _add(
    cube: Cube, file: Path, batch: Batch, values: tuple[Level, ...], members: int, known_text: dict[str, str]
) -> None:
    texts = [known_text[value] if type(value) is str else known_text[level_text(value)] for value in values]
    attributes = len(cube.levels)
    outcome = texts[attributes]
    if not outcome:
        cube.without_outcome += members
        return
    key = tuple(texts[:attributes])
    cell = cube.cells.get(key)
    if cell is None:
        _note_levels(cube, file, batch, values, key)
        cell = cube.cells[key] = [0, 0] if cube.truth is None else [0, 0, 0, 0, 0, 0]
    favourable = cube.outcome.matches(outcome)
    cell[0] += members * favourable
    cell[1] += members
    cube.rows += members
    if cube.truth is not None:
        truth = texts[attributes + 1]
        if not truth:
            cube.without_truth += members
        else:
            # tn, fp, fn, tp: the positive prediction is the unfavourable outcome.
            cell[(2 if favourable else 3) if cube.truth.matches(truth) else (4 if favourable else 5)] += members


def _note_levels(cube: Cube, file: Path, batch: Batch, values: tuple[Level, ...], key: tuple[str, ...]) -> None:
    """Take in the values of a new cell. Raises BadTable, with the line, where there are too many."""
    if len(cube.cells) >= MOST_CELLS:
        names = " × ".join((*cube.columns.groups, *cube.columns.strata))
        problem = f"{names} have more than {MOST_CELLS:,} combinations: leave out an attribute or a stratum"
        raise BadTable(file, problem, line=_line_of(batch, values))
    for (section, name), levels, text, value in zip(cube.columns.fields, cube.levels, key, values, strict=False):
        if text in levels:
            continue
        levels[text] = value if text else None
        if len(levels) > MOST_LEVELS:
            use = "held equal as a stratum" if section == "stratum" else "audited as a group"
            problem = f"has more than {MOST_LEVELS:,} different values: an identifier cannot be {use}"
            raise BadTable(file, problem, line=_line_of(batch, values), field=f"{section}.{name}")


def _line_of(batch: Batch, values: tuple[Level, ...]) -> int | None:
    return next((row.line for row in batch.lines() if row.values == values), None)
