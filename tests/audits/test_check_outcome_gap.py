"""The outcome gap: planted gaps are found, even groups are not, and nobody's group is told."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from assistants.models import Conversation
from audits.checks.gap_settings import GapSettings, is_adverse
from tests.audits.asking import SCOPE, ask
from tests.audits.conversations import Told
from tests.audits.told import counted, group
from tests.factories import ReleaseFactory

pytestmark = pytest.mark.django_db

ONE_QUESTION = {"dimensions": ["language"]}


@pytest.mark.parametrize(
    ("outcome", "adverse"),
    [
        ("resolved", False),
        ("refused", True),
        ("refund_refused", True),
        ("not_refused", False),
        ("refund_not_due", False),
    ],
)
def test_what_an_outcome_is_called_says_which_answer_is_the_good_one(outcome, adverse):
    assert is_adverse(outcome) is adverse
    assert GapSettings().is_favourable(outcome) is not adverse
    assert GapSettings(favourable={outcome: True}).is_favourable(outcome)


def by_language(assistant, **params):
    return ask(assistant, "outcome_gap", "resolved by language", params={**ONE_QUESTION, **params})


def test_a_planted_gap_is_found_with_examples(assistant):
    counted(assistant, [*group(300, resolved=240, language="en"), *group(300, resolved=180, language="de")])
    outcome = by_language(assistant)
    assert (outcome.state, outcome.severity, outcome.n) == ("failed", "critical", 600)
    assert outcome.title == "Resolved differs by language"
    assert outcome.sentence.startswith(
        "Disparity: Out of 100 conversations about 80 in English were resolved and 60 in German (difference 20 points"
    )
    assert len(outcome.evidence) == 10
    examples = Conversation.objects.filter(pk__in=[pk for pk, _ in outcome.evidence])
    assert {(one.language, one.outcome["resolved"]) for one in examples} == {("de", False)}
    assert {why for _, why in outcome.evidence} == {"language German: resolved was false"}
    assert by_language(assistant).evidence == outcome.evidence


def test_the_result_holds_every_number_in_a_table(assistant):
    counted(assistant, [*group(300, resolved=240, language="en"), *group(300, resolved=180, language="de")])
    result = by_language(assistant).result
    (table,) = result["tables"]
    assert [column["label"] for column in table["columns"]][:4] == [
        "Group",
        "Conversations",
        "Favourable",
        "Rate",
    ]
    assert [row[:4] for row in table["rows"]] == [["English (reference)", 300, 240, 0.8], ["German", 300, 180, 0.6]]
    assert result["figures"] == {
        "n": 600, "unknown": 0, "groups_hidden": 0, "comparisons": 1, "excluded": [], "seed": None,
        "passed": 0, "watched": 0, "failed": 1, "undecided": 0, "design_effect": 1.0, "effective_n": 600,
    }  # fmt: skip
    assert result["policy"]["alpha"] == 0.05


@pytest.mark.parametrize(
    ("resolved", "severity"), [((800, 740), "medium"), ((800, 690), "high"), ((800, 590), "critical")]
)
def test_severity_follows_the_size_of_the_gap(assistant, resolved, severity):
    first, second = resolved
    counted(
        assistant,
        [*group(1000, resolved=first, language="en"), *group(1000, resolved=second, language="de")],
    )
    outcome = by_language(assistant)
    assert (outcome.state, outcome.severity) == ("failed", severity)


def test_even_groups_pass_where_there_is_enough_data(assistant):
    counted(assistant, [*group(900, resolved=720, language="en"), *group(900, resolved=725, language="de")])
    outcome = by_language(assistant)
    assert outcome.state == "passed"
    assert outcome.evidence == []


def test_small_even_groups_are_not_enough_data(assistant):
    counted(assistant, [*group(40, resolved=32, language="en"), *group(40, resolved=32, language="de")])
    outcome = by_language(assistant)
    assert outcome.state == "insufficient_data"
    assert "We could not have seen a gap under" in outcome.sentence


def test_a_gap_that_the_shared_alpha_does_not_confirm_is_watched(assistant):
    counted(assistant, [*group(200, resolved=160, language="en"), *group(200, resolved=141, language="de")])
    assert by_language(assistant).state == "failed"
    outcomes = [f"o{number}" for number in range(9)] + ["resolved"]
    shared = ask(
        assistant,
        "outcome_gap",
        "resolved by language",
        params={**ONE_QUESTION, "outcomes": outcomes},
    )
    assert shared.state in {"watch", "insufficient_data"}


def test_an_adverse_outcome_counts_the_other_way_round(assistant):
    told = [
        Told(outcome={"escalated": number < bad}, language=language)
        for language, bad in (("en", 30), ("de", 120))
        for number in range(300)
    ]
    counted(assistant, told)
    outcome = ask(
        assistant,
        "outcome_gap",
        "escalated by language",
        params=ONE_QUESTION,
        scope=replace(SCOPE, outcomes=["escalated"]),
    )
    assert outcome.state == "failed"
    assert {why for _, why in outcome.evidence} == {"language German: escalated was true"}
    examples = Conversation.objects.filter(pk__in=[pk for pk, _ in outcome.evidence])
    assert {(one.language, one.outcome["escalated"]) for one in examples} == {("de", True)}


def test_a_gap_by_attribute_shows_no_conversation(assistant):
    told = [
        *group(300, resolved=240, attributes={"age": "young"}),
        *group(300, resolved=150, attributes={"age": "old"}),
        *group(20, resolved=10),
    ]
    counted(assistant, told)
    outcome = ask(assistant, "outcome_gap", "resolved by age")
    assert outcome.state == "failed"
    assert outcome.evidence == []
    assert outcome.result["figures"]["unknown"] == 20


def test_groups_under_ten_are_counted_with_the_unknown(assistant):
    told = [
        *group(300, resolved=240, attributes={"age": "young"}),
        *group(30, resolved=20, attributes={"age": "old"}),
        *group(9, resolved=9, attributes={"age": "older"}),
        *group(4, resolved=1, attributes={"age": "oldest"}),
    ]
    counted(assistant, told)
    result = ask(assistant, "outcome_gap", "resolved by age").result
    assert [row[:3] for row in result["tables"][0]["rows"]] == [
        ["young (reference)", 300, 240], ["old", 30, 20], ["unknown", 13, 10],
    ]  # fmt: skip
    assert (result["figures"]["groups_hidden"], result["figures"]["unknown"]) == (2, 13)


def test_a_reference_group_that_does_not_occur_is_said(assistant):
    counted(assistant, group(30, resolved=20, attributes={"age": "old"}))
    outcome = ask(assistant, "outcome_gap", "resolved by age", scope=replace(SCOPE, attributes={"age": "middle"}))
    assert outcome.state == "insufficient_data"
    assert outcome.sentence == "The reference group “middle” does not occur in this period."


def test_without_the_outcome_there_is_nothing_to_compare(assistant):
    counted(assistant, [Told(language="en"), Told(language="de")])
    outcome = by_language(assistant)
    assert (outcome.state, outcome.n) == ("insufficient_data", 0)


def test_random_groups_are_no_finding_and_a_planted_one_is(assistant):
    rng = random.Random(20250303)
    told = [
        Told(
            outcome={"resolved": rng.random() < (0.7 if planted == "y" else 0.8)},
            attributes={"lottery": rng.choice("abcd"), "planted": planted},
        )
        for planted in ("x", "y")
        for _ in range(1500)
    ]
    counted(assistant, told)
    scope = replace(SCOPE, attributes={"lottery": "", "planted": ""}, groups={})
    assert ask(assistant, "outcome_gap", "resolved by planted", scope=scope).state == "failed"
    assert ask(assistant, "outcome_gap", "resolved by lottery", scope=scope).state != "failed"


def test_a_gap_that_began_with_a_release_names_it(assistant):
    releases = [
        ReleaseFactory(assistant=assistant, version=version, released_at=datetime(2025, month, 1, tzinfo=UTC))
        for version, month in (("1.0", 1), ("2.0", 3))
    ]
    before = {"release": releases[0], "day": date(2025, 2, 20)}
    counted(
        assistant,
        [
            *group(200, resolved=160, language="en", **before),
            *group(200, resolved=158, language="de", **before),
            *group(200, resolved=160, language="en", release=releases[1]),
            *group(200, resolved=110, language="de", release=releases[1]),
        ],
    )
    outcome = by_language(assistant)
    assert outcome.sentence.endswith("It began with release 2.0.")
    assert outcome.result["since_release"] == "2.0"
    (step,) = outcome.result["tables"][1]["rows"]
    assert step[:2] == ["2.0", 400]
    assert step[2:4] == [pytest.approx(-0.25), pytest.approx(-0.01)]
    assert outcome.result["tables"][1]["title"] == "German against English, from release to release"


def test_a_gap_that_every_release_has_began_with_none(assistant):
    releases = [
        ReleaseFactory(assistant=assistant, version=version, released_at=datetime(2025, 3, day, tzinfo=UTC))
        for version, day in (("1.0", 1), ("2.0", 2))
    ]
    for release in releases:
        counted(
            assistant,
            [
                *group(200, resolved=160, language="en", release=release),
                *group(200, resolved=110, language="de", release=release),
            ],
        )
    outcome = by_language(assistant)
    assert (outcome.state, outcome.result["since_release"]) == ("failed", "")
