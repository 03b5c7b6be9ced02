"""What the re-check of a finding's fix will be able to see, foretold from what the failed check has counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audits.engine.bias.recheck import Flow, Recheck, plan_recheck
from audits.group_words import group_words
from audits.models import CheckRun, Finding


def recheck_planned(finding: Finding, *, days: int | None = None) -> Recheck | None:
    """The re-check after `days` days, or after as many as it needs, at the volume of the check that raised the finding.

    None where that check compared no rates of groups: then there is no detectable gap to state.
    """
    run = finding.raised_by_run
    table = run.result.get("gap") or {}
    policy = run.result.get("policy") or {}
    reference = next((row for row in table.get("groups", []) if row["is_reference"]), None)
    groups = [row for row in table.get("groups", []) if not row["is_reference"] and row["p_adjusted"] is not None]
    if reference is None or not groups or not policy:
        return None
    return plan_recheck(
        [_flow(run, row) for row in groups],
        _flow(run, reference),
        delta=policy["delta"],
        alpha=policy["alpha"] / max(table.get("comparisons") or 1, 1),
        confidence=policy["confidence"],
        power=policy["power"],
        days=days,
    )


def recheck_stated(finding: Finding, *, days: int | None = None) -> dict[str, Any]:
    """What is kept with a plan: when the re-check starts by itself and what it will be able to see; empty for neither.

    A probe is as large as whoever starts it makes it, so that its statement is about as many pairs as before.
    """
    planned = recheck_planned(finding, days=days)
    if planned is not None:
        return planned.to_json()
    return {**_pairs(finding.raised_by_run), **({} if days is None else {"days": days})}


def _pairs(run: CheckRun) -> dict[str, Any]:
    compared = (run.result.get("analysis") or {}).get("comparisons", [])
    found = [one for one in compared if one["favourable"] is not None and one["detectable_difference"] is not None]
    if not found:
        return {}
    slowest = max(found, key=lambda one: one["detectable_difference"])
    policy = run.result["policy"]
    return {
        "pairs": slowest["n"],
        "detectable": slowest["detectable_difference"],
        "delta": policy["delta"],
        "power": policy["power"],
    }


def recheck_words(statement: Mapping[str, Any]) -> str:
    """A stored statement in words; empty where it states no detectable gap."""
    if "pairs" in statement:
        return (
            f"A new probe run of as many pairs ({statement['pairs']:,} a comparison) would find a gap of "
            f"{100 * statement['detectable']:.1f} points or more with a chance of {100 * statement['power']:.0f} %."
        )
    if "group" not in statement:
        return ""
    expected = (
        f"About {statement['n']:,} conversations of {statement['group']} and {statement['reference_n']:,} of "
        f"{statement['reference']} are expected in {statement['days']} days."
    )
    power, delta = f"{100 * statement['power']:.0f} %", f"{100 * statement['delta']:g} points"
    if statement["detectable"] is None:
        return f"{expected} They could not show a gap of any size: this re-check will not decide."
    found = f"A gap of {100 * statement['detectable']:.1f} points or more would be found with a chance of {power}."
    decides = (
        f"If none is left, it will say so (within {delta}) with at least that chance."
        if statement["decides"]
        else f"They are too few to show that what is left is within {delta}."
    )
    return f"{expected} {found} {decides}"


def _flow(run: CheckRun, row: Mapping[str, Any]) -> Flow:
    days = max((run.window_until - run.window_from).days, 1)
    return Flow(group_words(row["group"]), row["n"] / days, row["favourable"], row["n"])
