"""Every check of counts answers whatever the counts are, in numbers that JSON can hold."""

from __future__ import annotations

import json
from datetime import date
from random import Random

import pytest

from assistants.models import AuditedAttribute
from audits.checks import CHECKS, CheckContext, Scope
from audits.models import CountCell
from audits.programmes import default_checks, expand
from audits.services.packing import day_pack
from audits.states import CheckKind
from tests.audits.told import MARCH

pytestmark = pytest.mark.django_db

SIZES = (1, 5, 9, 10, 11, 30, 60, 400)
SCALES = {
    "score.csat": ("1", "3", "5"),
    "quality.turns": ("2", "4", "10"),
    "quality.first_answer": ("0", "10", "60"),
    "quality.repeat_contact": ("true", "false", "pending"),
    "truth.refused/not_due": ("tp", "fp", "tn", "fn"),
    "scan.hostile": ("true", "false"),
}
KINDS = [
    CheckKind.OUTCOME_GAP,
    CheckKind.ADJUSTED_GAP,
    CheckKind.IMPACT_RATIO,
    CheckKind.INTERSECTIONS,
    CheckKind.LANGUAGE_PARITY,
    CheckKind.DATA_SUFFICIENCY,
    CheckKind.SERVICE_QUALITY,
    CheckKind.ERROR_PARITY,
    CheckKind.TEXT_HARM,
    CheckKind.MONITORING,
]
SCOPE = Scope(
    attributes={"age": "", "region": "west"},
    purposes=[],
    outcomes=["escalated", "refused", "resolved"],
    groups={"language": 3, "channel": 2},
    measures=list(SCALES),
    nominations={
        "resolved": {
            "slices": [{"attribute:age": "old", "intent": "bill"}, {"attribute:age": "gone", "language": "de"}],
            "after": "2025-03-05",
        }
    },
)


def cells(assistant, rng: Random, kind: str) -> list[CountCell]:
    rows = []
    for _ in range(0 if kind == "nothing" else rng.randrange(2, 12)):
        n = {"single": 1, "huge": 10**9}.get(kind, rng.choice(SIZES))
        attributes = (
            {} if kind == "unknown" else {"age": "old" if kind == "one group" else rng.choice(["old", "young"])}
        )
        place = {
            "assistant": assistant,
            "day": date(2025, 3, rng.randrange(1, 29)),
            "intent": rng.choice(["bill", "move", ""]),
            "channel": rng.choice(["chat", "voice"]),
            "language": rng.choice(["de", "en", ""]),
            "attributes": attributes if kind == "unknown" or rng.random() < 0.5 else {**attributes, "region": "west"},
        }
        counted = [("total", "", n), ("scan.state", "scanned", n), ("outcome.refused", "true", n)]
        for outcome in ("outcome.resolved", "outcome.escalated"):
            yes = {"favourable": n, "unfavourable": 0}.get(kind, rng.choice([0, n, rng.randint(0, n)]))
            counted += [(outcome, "true", yes), (outcome, "false", n - yes)]
        for measure, values in SCALES.items():
            left = n
            for value in values:
                some = rng.choice([0, left, rng.randint(0, left)])
                counted.append((measure, value, some))
                left -= some
        rows += [CountCell(measure=measure, value=value, n=k, **place) for measure, value, k in counted if k]
    return rows


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "kind", ["nothing", "single", "one group", "unknown", "favourable", "unfavourable", "huge", "any", "any of them"]
)
def test_every_check_answers_in_numbers_that_json_can_hold(assistant, kind):
    rows = CountCell.objects.bulk_create(cells(assistant, Random(kind), kind))
    for day in {row.day for row in rows}:
        day_pack(assistant_id=assistant.pk, day=day)
    for name in SCOPE.attributes:
        AuditedAttribute.objects.create(assistant=assistant, name=name)
    checks = [
        {**one, "params": {"pairs": {"refused": "not_due"}}} if one["kind"] == CheckKind.ERROR_PARITY else one
        for one in default_checks()
    ]
    specs = expand(checks, SCOPE, kinds=KINDS)
    assert {spec.kind for spec in specs} == set(KINDS)
    for kind_asked in KINDS:
        contexts = [
            CheckContext(assistant=assistant, target=spec.target, params=spec.params, window=MARCH)
            for spec in specs
            if spec.kind == kind_asked
        ]
        outcomes = CHECKS[kind_asked].answer(contexts)
        for context, outcome in zip(contexts, outcomes, strict=True):
            json.dumps(outcome.result, allow_nan=False)
            assert not {"nan", "inf"} & set(outcome.sentence.lower().replace(",", " ").split()), outcome.sentence
            # Who else is asked changes no answer.
            assert CHECKS[kind_asked].answer([context]) == [outcome]
