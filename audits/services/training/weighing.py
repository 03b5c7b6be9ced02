"""Reweighing of an export: a weight a line that takes a group's bearing on the label out of what is learned.

A weight stands for one combination of group and label, so it tells both to whoever has the table. Both leave with the
line anyway: only declared attributes can be chosen, which k and l have judged. A combination of few people is refused
all the same, since its weight is mostly chance, and the manifest would tell how few they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audits.engine.bias.reweighing import VERSION, reweighing_weights
from audits.queries.training import TrainingRow, attributes_of

FEWEST_PEOPLE = 10
TOO_FEW = (
    f"It cannot be reweighed: a combination of {{attribute}} and {{label}} has fewer than {FEWEST_PEOPLE} people, "
    "whose weight would be chance. Export it without weights, or with weights for another attribute."
)
_DIGITS = 6


class TooFewToWeigh(Exception):
    """A combination of group and label that is too small to be weighed; the text names the attributes, no group."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each row, and the table behind them as the manifest tells it."""

    of_row: Mapping[int, float]
    manifest: Mapping[str, Any]


def weights_of(rows: Sequence[TrainingRow], parameters: Mapping[str, Any]) -> Weights:
    """Weigh these rows as `parameters["reweigh"]` asks; nothing is weighed where it asks nothing.

    Rows whose group or label is not known weigh 1. Raises TooFewToWeigh.
    """
    asked = parameters.get("reweigh")
    if not asked:
        return Weights({}, {})
    attribute, label = asked["attribute"], asked["label"]
    values = attributes_of(parameters["dataset"])
    cells: dict[tuple[str, str], list[TrainingRow]] = defaultdict(list)
    unknown = []
    for row in rows:
        place = tuple(str(values.get(row.pk, {}).get(name) or "").strip() for name in (attribute, label))
        if all(place):
            cells[place[0], place[1]].append(row)
        else:
            unknown.append(row)
    groups, labels = {group for group, _ in cells}, {name for _, name in cells}
    people = [len({row.person for row in cells.get((group, name), ())}) for group in groups for name in labels]
    if not people or min(people) < FEWEST_PEOPLE:
        raise TooFewToWeigh(TOO_FEW.format(**{name: value.replace("_", " ") for name, value in asked.items()}))
    weights = {
        cell: round(weight, _DIGITS)
        for cell, weight in reweighing_weights({cell: len(found) for cell, found in cells.items()}).items()
    }
    return Weights(
        of_row={row.pk: weights[cell] for cell, found in cells.items() for row in found}
        | {row.pk: 1.0 for row in unknown},
        manifest={
            "method": "Kamiran & Calders (2012), reweighing",
            "engine": VERSION,
            "attribute": attribute,
            "label": label,
            "weights": [
                {"group": group, "label": name, "rows": len(cells[group, name]), "weight": weights[group, name]}
                for group, name in sorted(cells)
            ],
            "not_weighed": len(unknown),
        },
    )
