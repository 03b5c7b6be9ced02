"""An anonymity check of a table in a file, with the lines that break it, as figures and as text."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from audits.engine.anonymity.assessment import Anonymity, Policy, assess
from audits.engine.anonymity.classes import Codes, Column, Encoder
from audits.engine.bias.table.rows import COUNT, read_rows

_WORST = 20
_TELL_EVERY = 50_000


@dataclass(frozen=True, slots=True)
class AnonymityColumns:
    """Names of the attributes to read: quasi-identifiers, sensitive ones, and who a row is about, if that is said."""

    quasi: tuple[str, ...]
    sensitive: tuple[str, ...] = ()
    person: str | None = None
    count: str = COUNT

    def __post_init__(self) -> None:
        names = [*self.quasi, *self.sensitive, *([self.person] if self.person else [])]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"an attribute is named twice: {', '.join(twice)}")
        if not self.quasi:
            raise ValueError("at least one quasi-identifier is needed")

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """(section, name) of each value of a row, in order."""
        person = (self.person,) if self.person else ()
        return tuple(("group", name) for name in (*self.quasi, *self.sensitive, *person))


@dataclass(frozen=True, slots=True)
class TableAnonymity:
    """A table's anonymity, the columns it rests on, and the line of the file that each row stood on."""

    columns: AnonymityColumns
    found: Anonymity
    quasi: tuple[Column, ...]
    lines: Codes

    @property
    def breaks_k(self) -> bool:
        return bool(self.found.too_small.any())

    @property
    def breaks_l(self) -> bool:
        return bool(self.found.too_uniform.any())

    def to_json(self) -> dict[str, Any]:
        """Every figure, and every line that breaks the policy."""
        found, policy = self.found, self.found.policy
        return {
            "rows": found.rows,
            "classes": found.classes.count,
            "counted": "persons" if self.columns.person else "rows",
            "quasi": list(self.columns.quasi),
            "policy": {"k": policy.k, "l": policy.l},
            "k": found.k,
            "l": found.l,
            "sensitive": {
                name: {
                    "distinct_l": one.distinct,
                    "entropy_l": round(one.entropy, 6),
                    # JSON knows no infinity: null where some class has fewer than l values.
                    "recursive_c": None if math.isinf(one.recursive_c) else round(one.recursive_c, 6),
                    "t": round(one.t, 6),
                }
                for name, one in found.sensitive.items()
            },
            "satisfied": found.satisfied,
            "suppression": {
                "rows": found.suppressed(found.too_small | found.too_uniform),
                "rows_below_k": found.suppressed(found.too_small),
                "rows_below_l": found.suppressed(found.too_uniform),
                "share": round(found.suppressed(found.too_small | found.too_uniform) / found.rows, 6)
                if found.rows
                else 0.0,
            },
            "worst": self.worst(),
            "breaking_lines": self.lines[found.breaking_rows].tolist(),
        }

    def worst(self, most: int = _WORST) -> list[dict[str, Any]]:
        """The classes that break the policy, the smallest first, with their values and their first lines."""
        found = self.found
        broken = np.flatnonzero(found.too_small | found.too_uniform)
        order = broken[np.argsort(found.sizes[broken], kind="stable")][:most]
        by_class = np.argsort(found.classes.of_row, kind="stable")
        starts = np.searchsorted(found.classes.of_row[by_class], order)
        ends = np.searchsorted(found.classes.of_row[by_class], order, side="right")
        shown = []
        for number, start, end in zip(order, starts, ends, strict=True):
            rows = by_class[start:end]
            shown.append(
                {
                    "values": {
                        name: column.levels[column.codes[rows[0]]]
                        for name, column in zip(self.columns.quasi, self.quasi, strict=True)
                    },
                    "size": int(found.sizes[number]),
                    "distinct": {name: int(one.by_class[number]) for name, one in found.sensitive.items()},
                    "lines": self.lines[rows[:_WORST]].tolist(),
                }
            )
        return shown


def check_table(
    file: Path, columns: AnonymityColumns, *, policy: Policy, progress: Callable[[int], None] | None = None
) -> TableAnonymity:
    """Read and measure a file (`-`: standard input). Memory holds eight bytes a row and column. Raises BadTable."""
    encoders = [Encoder() for _ in columns.fields]
    codes = [array("q") for _ in encoders]
    lines, members = array("q"), array("q")
    for number, row in enumerate(read_rows(file, columns), start=1):
        if row.members:
            for encoder, column, value in zip(encoders, codes, row.values, strict=True):
                column.append(encoder.code(value))
            lines.append(row.line)
            members.append(row.members)
        if progress is not None and number % _TELL_EVERY == 0:
            progress(number)
    read = [encoder.column(_numbers(column)) for encoder, column in zip(encoders, codes, strict=True)]
    quasi = read[: len(columns.quasi)]
    sensitive = read[len(columns.quasi) : len(columns.quasi) + len(columns.sensitive)]
    counts = _numbers(members)
    found = assess(
        dict(zip(columns.quasi, quasi, strict=True)),
        dict(zip(columns.sensitive, sensitive, strict=True)),
        policy=policy,
        members=None if bool((counts == 1).all()) else counts,
        person=read[-1] if columns.person else None,
    )
    return TableAnonymity(columns, found, tuple(quasi), _numbers(lines))


def _numbers(collected: array[int]) -> Codes:
    return np.frombuffer(collected, dtype=np.int64) if len(collected) else np.zeros(0, dtype=np.int64)


def text_report(table: TableAnonymity) -> str:
    """What was found in sentences, then the classes that break the policy."""
    found, policy = table.found, table.found.policy
    what = ("person" if table.columns.person else "row") + ("" if found.k == 1 else "s")
    lines = [
        f"k = {found.k}: the rarest combination of {', '.join(table.columns.quasi)} is shared by {found.k:,} {what} "
        f"({'enough' if found.k >= policy.k else 'too few'}: {policy.k} are asked for).",
    ]
    for name, one in found.sensitive.items():
        recursive = "none" if math.isinf(one.recursive_c) else f"above {one.recursive_c:.3g}"
        lines.append(
            f"l = {one.distinct} for {name} ({'enough' if one.distinct >= policy.l else 'too few'}: {policy.l} are "
            f"asked for); entropy l {one.entropy:.3g}, recursive c at l = {policy.l} {recursive}, t {one.t:.3g}."
        )
    lines.append(f"{found.rows:,} rows in {found.classes.count:,} classes.")
    if found.satisfied:
        return "\n".join([*lines, "Nothing has to be left out."])
    dropped = found.suppressed(found.too_small | found.too_uniform)
    lines += [
        f"Leaving out {dropped:,} rows ({100 * dropped / found.rows:.3g} %) is enough, and nothing less is: "
        f"{found.suppressed(found.too_small):,} in classes below k, {found.suppressed(found.too_uniform):,} below l.",
        "",
        *_class_lines(table),
    ]
    return "\n".join(lines)


def _class_lines(table: TableAnonymity) -> list[str]:
    found = table.found
    worst = table.worst()
    shown = ["Classes that break it, the smallest first:"]
    for one in worst:
        values = ", ".join(f"{name}={'(none)' if value is None else value}" for name, value in one["values"].items())
        diverse = "".join(f", {n} different {name}" for name, n in one["distinct"].items())
        listed = ", ".join(map(str, one["lines"][:8])) + (" …" if len(one["lines"]) > 8 else "")
        shown.append(f"  {values}: {one['size']:,}{diverse}; line {listed}")
    more = int((found.too_small | found.too_uniform).sum()) - len(worst)
    return [*shown, f"  and {more:,} more; --json lists every line"] if more else shown
