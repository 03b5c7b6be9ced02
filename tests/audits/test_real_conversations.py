"""Outcome gaps in real conversations: none by a lottery, one where it was planted."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import replace
from typing import Any

import pytest

from audits.checks import CheckOutcome
from audits.services.counting import day_fold
from tests.audits.asking import SCOPE, ask
from tests.audits.conversations import DAY, Told, conversations_make
from tests.real_data import real_data

pytestmark = [pytest.mark.realdata, pytest.mark.django_db]

LOTTERIES = [f"lottery_{number}" for number in range(5)]
PLANTED = 0.10  # of 100 conversations of group d, these are unresolved in the copy of the outcome


def test_a_lottery_is_never_a_finding_and_a_planted_gap_always(assistant):
    with gzip.open(real_data("conversations_sgd_devtest.jsonl.gz"), "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    rng = random.Random(20250303)
    told = [_drawn(record, rng) for record in records]
    conversations_make(assistant, told)
    day_fold(assistant_id=assistant.pk, day=DAY)

    judged = sum("resolved" in one.outcome for one in told)
    drawn = [_asked(assistant, "resolved", lottery) for lottery in LOTTERIES]
    assert [outcome.n for outcome in drawn] == [judged] * len(LOTTERIES)
    assert [outcome.title for outcome in drawn if outcome.state == "failed"] == []
    planted = [_asked(assistant, f"{lottery}_planted", lottery) for lottery in LOTTERIES]
    assert {outcome.state for outcome in planted} == {"failed"}
    for outcome in planted:
        rates = {row[0]: row[3] for row in outcome.result["tables"][0]["rows"]}
        assert min(rates, key=lambda group: rates[group]) == "d"


def _drawn(record: dict[str, Any], rng: random.Random) -> Told:
    """The conversation with a group from each lottery, and a copy of `resolved` each in which group d is worse off."""
    groups = {lottery: rng.choice("abcd") for lottery in LOTTERIES}
    outcome = dict(record.get("outcome", {}))
    if "resolved" in outcome:
        for lottery, group in groups.items():
            flipped = group == "d" and rng.random() < PLANTED
            outcome[f"{lottery}_planted"] = outcome["resolved"] and not flipped
    return Told(outcome=outcome, attributes=groups)


def _asked(assistant, outcome: str, attribute: str) -> CheckOutcome:
    scope = replace(SCOPE, outcomes=[outcome], attributes=dict.fromkeys(LOTTERIES, ""), groups={})
    return ask(assistant, "outcome_gap", f"{outcome} by {attribute}", scope=scope)
