"""A million rows, 6 × 3 × 5 groups, five outcomes: rates, intervals, exact tests and corrections against others.

Run with `python -m bench.bias [ROWS]`. Everybody starts from the same encoded columns in memory. Probity gives rates,
Wilson and Newcombe intervals, ratio intervals, Fisher's exact test, Holm and Benjamini–Hochberg for all 450 cells;
the others give the rates only. Polars groups by the three columns, and once more by one column that holds the cell
already, which nobody's data does: its best case. Rates must be equal to 1e-9, else this fails.

Bootstrap: fairlearn resamples rows, Probity the counts they were folded into, which is the same bootstrap. fairlearn
runs few replicates of one outcome; its time for all outcomes and as many replicates as ours is scaled up from there.
aequitas needs an older pandas and runs in an environment of its own, made for the run.
"""

from __future__ import annotations

import logging
import sys
import warnings

import numpy as np
import pandas as pd
import polars as pl
from fairlearn.metrics import MetricFrame, selection_rate

from audits.engine.bias.rate_cube import cell_rates, fold
from audits.engine.statistics.bootstrap import bootstrap
from bench.bias_aequitas import aequitas_rates
from bench.timing import best_of

SHAPE = (6, 3, 5)
COLUMNS = ["age", "language", "channel"]
CELLS = int(np.prod(SHAPE))
OUTCOMES = 5
REPLICATES = 200
FAIRLEARN_REPLICATES = 2


def planted(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Cell of each row, and its outcomes (0 or 1) as columns."""
    random = np.random.default_rng(2024)
    cell = random.integers(0, CELLS, rows).astype(np.int16)
    rates = 0.8 + 0.05 * random.standard_normal((OUTCOMES, CELLS))
    outcomes = (random.random((OUTCOMES, rows)) < rates[:, cell]).astype(np.int8)
    return cell, outcomes


def probity(codes: list[np.ndarray], sizes: tuple[int, ...], outcomes: np.ndarray) -> np.ndarray:
    """All rates with intervals, exact tests and both corrections; returns the rates."""
    return cell_rates(fold(codes, sizes, list(outcomes))).rates


def probity_bootstrap(codes: list[np.ndarray], outcomes: np.ndarray) -> np.ndarray:
    """Percentile intervals of all 450 rates; returns both limits."""
    counts = fold(codes, SHAPE, list(outcomes))
    limits = []
    for seed, favourable in enumerate(counts.favourable):
        table = np.stack([counts.n - favourable, favourable], axis=1)
        found = bootstrap(
            table, lambda t: t[..., 1] / t.sum(axis=-1), seed=seed, replicates=REPLICATES, method="percentile"
        )
        limits.append((found.lower, found.upper))
    return np.array(limits)


def polars_group_by(frame: pl.DataFrame, by: list[str]) -> np.ndarray:
    means = frame.group_by(by).mean().sort(by)
    return means.drop(by).to_numpy().T


def fairlearn_rates(outcomes: np.ndarray, features: pd.DataFrame) -> np.ndarray:
    """One MetricFrame an outcome, point estimates only."""
    rates = [
        MetricFrame(
            metrics=selection_rate, y_true=column, y_pred=column, sensitive_features=features
        ).by_group.to_numpy()
        for column in outcomes
    ]
    return np.stack(rates).astype(float)


def fairlearn_bootstrap(outcome: np.ndarray, features: pd.DataFrame) -> np.ndarray:
    """fairlearn's own bootstrap of one outcome."""
    frame = MetricFrame(
        metrics=selection_rate,
        y_true=outcome,
        y_pred=outcome,
        sensitive_features=features,
        n_boot=FAIRLEARN_REPLICATES,
        ci_quantiles=[0.025, 0.975],
        random_state=1,
    )
    return np.array([limit.to_numpy() for limit in frame.by_group_ci], dtype=float)


def aif360_rates(cell: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """A dataset an outcome, a metric a cell."""
    logging.disable(logging.WARNING)  # it names the extras that are not installed
    from aif360.datasets import BinaryLabelDataset
    from aif360.metrics import BinaryLabelDatasetMetric

    rates = []
    for column in outcomes:
        frame = pd.DataFrame({"cell": cell.astype(float), "outcome": column.astype(float)})
        data = BinaryLabelDataset(df=frame, label_names=["outcome"], protected_attribute_names=["cell"])
        metrics = (BinaryLabelDatasetMetric(data, privileged_groups=[{"cell": code}]) for code in range(CELLS))
        rates.append([metric.base_rate(privileged=True) for metric in metrics])
    return np.array(rates)


def line(words: str, seconds: float, ours: float) -> None:
    factor = f"{seconds / ours:10,.1f} ×" if seconds != ours else ""
    print(f"  {words:<58}{seconds * 1e3:12,.1f} ms{factor}", flush=True)


def main(rows: int = 1_000_000) -> None:
    warnings.simplefilter("ignore")
    cell, outcomes = planted(rows)
    codes = [column.astype(np.int8) for column in np.unravel_index(cell, SHAPE)]
    named = {f"outcome_{i}": column for i, column in enumerate(outcomes)}
    frame = pl.DataFrame({**dict(zip(COLUMNS, codes, strict=True)), **named})
    by_cell = pl.DataFrame({"cell": cell, **named})
    features = pd.DataFrame(dict(zip(COLUMNS, codes, strict=True)))

    print(f"{rows:,} rows, {CELLS} cells × {OUTCOMES} outcomes; rates equal to 1e-9")
    ours, rates = best_of(15, lambda: probity(codes, SHAPE, outcomes))
    line("probity: rates, intervals, exact tests, corrections", ours, ours)
    for words, repeats, call in (
        ("polars: group-by of the three columns", 5, lambda: polars_group_by(frame, COLUMNS)),
        ("aif360: rates", 1, lambda: aif360_rates(cell, outcomes)),
        ("fairlearn: rates", 1, lambda: fairlearn_rates(outcomes, features)),
    ):
        seconds, theirs = best_of(repeats, call)
        np.testing.assert_allclose(rates, theirs, atol=1e-9)
        line(words, seconds, ours)
    measured = aequitas_rates(cell, outcomes)
    if measured is None:
        print("  aequitas: left out, no environment could be made for it (it needs pandas < 3 and a network)")
    else:
        np.testing.assert_allclose(rates, measured[1], atol=1e-9)
        line("aequitas: rates, from cells as text", measured[0], ours)

    print("With the three columns folded into one beforehand")
    folded, _ = best_of(15, lambda: probity([cell], (CELLS,), outcomes))
    line("probity: rates, intervals, exact tests, corrections", folded, folded)
    bare, theirs = best_of(15, lambda: polars_group_by(by_cell, ["cell"]))
    np.testing.assert_allclose(rates, theirs, atol=1e-9)
    line("polars: group-by of one column, its best case", bare, folded)

    print(f"Bootstrap, {REPLICATES} replicates of all rates")
    ours, limits = best_of(3, lambda: probity_bootstrap(codes, outcomes))
    line("probity", ours, ours)
    seconds, theirs = best_of(1, lambda: fairlearn_bootstrap(outcomes[0], features))
    scaled = seconds / (FAIRLEARN_REPLICATES + 1) * REPLICATES * OUTCOMES
    line(f"fairlearn, scaled up from {FAIRLEARN_REPLICATES} replicates of one outcome", scaled, ours)
    overlap = (limits[0, 0] <= theirs[1]) & (theirs[0] <= limits[0, 1])
    print(f"  intervals of both overlap in {overlap.mean():.0%} of cells")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
