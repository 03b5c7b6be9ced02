"""A million rows, three quasi-identifiers: k, l, entropy l, recursive c and t, against a bare group-by and pycanon.

Run with `python -m bench.anonymity [ROWS]`. Everybody starts from encoded columns in memory; polars only groups.
pycanon needs an older numpy than Probity, so it runs in an environment of its own, made on first use in `var/`, on
the same rows (k and l alone, without the rows that break them). Equal figures are checked before the times are printed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

from audits.engine.anonymity import Anonymity, Column, Policy, assess
from bench.timing import best_of

SHAPE = (60, 50, 12)
VALUES = 20
PYCANON = "pycanon==1.3.6"
PLACE = Path(__file__).resolve().parents[1] / "var" / "bench-pycanon"
PEER = """
import json, sys, time
import numpy, pandas
from pycanon import anonymity
columns = numpy.load(sys.argv[1])
frame = pandas.DataFrame({name: columns[name].astype(str) for name in columns})
quasi = [name for name in frame if name != "s"]
started = time.perf_counter()
k = anonymity.k_anonymity(frame, quasi)
between = time.perf_counter()
l = anonymity.l_diversity(frame, quasi, ["s"])
print(json.dumps({"k": int(k), "l": int(l), "k_s": between - started, "l_s": time.perf_counter() - between}))
"""


def planted(rows: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(2024)
    columns = {f"q{i}": random.integers(0, n, rows) for i, n in enumerate(SHAPE)}
    return {**columns, "s": np.minimum(random.geometric(0.3, rows) - 1, VALUES - 1)}


def probity(columns: dict[str, np.ndarray]) -> Anonymity:
    read = {name: Column(tuple(map(str, range(int(codes.max()) + 1))), codes) for name, codes in columns.items()}
    sensitive = read.pop("s")
    found = assess(read, {"s": sensitive}, policy=Policy(k=20, l=3))
    found.breaking_rows.sum()
    return found


def polars_group_by(frame: pl.DataFrame) -> int:
    return int(frame.group_by("q0", "q1", "q2").len()["len"].min())


def pycanon(columns: dict[str, np.ndarray]) -> dict[str, Any] | None:
    """What pycanon finds and how long it takes; None where it cannot be installed here."""
    python = PLACE / "bin" / "python"
    if not python.exists():
        made = subprocess.run([sys.executable, "-m", "venv", PLACE], capture_output=True)
        if made.returncode or subprocess.run([python, "-m", "pip", "install", "-qq", PYCANON]).returncode:
            return None
    with TemporaryDirectory() as place:
        file = Path(place, "table.npz")
        np.savez(file, **columns)
        told = subprocess.run([python, "-W", "ignore", "-c", PEER, file], capture_output=True, check=True, text=True)
    return json.loads(told.stdout)


def main(rows: int = 1_000_000, peer_rows: int = 50_000) -> None:
    columns = planted(rows)
    ours, found = best_of(5, lambda: probity(columns))
    frame = pl.DataFrame(columns)
    bare, smallest = best_of(5, lambda: polars_group_by(frame))
    assert found.k == smallest
    print(f"{rows:,} rows, {found.classes.count:,} classes: k = {found.k}, l = {found.l}")
    print(f"  probity, k + l + entropy l + recursive c + t + breaking rows  {ours * 1e3:10.1f} ms")
    print(
        f"  polars, group-by alone                                        {bare * 1e3:10.1f} ms  {bare / ours:8.2f} ×"
    )

    few = {name: codes[:peer_rows] for name, codes in columns.items()}
    few["q0"], few["q1"] = few["q0"] % 6, few["q1"] % 10
    ours, found = best_of(5, lambda: probity(few))
    theirs = pycanon(few)
    if theirs is None:
        print(f"  {PYCANON} cannot be installed here")
        return
    assert (found.k, found.l) == (theirs["k"], theirs["l"])
    seconds = theirs["k_s"] + theirs["l_s"]
    print(f"{peer_rows:,} rows, {found.classes.count:,} classes: k = {found.k}, l = {found.l}, alike")
    print(f"  probity, all of it                                            {ours * 1e3:10.1f} ms")
    ratio = f"{seconds / ours:8.1f} ×"
    print(f"  pycanon, k and l alone                                        {seconds * 1e3:10.1f} ms  {ratio}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
