from __future__ import annotations

import pytest

from audits.engine.bias.groups import GroupCount
from audits.engine.bias.outcome_gap import audit_gap
from audits.engine.bias.sentence import (
    Wording,
    detectable_sentence,
    gap_sentence,
    outcome_wording,
    table_sentence,
)
from audits.engine.bias.verdict import Policy
from tests.engine_bias.published_tables import berkeley_counts

CONVERSATIONS = Wording("conversations", "were resolved")


def table(*counts, reference=None):
    return audit_gap([GroupCount(*count) for count in counts], policy=Policy(), reference=reference)


def test_gap_sentence_speaks_of_a_hundred():
    found = table(("18–24", 820, 1000), ("65+", 740, 1000))
    assert gap_sentence(found.groups[1], found.groups[0], wording=CONVERSATIONS) == (
        "Out of 100 conversations about 82 from 18–24 were resolved and 74 from 65+ "
        "(difference 8 points, plausible range 4–12)."
    )


def test_gap_sentence_puts_the_higher_rate_first_though_it_is_not_the_reference():
    found = table(("18–24", 820, 1000), ("65+", 740, 1000), reference="65+")
    sentence = gap_sentence(found.groups[1], found.groups[0], wording=CONVERSATIONS)
    assert sentence.startswith("Out of 100 conversations about 82 from 18–24 were resolved and 74 from 65+")


def test_gap_sentence_says_where_the_range_includes_no_difference():
    found = table(("a", 80, 100), ("b", 75, 100))
    assert gap_sentence(found.groups[1], found.groups[0], wording=CONVERSATIONS).endswith(
        "(difference 5 points, plausible range 16 fewer to 7 more)."
    )


def test_gap_sentence_of_rare_outcomes_speaks_of_more_than_a_hundred():
    found = table(("a", 300, 100_000), ("b", 100, 100_000))
    assert gap_sentence(found.groups[1], found.groups[0], wording=CONVERSATIONS).startswith(
        "Out of 1,000 conversations about 3 from a were resolved and 1 from b (difference 0.2 points"
    )


def test_detectable_sentence_says_what_could_have_been_seen():
    found = table(("a", 80, 100), ("b", 75, 100))
    assert detectable_sentence(found.groups[1]) == "We could not have seen a gap under 18 points here."
    tiny = table(("a", 5, 10), ("b", 5, 10), ("c", 5, 10), ("d", 5, 10))
    assert detectable_sentence(tiny.groups[1]) == "We could not have seen a gap of any size here."


def test_table_sentence_opens_with_the_verdict():
    sentences = {
        name: table_sentence(table(*counts), wording=CONVERSATIONS)
        for name, counts in {
            "disparity": [("a", 820, 1000), ("b", 740, 1000)],
            "watch": [("a", 80_000, 100_000), ("b", 78_500, 100_000)],
            "same": [("a", 8_000, 10_000), ("b", 7_990, 10_000)],
            "undecided": [("a", 80, 100), ("b", 75, 100)],
            "empty": [("a", 8, 9)],
        }.items()
    }
    assert sentences["disparity"].startswith("Disparity: Out of 100 conversations")
    assert sentences["watch"].startswith("Watch: Out of 100 conversations about 80 from a")
    assert sentences["same"].startswith("No material difference: all groups are within 5 points of a. Out of")
    assert sentences["undecided"].startswith("Not enough data for b. Out of 100 conversations")
    assert sentences["undecided"].endswith("We could not have seen a gap under 18 points here.")
    assert sentences["empty"] == ("Not enough data: fewer than two known groups have 10 conversations to compare.")


def test_table_sentence_counts_further_disparities():
    found = table(("a", 900, 1000), ("b", 700, 1000), ("c", 600, 1000), ("d", 650, 1000))
    assert table_sentence(found, wording=CONVERSATIONS).endswith("2 more groups show a disparity.")


def test_table_sentence_names_a_disparity_between_groups_that_are_not_the_reference():
    found = table(("lucky", 36, 44), ("a", 800, 1000), ("b", 700, 1000))
    assert table_sentence(found, wording=CONVERSATIONS) == (
        "Disparity: b falls 10 points behind a (plausible range 6–14)."
    )


def test_berkeley_sentence_says_that_the_difference_turns_round():
    found = audit_gap(berkeley_counts(), policy=Policy(), attribute="gender")
    assert table_sentence(found, wording=outcome_wording("admitted", "true", noun="applications")) == (
        "Disparity: Out of 1,000 applications about 445 from male were admitted and 304 from female "
        "(difference 14.2 points, plausible range 11.3–17.0). Among the same questions the difference turns round: "
        "1.8 points in favour of female."
    )


@pytest.mark.parametrize(
    ("outcome", "favourable", "words"),
    [
        ("admitted", "true", "were admitted"),
        ("denied", "false", "were not denied"),
        ("callback", "true", "had callback"),
        ("high_risk", "false", "did not have high risk"),
        ("score_text", "low", "had score text “low”"),
        ("refund_refused", "true", "had “refund refused”"),
        ("refund_refused", "false", "did not have “refund refused”"),
        ("transferred_to_human", "true", "were transferred to human"),
        ("survived", "true", "survived"),
        ("survived", "false", "did not survive"),
        ("returned_in_time", "false", "did not return in time"),
        ("reoffended", "true", "reoffended"),
        ("dead", "false", "were not dead"),
        ("_", "true", "had “_”"),
        (" ", "low", "had “ ” “low”"),
    ],
)
def test_outcome_wording_reads_as_a_sentence(outcome, favourable, words):
    assert outcome_wording(outcome, favourable).favourable == words


def test_rates_that_hardly_differ_are_said_to_be_alike() -> None:
    table = audit_gap([GroupCount("app", 7855, 10000), GroupCount("web", 7848, 10000)], policy=Policy())
    reference, other = table.groups
    sentence = gap_sentence(other, reference, wording=Wording())
    assert sentence.startswith("Out of 100 conversations about 79 from app and from web alike were resolved")
    assert "difference 0.1 points" in sentence
