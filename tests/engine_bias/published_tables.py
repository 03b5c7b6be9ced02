"""Published tables that the engine has to reproduce, typed in so that the tests stand alone."""

from __future__ import annotations

from audits.engine.bias.groups import GroupCount

# Bickel, Hammel & O'Connell (1975): department → (men admitted, men rejected, women admitted, women rejected).
BERKELEY_1973 = {
    "A": (512, 313, 89, 19),
    "B": (353, 207, 17, 8),
    "C": (120, 205, 202, 391),
    "D": (138, 279, 131, 244),
    "E": (53, 138, 94, 299),
    "F": (22, 351, 24, 317),
}

# Penicillin given to rabbits at once or later, by dose (Armitage 1971, as in R's `mantelhaen.test`):
# (cured at once, died at once, cured later, died later).
RABBITS = [(0, 6, 0, 5), (3, 3, 0, 6), (6, 0, 2, 4), (5, 1, 6, 0), (2, 0, 5, 0)]


def berkeley_counts() -> list[GroupCount]:
    """Admissions by gender, with the department as stratum."""
    return [
        count
        for department, (men, men_rejected, women, women_rejected) in BERKELEY_1973.items()
        for count in (
            GroupCount("male", men, men + men_rejected, department),
            GroupCount("female", women, women + women_rejected, department),
        )
    ]


def by_stratum(tables: list[tuple[int, int, int, int]]) -> tuple[list[int], list[int], list[int], list[int]]:
    """(k₁, n₁ − k₁, k₂, n₂ − k₂) per stratum → the four arrays k₁, n₁, k₂, n₂."""
    return (
        [a for a, _, _, _ in tables],
        [a + b for a, b, _, _ in tables],
        [c for _, _, c, _ in tables],
        [c + d for _, _, c, d in tables],
    )
