"""Sums over customers against a count by hand."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from audits.checks.repeat_customers import error_effects
from audits.engine.statistics.clusters import ClusterSums
from audits.queries.repeats import Errors, cluster_sums, customer_sums
from tests.audits.conversations import Told
from tests.audits.told import MARCH, counted
from tests.factories import DataSubjectFactory

pytestmark = pytest.mark.django_db

DIMENSIONS, OUTCOMES = ("attribute:age", "language"), ("resolved", "escalated")


@pytest.fixture
def told(assistant) -> list[Told]:
    rng = random.Random(20250303)
    customers = [DataSubjectFactory(team=assistant.team) for _ in range(8)]
    return [
        Told(
            outcome={"resolved": rng.random() < 0.7, **({"escalated": True} if rng.random() < 0.3 else {})},
            attributes=rng.choice([{"age": "old"}, {"age": "young"}, {}]),
            language=rng.choice(["en", "de"]),
            subject=rng.choice(customers),
        )
        for _ in range(80)
    ]


def test_sums_over_customers_are_those_of_a_count_by_hand(assistant, told, django_assert_num_queries):
    counted(assistant, told)
    ask = {"assistant": assistant, "window": MARCH, "dimensions": DIMENSIONS, "outcomes": OUTCOMES}
    with django_assert_num_queries(2):
        found = customer_sums(**ask)
    for dimension in DIMENSIONS:
        for outcome in OUTCOMES:
            by_customer: dict = defaultdict(lambda: [0, 0])
            for one in told:
                if outcome in one.outcome:
                    level = one.language if dimension == "language" else one.attributes.get("age")
                    by_customer[level, one.subject.pk][0] += one.outcome[outcome]
                    by_customer[level, one.subject.pk][1] += 1
            for level, sums in found[dimension, outcome].items():
                rows = [kn for (group, _), kn in by_customer.items() if group == level]
                assert sums == (
                    len(rows), sum(k for k, _ in rows), sum(n for _, n in rows), sum(k * k for k, _ in rows),
                    sum(k * n for k, n in rows), sum(n * n for _, n in rows),
                )  # fmt: skip
    with django_assert_num_queries(1):
        assert customer_sums(**ask) == found


@pytest.mark.parametrize("kind", ["fp", "fn"])
def test_errors_of_a_decision_are_counted_by_customer(assistant, kind):
    rng = random.Random(20250304)
    customers = [DataSubjectFactory(team=assistant.team) for _ in range(8)]
    answers = [{"refused": True}, {"refused": False}, {}, {"refused": "later"}]
    truths = [{"due": True}, {"due": False}, {"due": False}, {}, {"due": 1}]
    told = [
        Told(outcome=rng.choice(answers) | rng.choice(truths), language="en", subject=rng.choice(customers))
        for _ in range(120)
    ]
    counted(assistant, told)
    asked = Errors("refused", "due", kind)
    found = customer_sums(assistant=assistant, window=MARCH, dimensions=["language"], outcomes=[asked])
    by_customer: dict = defaultdict(lambda: [0, 0])
    for one in told:
        refused, due = one.outcome.get("refused"), one.outcome.get("due")
        if isinstance(refused, bool) and due is (kind == "fn"):
            by_customer[one.subject.pk][0] += refused is (kind == "fp")
            by_customer[one.subject.pk][1] += 1
    k, n = zip(*by_customer.values(), strict=True)
    levels, sums = cluster_sums(found["language", asked], favourable="true")
    by_hand = ClusterSums.of(k, n, [0] * len(k), groups=1)
    assert levels == ["en"]
    for name in ("clusters", "k", "n", "kk", "kn", "nn"):
        assert getattr(sums, name).tolist() == getattr(by_hand, name).tolist()


@pytest.mark.parametrize("name", ["50%", "%s", "%(since)s", "{n}", "it's \\"])
def test_a_name_is_only_a_name(assistant, name):
    counted(assistant, [Told(outcome={name: True, "due": False}, language="en", attributes={name: "a"})] * 2)
    asked = [name, Errors(name, "due", "fp")]
    found = customer_sums(assistant=assistant, window=MARCH, dimensions=[f"attribute:{name}"], outcomes=asked)
    assert [{level: sums[1:3] for level, sums in of_one.items()} for of_one in found.values()] == [{"a": (2, 2)}] * 2


def test_a_group_written_with_blanks_shares_the_greater_effect():
    often, once = (5, 30, 50, 300, 350, 500), (40, 20, 40, 20, 20, 40)
    asked = Errors("refused", "due", "fp")
    effects = [
        error_effects({("attribute:age", asked): sums}, decision="refused", truth="due", dimension="attribute:age")
        for sums in ({"old": often}, {"old": often, "old ": once}, {"old ": once, "old": often})
    ]
    assert effects[0]["old"][0] > 1
    assert effects[0] == effects[1] == effects[2]


def test_the_other_answer_can_be_the_favourable_one(assistant, told):
    counted(assistant, told)
    sums = customer_sums(assistant=assistant, window=MARCH, dimensions=["language"], outcomes=["resolved"])
    levels, of_false = cluster_sums(sums["language", "resolved"], favourable="false")
    by_customer: dict = defaultdict(lambda: [0, 0])
    for one in told:
        by_customer[levels.index(one.language), one.subject.pk][0] += not one.outcome["resolved"]
        by_customer[levels.index(one.language), one.subject.pk][1] += 1
    k, n = zip(*by_customer.values(), strict=True)
    by_hand = ClusterSums.of(k, n, [group for group, _ in by_customer], groups=2)
    for name in ("clusters", "k", "n", "kk", "kn", "nn"):
        assert getattr(of_false, name).tolist() == getattr(by_hand, name).tolist()


def test_nothing_asked_is_nothing_queried(assistant, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert customer_sums(assistant=assistant, window=MARCH, dimensions=[], outcomes=["resolved"]) == {}
