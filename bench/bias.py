"""A million rows, 6 × 3 × 5 groups, five outcomes: rates, intervals, exact tests and corrections against others.

Run with `python -m bench.bias [ROWS]`. Everybody starts from the same encoded columns in memory; Probity gives rates,
Wilson and Newcombe intervals, Fisher's exact test, Holm and Benjamini–Hochberg for all 450 cells; polars only
the group-by; fairlearn only the rates. Equal rates are checked before the times are printed.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import polars as pl
from fairlearn.metrics import MetricFrame, selection_rate

from audits.engine.statistics.exact import fisher_exact
from audits.engine.statistics.intervals import newcombe_difference, wilson
from audits.engine.statistics.multiplicity import benjamini_hochberg, holm

SHAPE = (6, 3, 5)
CELLS = int(np.prod(SHAPE))
OUTCOMES = 5


def planted(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Cell of each row, and its outcomes (0 or 1) as columns."""
    random = np.random.default_rng(2024)
    cell = random.integers(0, CELLS, rows).astype(np.int16)
    rates = 0.8 + 0.05 * random.standard_normal((OUTCOMES, CELLS))
    outcomes = (random.random((OUTCOMES, rows)) < rates[:, cell]).astype(np.int8)
    return cell, outcomes


def probity(cell: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """All rates with intervals, exact tests and both corrections; returns the rates.

    One pass folds the rows into a cube of cells × outcome patterns; everything else comes from its counts.
    """
    pattern = cell
    for column in outcomes:
        pattern = pattern * np.int16(2) + column
    cube = np.bincount(pattern, minlength=CELLS << OUTCOMES).reshape(CELLS, *[2] * OUTCOMES)
    n = cube.reshape(CELLS, -1).sum(axis=1)
    k = np.stack([np.take(cube, 1, axis=1 + i).reshape(CELLS, -1).sum(axis=1) for i in range(OUTCOMES)])
    rates = k / n
    best = rates.argmax(axis=1)[:, None]
    best_k, best_n = np.take_along_axis(k, best, 1), n[best]
    wilson(k, n)
    newcombe_difference(k, n, best_k, best_n)
    p_values = fisher_exact(k, n, best_k, best_n).ravel()
    holm(p_values)
    benjamini_hochberg(p_values)
    return rates


def polars_group_by(frame: pl.DataFrame) -> np.ndarray:
    means = frame.group_by("cell").mean().sort("cell")
    return means.drop("cell").to_numpy().T


def fairlearn_rates(outcomes: np.ndarray, features: pd.DataFrame) -> np.ndarray:
    """One MetricFrame an outcome, point estimates only."""
    rates = [
        MetricFrame(
            metrics=selection_rate, y_true=column, y_pred=column, sensitive_features=features
        ).by_group.to_numpy()
        for column in outcomes
    ]
    return np.stack(rates).astype(float)


def best_of(repeats: int, call: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """Shortest wall time in seconds, and the result."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - started)
    return min(times), result


def main(rows: int = 1_000_000) -> None:
    cell, outcomes = planted(rows)
    frame = pl.DataFrame({"cell": cell, **{f"outcome_{i}": column for i, column in enumerate(outcomes)}})
    features = pd.DataFrame(np.stack(np.unravel_index(cell, SHAPE), axis=1), columns=["age", "language", "channel"])

    ours, rates = best_of(5, lambda: probity(cell, outcomes))
    bare, polars_rates = best_of(5, lambda: polars_group_by(frame))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs, fairlearn_found = best_of(1, lambda: fairlearn_rates(outcomes, features))
    np.testing.assert_allclose(rates, polars_rates, atol=1e-9)
    np.testing.assert_allclose(rates, fairlearn_found, atol=1e-9)

    print(f"{rows:,} rows, {CELLS} cells × {OUTCOMES} outcomes; rates equal to 1e-9")
    print(f"  probity, rates + intervals + exact tests + corrections  {ours * 1e3:10.1f} ms")
    print(f"  polars, group-by alone                                  {bare * 1e3:10.1f} ms  {bare / ours:8.1f} ×")
    print(f"  fairlearn, rates alone                                  {theirs * 1e3:10.1f} ms  {theirs / ours:8.1f} ×")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
