"""What pages say of a judge's reading beside that of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audits.models import CheckRun
from audits.queries.probe_judgements import BothReadings, agreements_about, both_readings, reading_of

_ALIKE = {
    "disparity": "Not alike",
    "watch": "Watch",
    "no_material_difference": "Alike",
    "not_enough_data": "Not enough data",
}


@dataclass(frozen=True, slots=True)
class ShownReading:
    """One outcome and cue as a judge read it. `missing` counts answers that it has not read."""

    judged: int
    answered: int
    agreements: list[dict[str, str | int]]
    both: list[dict[str, Any]]
    reasons: list[str]

    @property
    def missing(self) -> int:
        return self.answered - self.judged


def shown_reading(
    checks: Sequence[CheckRun],
    comparisons: Sequence[Mapping[str, Any]],
    *,
    cue: str,
    outcome: str,
    labels: Mapping[str, str],
) -> ShownReading | None:
    """The part of a run's page about its judge; None where none was named."""
    reading = reading_of(checks, cue)
    if reading is None:
        return None
    compared = [row for row in comparisons if row["cue"] == cue and row["outcome"] == outcome]
    return ShownReading(
        judged=reading["judged"],
        answered=reading["answered"],
        agreements=[_agreement(row, labels) for row in agreements_about(reading, outcome)],
        both=[_both(one, labels) for one in both_readings(compared, reading)],
        reasons=[
            f"{_begun(_label(labels, row))}: {row['reason']}."
            for row in reading["weakened"]
            if row["outcome"] == outcome
        ],
    )


def _agreement(row: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, str | int]:
    return {
        "label": _begun(_label(labels, row)) if row["group"] else "All answers",
        "n": row["n"],
        "agreement": _percent(row["agreement"]),
        "kappa": "" if row["kappa"] is None else _two(row["kappa"]),
        "range": "" if row["kappa"] is None else " to ".join(map(_two, row["kappa_interval"])),
        "rules_rate": _percent(row["rules_rate"]),
        "judge_rate": _percent(row["judge_rate"]),
    }


def _both(one: BothReadings, labels: Mapping[str, str]) -> dict[str, Any]:
    cue, reference = one.by_rules["cue"], one.by_rules["reference"]
    return {
        "label": _begun(_label(labels, one.by_rules)),
        "against": labels.get(f"{cue}={reference}", reference),
        "n": one.by_judge["n"],
        "by_rules": _points(one.by_rules),
        "by_judge": _points(one.by_judge),
        "rules_verdict": one.rules_verdict,
        "judge_verdict": one.by_judge["verdict"],
        "agree": _percent(one.agreeing["rate"]),
        "agree_reference": _percent(one.agreeing["reference_rate"]),
        "alike": one.agreeing["verdict"],
        "alike_words": _ALIKE[one.agreeing["verdict"]],
    }


def _points(row: Mapping[str, Any]) -> dict[str, str]:
    low, high = row["difference_interval"] or (None, None)
    return {
        "difference": _signed(row["difference"]),
        "range": "" if low is None else f"{_signed(low)} to {_signed(high)}",
    }


def _signed(value: float | None) -> str:
    if value is None:
        return "–"
    points = round(100 * value)
    return f"{points:+d}".replace("-", "−") if points else "0"


def _two(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _label(labels: Mapping[str, str], row: Mapping[str, Any]) -> str:
    return labels.get(f"{row['cue']}={row['group']}", row["group"])


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]
