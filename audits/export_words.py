"""What an export of training data says of itself in words: the policy it went by, and what its weights do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from assistants.states import DuplicateRule, RewriteMode
from audits.type_words import words as type_words


def policy_in_words(parameters: Mapping[str, Any], *, purpose: str) -> list[tuple[str, str]]:
    """The frozen parameters of an export as pairs of term and value; `purpose` is the name of the one they point at."""
    told = [
        ("Purpose", purpose),
        ("Quasi-identifiers", _names(parameters["quasi"])),
        ("Sensitive attributes", _names(parameters["sensitive"])),
        ("k", f"{parameters['k']} people at least share their attributes"),
        ("l", f"{parameters['l']} different sensitive values at least among them"),
        ("Repeated", DuplicateRule(parameters["duplicates"]).label),
        ("Personal data", RewriteMode(parameters["mode"]).label),
        ("May stay", ", ".join(map(type_words, parameters["allowed_types"])) or "no personal data"),
    ]
    asked = parameters.get("reweigh")
    if asked:
        told.append(("Weights", f"for {_name(asked['attribute'])}, against {_name(asked['label'])}"))
    return told


def weights_in_words(weighing: Mapping[str, Any], *, favourable: str) -> str:
    """What weights change: how often groups have the good label without them, and with them.

    Reweighing gives every group the rate of the whole (Kamiran and Calders 2012, section 3.2). Empty where no label is
    known as the good one.
    """
    rows: dict[str, int] = defaultdict(int)
    good: dict[str, int] = defaultdict(int)
    for one in weighing["weights"]:
        rows[one["group"]] += one["rows"]
        good[one["group"]] += one["rows"] if one["label"] == favourable else 0
    if not sum(good.values()):
        return ""
    rates = sorted((good[group] / rows[group], group) for group in rows)
    (lowest, fewest), (highest, most) = rates[0], rates[-1]
    whole = sum(good.values()) / sum(rows.values())
    label = _name(weighing["label"]).capitalize()
    return (
        f"{label} is “{favourable}” on {100 * lowest:.0f} % of the lines of {fewest} and on {100 * highest:.0f} % of "
        f"those of {most}; weighed, on {100 * whole:.0f} % in every group."
    )


def _names(names: list[str]) -> str:
    return ", ".join(map(_name, names)) or "none"


def _name(attribute: str) -> str:
    return attribute.replace("_", " ")
