"""How much is known, said before anything that rests on it.

Who answers a question, or whose truth somebody looked up, is nobody's random choice. Where the known share itself
differs by group, a comparison of what is known may compare those who answer with those who do not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from audits.checks.tables import share_text, table
from audits.engine.bias.comparisons import GapFamily, TableCounts
from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.groups import GroupCount
from audits.engine.bias.verdict import Policy, Verdict
from audits.states import CheckState

_NO_BAR = 1e6


@dataclass(frozen=True, slots=True)
class KnownShare:
    """The share that is known by group, compared as outcomes are. `sentence` is empty where everything is known."""

    gap: GapTable
    sentence: str
    table: dict[str, Any]

    @property
    def uneven(self) -> bool:
        return self.gap.verdict is Verdict.DISPARITY

    def held_back(self, state: CheckState) -> CheckState:
        """A pass that rests on unevenly missing answers is only something to watch."""
        return CheckState.WATCH if self.uneven and state == CheckState.PASSED else state


def known_family(counts: Sequence[GroupCount], *, policy: Policy, reference: str | None, attribute: str) -> GapFamily:
    """How many of each group are known (`favourable` of `n`), to be compared as a family of its own at `policy.alpha`.

    It never makes a disparity by itself. Raises LookupError if `reference` names none of the groups.
    """
    # Where nearly everybody is known, twice as many missing are still next to none: the adverse ratio has no say.
    own = replace(policy, delta=0.05, adverse_ratio=_NO_BAR)
    return GapFamily.of([TableCounts((attribute,), tuple(counts), reference)], policy=own)


def known_share(gap: GapTable, *, what: str, noun: str, title: str, named: Callable[[str], str] = str) -> KnownShare:
    """The comparison of a `known_family` in words.

    `what` says what is known, such as "a CSAT score was given", `noun` of what, and `title` heads the table.
    """
    return KnownShare(
        gap=gap,
        sentence=_sentence(gap, what=what, noun=noun, named=named, preposition=preposition_of(gap.attributes[0])),
        table=table(
            title,
            rate_columns(noun.capitalize(), "Known", "Share known"),
            [rate_row(row, named) for row in gap.groups],
        ),
    )


def rate_columns(n: str, favourable: str, rate: str) -> tuple[tuple[str, str], ...]:
    """The columns of `rate_row`, with these words for members, favourable ones and their rate."""
    return (
        ("Group", "text"),
        (n, "count"),
        (favourable, "count"),
        (rate, "share"),
        ("Plausible range", "interval"),
        ("Difference", "points"),
        ("Range of the difference", "points_interval"),
        ("Adjusted p", "p"),
        ("Verdict", "verdict"),
    )


def rate_row(row: GroupResult, named: Callable[[str], str]) -> list[Any]:
    """One group of a comparison of rates."""
    compared = row.tested and not row.is_reference
    label = named(row.label)
    return [
        f"{label} (reference)" if row.is_reference else label,
        row.n,
        row.favourable,
        row.rate,
        list(row.rate_interval),
        row.difference if compared else None,
        list(row.difference_interval) if compared and row.difference_interval else None,
        row.p_adjusted,
        row.verdict.value if compared else None,
    ]


def preposition_of(attribute: str) -> str:
    """A conversation is in a language, and from a group of customers."""
    return "in" if attribute == "language" else "from"


def _sentence(gap: GapTable, *, what: str, noun: str, named: Callable[[str], str], preposition: str) -> str:
    present = [row for row in gap.groups if row.known and row.n]
    if not present or all(row.favourable == row.n for row in present):
        return ""
    ranked = sorted(present, key=lambda row: row.rate or 0.0)
    least, most = ranked[0], ranked[-1]
    subject = what[0].upper() + what[1:]
    if gap.verdict is Verdict.DISPARITY or gap.verdict is Verdict.WATCH:
        how = "First: what is missing differs by group" if gap.verdict is Verdict.DISPARITY else "First, to watch"
        return (
            f"{how}. {subject} in {_share(most)} of {noun} {preposition} {named(most.label)} and in {_share(least)} of "
            f"those {preposition} {named(least.label)}; those who are missing may not be like the others."
        )
    shares = _share(least) if _share(least) == _share(most) else _from_to(least.rate or 0.0, most.rate or 0.0)
    told = "alike in all groups" if gap.verdict is Verdict.NO_MATERIAL_DIFFERENCE else "with no clear gap by group"
    return f"{subject} in {shares} of {noun}, {told}."


def _share(row: GroupResult) -> str:
    return share_text(row.rate or 0.0)


def _from_to(least: float, most: float) -> str:
    """ "50.0 % to 50.2 %": both with as many decimals, so that neither looks rounder than it is."""
    both = share_text(least), share_text(most)
    digits = max(len(one.removesuffix(" %").partition(".")[2]) for one in both)
    return f"{100 * least:.{digits}f} % to {100 * most:.{digits}f} %"
