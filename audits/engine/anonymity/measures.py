"""What is measured of each equivalence class: its size, and how diverse its sensitive values are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.engine.anonymity.classes import Classes, Codes, Column, grouped

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cells:
    """How often each sensitive value occurs in each class; only pairs that occur are kept, ordered by class."""

    of_class: Codes
    value: Codes
    n: Codes
    classes: int
    values: int


def class_sizes(classes: Classes, *, members: Codes | None = None, person: Column | None = None) -> Codes:
    """How many rows each class holds: rows, or what `members` says each stands for, or distinct persons.

    Sweeney (2002) thinks of one row a person. Where one person has several rows, five rows of the same person hide
    nobody, so with `person` the persons are counted.
    """
    if person is not None:
        pairs = grouped([Column(tuple(map(str, range(classes.count))), classes.of_row), person])
        first = np.zeros(pairs.count, dtype=np.int64)
        first[pairs.of_row] = classes.of_row
        return np.bincount(first, minlength=classes.count).astype(np.int64)
    return _summed(classes.of_row, members, classes.count)


def cells_of(classes: Classes, sensitive: Column, *, members: Codes | None = None) -> Cells:
    """The sensitive values of each class, counted."""
    values = max(len(sensitive.levels), 1)
    key = classes.of_row * values + sensitive.codes
    if classes.count * values <= max(1 << 20, 4 * len(key)):
        n = _summed(key, members, classes.count * values)
        present = np.flatnonzero(n)
        return Cells(present // values, present % values, n[present], classes.count, values)
    distinct, of_row = np.unique(key, return_inverse=True)
    n = _summed(of_row, members, len(distinct))
    kept = n > 0
    return Cells(distinct[kept] // values, distinct[kept] % values, n[kept], classes.count, values)


def distinct_values(cells: Cells) -> Codes:
    """Distinct l-diversity of each class: how many different sensitive values it has.

    A. Machanavajjhala, D. Kifer, J. Gehrke, M. Venkitasubramaniam, "l-diversity: privacy beyond k-anonymity", ACM
    Transactions on Knowledge Discovery from Data 1(1), 2007, section 4 (the simplest reading of principle 2).
    """
    return np.bincount(cells.of_class, minlength=cells.classes).astype(np.int64)


def entropy_values(cells: Cells) -> Floats:
    """Entropy l-diversity of each class: exp(H), the l for which H = −Σ p·log p equals log l.

    Machanavajjhala et al. (2007), definition 4.1: a class is entropy l-diverse if its entropy is at least log l.
    """
    share = cells.n / _totals(cells)[cells.of_class]
    entropy = np.bincount(cells.of_class, weights=-share * np.log(share), minlength=cells.classes)
    return np.exp(entropy)


def recursive_c(cells: Cells, *, l: int) -> Floats:  # noqa: E741  (the letter of the definition)
    """Recursive (c, l)-diversity of each class: it holds for every c above the value returned.

    Machanavajjhala et al. (2007), definition 4.2: with the counts in descending order r₁ ≥ … ≥ r_m, a class is
    (c, l)-diverse if r₁ < c·(r_l + r_{l+1} + … + r_m). Infinite where a class has fewer than l values.
    """
    order = np.lexsort((-cells.n, cells.of_class))
    of_class, n = cells.of_class[order], cells.n[order]
    first = np.searchsorted(of_class, np.arange(cells.classes))
    rank = np.arange(len(n)) - first[of_class]
    tail = np.bincount(of_class, weights=np.where(rank >= l - 1, n, 0), minlength=cells.classes)
    most = np.zeros(cells.classes)
    np.maximum.at(most, of_class, n)
    return np.divide(most, tail, out=np.full(cells.classes, np.inf), where=tail > 0)


def closeness(cells: Cells) -> Floats:
    """t-closeness of each class: how far its sensitive values lie from those of the whole table, 0 to 1.

    N. Li, T. Li, S. Venkatasubramanian, "t-closeness: privacy beyond k-anonymity and l-diversity", ICDE 2007,
    section 5.1: the earth mover's distance with equal distances between values, ½·Σ|pᵢ − qᵢ|.
    """
    totals = _totals(cells)
    overall = np.bincount(cells.value, weights=cells.n, minlength=cells.values)
    q = (overall / max(overall.sum(), 1.0))[cells.value]
    p = cells.n / totals[cells.of_class]
    # Values that a class lacks add their whole q; those it has are taken out of the sum of all q, which is 1.
    difference = np.bincount(cells.of_class, weights=np.abs(p - q) - q, minlength=cells.classes)
    return np.where(totals > 0, (1.0 + difference) / 2, 0.0)


def _totals(cells: Cells) -> Floats:
    return np.asarray(np.bincount(cells.of_class, weights=cells.n, minlength=cells.classes), dtype=np.float64)


def _summed(codes: Codes, members: Codes | None, length: int) -> Codes:
    """Counts stay exact as floats up to 2⁵³, which the reader of tables sees to."""
    return np.bincount(codes, weights=members, minlength=length).astype(np.int64)
