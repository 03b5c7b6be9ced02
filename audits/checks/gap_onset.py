"""With which release a gap began: the group that is furthest behind, release by release."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from audits.checks.contract import CheckContext
from audits.checks.tables import table
from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.groups import level_text
from audits.engine.bias.onset import Period, Step, gap_steps
from audits.engine.bias.verdict import Policy, Verdict
from audits.queries.cubes import RELEASE, window_margins

LOOK_BACK = timedelta(days=90)
"""How far before the window the releases before may lie."""
_COLUMNS = (
    ("Release", "text"),
    ("Conversations", "count"),
    ("Gap", "points"),
    ("Gap before", "points"),
    ("Adjusted p", "p"),
)


def gap_onset(
    context: CheckContext, gap: GapTable, *, measure: str, favourable: str, dimension: str, policy: Policy
) -> list[Step]:
    """Each release against those before it, for the group with the largest disparity; empty where nothing is to tell.

    One statement. Looks back `LOOK_BACK` before the window, and at all releases even where the window is of one.
    """
    worst, reference = _worst(gap), gap.reference
    if worst is None or reference is None:
        return []
    window = replace(context.window, since=context.window.since - LOOK_BACK, release=None)
    cube = window_margins(assistant=context.assistant, window=window, measures=[measure])
    counted: dict[str, dict[str, tuple[int, int]]] = {}
    for count in cube.group_counts(measure, favourable, groups=[dimension, RELEASE]):
        group, release = map(level_text, count.levels)
        counted.setdefault(release, {})[group] = (count.favourable, count.n)
    keys = [level_text(row.levels[0]) for row in (worst, reference)]
    releases = context.assistant.releases.order_by("released_at", "pk").values_list("pk", "version")
    found = [(version, counted.get(str(pk), {})) for pk, version in releases]
    periods = [Period(version, *groups.get(keys[0], (0, 0)), *groups.get(keys[1], (0, 0))) for version, groups in found]
    return gap_steps(periods, delta=policy.delta, alpha=policy.alpha, fewest=policy.small_cell)


def began_with(steps: list[Step]) -> str:
    """The release with which the gap began; empty where none is known."""
    return next((step.release for step in steps if step.began), "")


def onset_tables(steps: list[Step], gap: GapTable) -> list[dict[str, Any]]:
    """One row a release, the gap of the group furthest behind; none where there was one release only."""
    worst, reference = _worst(gap), gap.reference
    if not steps or worst is None or reference is None:
        return []
    title = f"{worst.label} against {reference.label}, from release to release"
    return [table(title, _COLUMNS, [[one.release, one.n, one.gap, one.gap_before, one.p_adjusted] for one in steps])]


def _worst(gap: GapTable) -> GroupResult | None:
    found = [row for row in gap.groups if row.verdict is Verdict.DISPARITY]
    return max(found, key=lambda row: abs(row.difference or 0.0), default=None)
