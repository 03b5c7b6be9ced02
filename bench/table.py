"""A table of a million rows, audited from the file: against reading that file and doing nothing.

Run with `python -m bench.table [ROWS]`. The limit is the time in which the format's own parser reads the same file
(`csv.reader`; `msgspec.json.decode` of each line) and forgets it. polars counts the same groups from the same file
beside it, on all cores, and nothing else. Probity reads, counts, and audits: three tables of two attributes and their
pair within strata, with intervals, exact tests and corrections. Equal counts are checked before the times are printed.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from audits.engine.bias.table.audit import TableAudit, audit_cube
from audits.engine.bias.table.cube import count_table
from audits.engine.bias.table.rows import Columns
from audits.engine.bias.verdict import Policy
from bench.timing import best_of

GENDERS = ("female", "male", "nonbinary")
RACES = ("asian", "black", "hispanic", "white", "")
BRANCHES = tuple("ABCDEFGH")
COLUMNS = Columns(("gender", "race"), ("branch",), "hired")


def write(directory: Path, rows: int) -> tuple[Path, Path]:
    """The same rows as CSV and as JSON lines."""
    random = np.random.default_rng(2025)
    columns = [
        np.array(levels)[random.integers(0, len(levels), rows)].tolist() for levels in (GENDERS, RACES, BRANCHES)
    ]
    hired = (random.random(rows) < 0.3).tolist()
    csv_file, json_file = directory / "table.csv", directory / "table.jsonl"
    with csv_file.open("w") as lines, json_file.open("w") as records:
        lines.write("id,gender,race,branch,hired\n")
        for i, (gender, race, branch, yes) in enumerate(zip(*columns, hired, strict=True)):
            lines.write(f"{i},{gender},{race},{branch},{'yes' if yes else 'no'}\n")
            group = {"gender": gender, "race": race or None}
            record = {"id": i, "group": group, "stratum": {"branch": branch}, "outcome": {"hired": yes}}
            records.write(json.dumps(record) + "\n")
    return csv_file, json_file


def audit(file: Path) -> TableAudit:
    return audit_cube(count_table(file, COLUMNS), policy=Policy())


def bare_csv(file: Path) -> int:
    with file.open(newline="", encoding="utf-8") as stream:
        return sum(1 for _ in csv.reader(stream)) - 1


def bare_json(file: Path) -> int:
    decode = msgspec.json.Decoder().decode
    with file.open("rb") as stream:
        return sum(1 for line in stream if decode(line))


def polars_csv(file: Path) -> pl.DataFrame:
    return pl.scan_csv(file).group_by("gender", "race", "branch", "hired").len().collect()


def polars_json(file: Path) -> pl.DataFrame:
    fields = [pl.col("group").struct.unnest(), pl.col("stratum").struct.unnest(), pl.col("outcome").struct.unnest()]
    return pl.scan_ndjson(file).select(*fields).group_by("gender", "race", "branch", "hired").len().collect()


def main(rows: int = 1_000_000) -> None:
    with tempfile.TemporaryDirectory() as directory:
        files = write(Path(directory), rows)
        print(f"{rows:,} rows; rates, intervals, exact tests, corrections and strata of 3 tables")
        limits = ((bare_csv, polars_csv), (bare_json, polars_json))
        for file, (bare, polars) in zip(files, limits, strict=True):
            ours, found = best_of(3, partial(audit, file))
            limit, read = best_of(3, partial(bare, file))
            theirs, counted = best_of(3, partial(polars, file))
            assert found.cube.rows == read == counted["len"].sum() == rows
            assert len(counted) == 2 * len(found.cube.cells)
            size = file.stat().st_size / 1e6
            print(f"\n  {file.name}, {size:.0f} MB")
            print(f"    probity, the whole audit     {ours:6.2f} s  {rows / ours / 1e6:5.2f} M rows/s")
            print(f"    its parser, nothing else     {limit:6.2f} s  {limit / ours:5.2f} × of our time")
            print(f"    polars, group-by alone       {theirs:6.2f} s  {theirs / ours:5.2f} × of our time")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
