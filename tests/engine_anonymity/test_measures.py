"""The measures against pycanon's figures, and against a reading of the definitions row by row."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.anonymity import Policy, assess, encoded, grouped

# pycanon 1.3.6 on these tables (its numpy is older than ours, so it is not installed beside it): k_anonymity,
# l_diversity, entropy_l_diversity (rounded down), t_closeness. Its recursive c sorts the counts the wrong way round.
PYCANON = [
    ((400, 7, (3, 4, 2), 6), (7, 4, 2, 0.2872727272727273)),
    ((2000, 11, (5, 6, 3), 9), (9, 3, 2, 0.43199999999999994)),
    ((60, 3, (2, 2), 3), (12, 3, 2, 0.2)),
]


def planted(rows: int, seed: int, shape: tuple[int, ...], values: int):
    random = np.random.default_rng(seed)
    quasi = {f"q{i}": encoded(random.integers(0, n, rows).tolist()) for i, n in enumerate(shape)}
    return quasi, encoded(np.minimum(random.geometric(0.35, rows) - 1, values - 1).tolist())


@pytest.mark.parametrize(("table", "figures"), PYCANON, ids=["400 rows", "2000 rows", "60 rows"])
def test_measures_are_those_of_pycanon(table, figures):
    quasi, sensitive = planted(*table)
    found = assess(quasi, {"s": sensitive}, policy=Policy())
    one = found.sensitive["s"]
    assert (found.k, found.l, math.floor(one.entropy)) == figures[:3]
    assert one.t == pytest.approx(figures[3])


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]),
        st.integers(0, 2),
        st.sampled_from(["flu", "cold", None, True]),
        st.integers(1, 4),
        st.sampled_from("pqr"),
    ),
    min_size=1,
    max_size=30,
)


@given(rows=ROWS, k=st.integers(1, 5), l=st.integers(1, 3), by_person=st.booleans())
def test_assessment_is_what_the_definitions_say(rows, k, l, by_person):  # noqa: E741
    first, second, sensitive, members, persons = map(list, zip(*rows, strict=True))
    found = assess(
        {"first": encoded(first), "second": encoded(second)},
        {"s": encoded(sensitive)},
        policy=Policy(k=k, l=l),
        members=np.array(members),
        person=encoded(persons) if by_person else None,
    )
    values, people, lines = defaultdict(Counter), defaultdict(set), defaultdict(list)
    for number, (a, b, s, n, person) in enumerate(rows):
        values[a, b][s] += n
        people[a, b].add(person)
        lines[a, b].append(number)
    sizes = {key: len(people[key]) if by_person else sum(counts.values()) for key, counts in values.items()}
    overall = sum(values.values(), Counter())
    total = sum(overall.values())
    assert found.k == min(sizes.values())
    assert found.l == min(len(counts) for counts in values.values())
    one = found.sensitive["s"]
    assert one.entropy == pytest.approx(min(map(entropy, values.values())))
    assert one.recursive_c == pytest.approx(max(recursive(counts, l) for counts in values.values()))
    assert one.t == pytest.approx(max(distance(counts, overall, total) for counts in values.values()))
    broken = [key for key in values if sizes[key] < k or len(values[key]) < l]
    assert found.breaking_rows.tolist() == sorted(number for key in broken for number in lines[key])
    assert found.satisfied == (not broken)


def entropy(counts: Counter) -> float:
    n = sum(counts.values())
    return math.exp(-sum(c / n * math.log(c / n) for c in counts.values()))


def recursive(counts: Counter, l: int) -> float:  # noqa: E741
    ordered = sorted(counts.values(), reverse=True)
    tail = sum(ordered[l - 1 :])
    return ordered[0] / tail if tail else math.inf


def distance(counts: Counter, overall: Counter, total: int) -> float:
    n = sum(counts.values())
    return sum(abs(counts[value] / n - overall[value] / total) for value in overall) / 2


@given(rows=ROWS, k=st.integers(1, 5), l=st.integers(1, 3))
def test_leaving_out_the_breaking_rows_reaches_k_and_l_and_nothing_less_does(rows, k, l):  # noqa: E741
    found = measured(rows, k, l)
    kept = np.delete(np.arange(len(rows)), found.breaking_rows)
    again = measured([rows[number] for number in kept], k, l)
    assert again.satisfied
    # Any one class put back breaks it again.
    for number in set(found.classes.of_row[found.breaking_rows].tolist()):
        back = [row for at, row in enumerate(rows) if at in kept or found.classes.of_row[at] == number]
        assert not measured(back, k, l).satisfied


def measured(rows, k, l):  # noqa: E741
    first, second, sensitive = ([row[i] for row in rows] for i in range(3))
    return assess(
        {"first": encoded(first), "second": encoded(second)}, {"s": encoded(sensitive)}, policy=Policy(k=k, l=l)
    )


def test_very_many_combinations_are_grouped_as_few_are():
    random = np.random.default_rng(5)
    columns = [encoded(random.integers(0, 5000, 3000).tolist()) for _ in range(6)]
    found = grouped(columns)
    assert found.count == len({tuple(column.codes[row] for column in columns) for row in range(3000)})


def test_table_without_rows_or_quasi_identifiers_has_an_answer():
    empty = assess({"q": encoded([])}, {"s": encoded([])}, policy=Policy())
    assert (empty.k, empty.l, empty.rows, empty.satisfied) == (0, 0, 0, True)
    alone = assess({}, {"s": encoded(["a", "b", "b"])}, policy=Policy(k=3, l=2))
    assert (alone.k, alone.l, alone.satisfied) == (3, 2, True)


def test_impossible_policy_and_uneven_columns_are_refused():
    with pytest.raises(ValueError, match="k is at least 1"):
        Policy(k=0)
    with pytest.raises(ValueError, match="different lengths"):
        assess({"q": encoded(["a"])}, {"s": encoded([])}, policy=Policy())
