"""Which rule governs: the most specific one of each anchor; then the earliest deadline of a purpose counts; then the
latest of all purposes.

Rules are about a kind of data, for one purpose or any, in one jurisdiction or any. For a purpose and a jurisdiction,
the rules that match are ordered by how much they say: a rule for the purpose before a rule for any; then a region
(`US-CA`) before its country (`US`) before `EU` before anywhere. Of each anchor the first one counts. Where rules with
different anchors remain (a year after the conversation ended, thirty days after consent was withdrawn), the earliest
deadline counts. Data kept for several purposes goes when the last of them has no more need of it; a purpose without a
rule sets no deadline, so the data stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.retention.durations import Duration

# The General Data Protection Regulation applies in the European Economic Area.
_EEA = """
    AT BE BG CY CZ DE DK EE EL ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK
"""
EU = frozenset(_EEA.split())


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as far as it decides: `purpose` None is any purpose, `jurisdiction` "" is anywhere."""

    id: int
    purpose: int | None
    jurisdiction: str
    anchor: str
    period: Duration
    grace: Duration

    @property
    def rank(self) -> tuple[bool, int]:
        """How much it says; the greater the more specific."""
        level = 3 if "-" in self.jurisdiction else 1 if self.jurisdiction == "EU" else 2 if self.jurisdiction else 0
        return self.purpose is not None, level


def applies(jurisdiction: str, place: str) -> bool:
    """Whether a rule for `jurisdiction` covers somebody in `place` (empty: nobody knows where)."""
    country = place[:2]
    return jurisdiction in ("", place, country) or (jurisdiction == "EU" and country in EU)


def candidates(rules: Iterable[Rule], *, purpose: int | None) -> dict[str, list[Rule]]:
    """The rules that can govern a purpose, by anchor, the most specific first."""
    found: dict[str, list[Rule]] = {}
    for rule in sorted(rules, key=lambda rule: (rule.rank, rule.id), reverse=True):
        if rule.purpose in (None, purpose):
            found.setdefault(rule.anchor, []).append(rule)
    return found


def governing(rules: Iterable[Rule], *, purpose: int | None, place: str) -> dict[str, Rule]:
    """The rule of each anchor that governs a purpose for somebody in `place`."""
    found = {}
    for anchor, ordered in candidates(rules, purpose=purpose).items():
        matching = next((rule for rule in ordered if applies(rule.jurisdiction, place)), None)
        if matching is not None:
            found[anchor] = matching
    return found


def deadline(
    rules: Collection[Rule],
    *,
    purposes: Sequence[int],
    place: str,
    anchors: Mapping[int | None, Mapping[str, datetime | None]],
    grace: bool = False,
) -> datetime | None:
    """When the time of a row has passed, or None while nothing says that it does.

    `anchors` holds, for each purpose, when each anchor was reached, if it was. Data without any purpose is governed
    by the rules for any purpose. With `grace`, from when on it is a breach that the row is still there.
    """
    latest: datetime | None = None
    each: Sequence[int | None] = purposes or [None]
    for purpose in each:
        ends = [
            (rule.grace.after(rule.period.after(reached)) if grace else rule.period.after(reached))
            for anchor, rule in governing(rules, purpose=purpose, place=place).items()
            if (reached := anchors[purpose].get(anchor)) is not None
        ]
        if not ends:
            return None
        latest = min(ends) if latest is None else max(latest, min(ends))
    return latest
