"""Quality of service and error parity, from conversations to verdicts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from django.utils import timezone

from audits.programmes import checks_validated, expand
from audits.queries.windows import Window
from portal.core.errors import Invalid
from tests.audits.asking import SCOPE, ask
from tests.audits.conversations import Told
from tests.audits.told import counted, truths_declare
from tests.factories import DataSubjectFactory

pytestmark = pytest.mark.django_db

SCOPED = replace(
    SCOPE,
    measures=["quality.first_answer", "quality.repeat_contact", "quality.turns", "score.csat"],
)
HAPPY, SAD = (1, 2, 3, 4, 4, 5, 5, 5), (1, 1, 2, 2, 3, 3, 4, 5)


def rated(n: int, scores, *, answered: int, **told) -> list[Told]:
    """`n` conversations of which the first `answered` carry a score."""
    return [Told(outcome={"csat": scores[i % len(scores)]} if i < answered else {}, **told) for i in range(n)]


def by_age(scores, answered, *, n=160):
    return [told for age in scores for told in rated(n, scores[age], answered=answered[age], attributes={"age": age})]


def asked(assistant, target="csat by age", **params):
    return ask(assistant, "service_quality", target, params=params, scope=SCOPED)


def test_lower_scores_are_a_disparity_after_the_share_that_answered(assistant):
    counted(assistant, by_age({"old": SAD, "young": HAPPY}, {"old": 80, "young": 88}))
    outcome = asked(assistant)
    assert outcome.state == "failed"
    assert outcome.sentence.startswith("A CSAT score was given in 50 % to 55 % of conversations, with no clear gap")
    assert "one conversation from old and one from young" in outcome.sentence
    assert outcome.sentence.endswith("old is worse off.")
    answered, compared = outcome.result["tables"]
    assert sorted(row[1:3] for row in answered["rows"]) == [[160, 80], [160, 88]]
    assert [row[:3] for row in compared["rows"]] == [["young (reference)", 88, "4"], ["old", 80, "2"]]
    figures = outcome.result["figures"]
    assert (figures["n"], figures["known"], figures["failed"], figures["passed"]) == (320, 168, 1, 0)
    json.dumps(outcome.result, allow_nan=False)


def test_missing_answers_that_differ_by_group_are_said_first_and_hold_a_pass_back(assistant):
    counted(assistant, by_age({"old": HAPPY, "young": HAPPY}, {"old": 200, "young": 400}, n=400))
    outcome = asked(assistant, delta=0.1)
    assert outcome.result["ranks"]["verdict"] == "no_material_difference"
    assert outcome.state == "watch"
    assert outcome.sentence.startswith(
        "First: what is missing differs by group. A CSAT score was given in 100 % of conversations from young and in "
        "50 % of those from old"
    )


def test_nobody_answered_is_not_enough_data(assistant):
    counted(assistant, by_age({"old": HAPPY, "young": HAPPY}, {"old": 0, "young": 0}, n=30))
    outcome = asked(assistant)
    assert outcome.state == "insufficient_data"
    assert outcome.sentence == (
        "A CSAT score was given in 0 % of conversations, with no clear gap by group. "
        "Not enough data: fewer than two known groups have enough of them to compare."
    )


def test_turns_are_known_everywhere_so_that_nothing_comes_first(assistant):
    counted(assistant, by_age({"old": HAPPY, "young": HAPPY}, {"old": 0, "young": 0}, n=300))
    outcome = asked(assistant, "turns by age")
    assert outcome.sentence.startswith("No material difference. Of 100 random pairs")
    assert outcome.state == "passed"


def test_repeat_contact_is_compared_as_a_rate_of_those_who_are_known(assistant):
    told = []
    for age, returning in (("old", 40), ("young", 5)):
        for number in range(60):
            customer = DataSubjectFactory(team=assistant.team, kind="identified")
            told += [Told(attributes={"age": age}, subject=customer)] * (2 if number < returning else 1)
    told += [Told(attributes={"age": "old"})] * 20
    counted(assistant, told)
    outcome = asked(assistant, "repeat_contact by age")
    assert outcome.state == "failed"
    assert outcome.sentence.startswith("First")
    known, rates = outcome.result["tables"]
    assert {row[0].removesuffix(" (reference)"): row[1:3] for row in known["rows"]} == {
        "old": [120, 100],
        "young": [65, 65],
    }
    assert {row[0].removesuffix(" (reference)"): row[1:3] for row in rates["rows"]} == {
        "old": [100, 60],
        "young": [65, 60],
    }


def test_the_last_week_is_left_out_of_repeat_contact_rather_than_missing(assistant):
    today = timezone.now().astimezone(UTC).date()
    window = Window(today - timedelta(days=40), today)
    told = [
        Told(attributes={"age": age}, day=today - timedelta(days=ago), subject=subject)
        for age in ("old", "young")
        for ago in (2, 20)
        for subject in [DataSubjectFactory(team=assistant.team, kind="identified") for _ in range(12)]
    ]
    counted(assistant, told)
    outcome = ask(assistant, "service_quality", "repeat_contact by age", scope=SCOPED, window=window)
    figures = outcome.result["figures"]
    assert (figures["n"], figures["known"], figures["pending"]) == (24, 24, 24)
    assert outcome.sentence.startswith("No")


def test_groups_under_ten_are_counted_with_the_unknown(assistant):
    told = by_age({"old": SAD, "young": HAPPY}, {"old": 80, "young": 80}) + by_age({"rare": SAD}, {"rare": 5}, n=9)
    counted(assistant, [*told, Told(outcome={"csat": 3})])
    outcome = asked(assistant)
    assert "rare" not in json.dumps(outcome.result)
    assert (outcome.result["figures"]["groups_hidden"], outcome.result["figures"]["unknown"]) == (1, 10)


def test_a_small_group_alone_with_the_unknown_takes_the_next_along(assistant):
    small = by_age({"rare": SAD}, {"rare": 5}, n=9)
    counted(assistant, by_age({"old": SAD, "young": HAPPY}, {"old": 8, "young": 8}, n=20) + small)
    figures = asked(assistant).result["figures"]
    assert (figures["groups_hidden"], figures["unknown"]) == (2, 29)


def test_only_figures_that_the_period_has_become_questions():
    specs = expand([{"kind": "service_quality", "params": {"figures": ["csat", "nps", "turns"]}}], SCOPED)
    assert [spec.target for spec in specs] == ["csat by age", "csat by language", "turns by age", "turns by language"]
    assert {spec.params["alpha"] for spec in specs} == {0.05 / 4}


def test_repeat_contact_that_an_integration_sends_comes_before_what_is_counted():
    scope = replace(SCOPED, outcomes=["repeat_contact"])
    specs = expand([{"kind": "service_quality", "params": {"figures": ["repeat_contact"]}}], scope)
    assert {spec.params["measure"] for spec in specs} == {"outcome.repeat_contact"}


# --- error parity


def decided(assistant, manager, cases, regulars=()):
    """Conversations by language: (fp, tn, fn, tp, decisions whose truth nobody knows).

    All of one kind in one language are one customer's, if there are `regulars`.
    """
    customers = iter(regulars)
    truths_declare(assistant, manager, {"refused": "not_due"})
    kinds = [(True, False), (False, False), (False, True), (True, True), (True, None)]
    counted(
        assistant,
        [
            Told(
                language=language,
                outcome={"refused": refused} | ({} if truth is None else {"not_due": truth}),
                subject=customer,
            )
            for language, counts in cases.items()
            for (refused, truth), n in zip(kinds, counts, strict=True)
            for customer in (next(customers, None),)
            for _ in range(n)
        ],
    )


def errors(assistant):
    params = {"pairs": {"refused": "not_due"}}
    return ask(assistant, "error_parity", "refused against not_due by language", params=params, scope=SCOPED)


def test_wrong_refusals_are_compared_among_those_who_deserved_none(assistant, manager):
    decided(assistant, manager, {"en": (10, 90, 5, 45, 20), "pl": (40, 60, 5, 45, 20)})
    outcome = errors(assistant)
    assert outcome.state == "failed"
    said = "Of 100 cases in which “not due” was false, about 40 in Polish and 10 in English were “refused” all the same"
    assert said in outcome.sentence
    english, polish = sorted(outcome.result["errors"]["groups"], key=lambda row: row["group"]["language"])
    assert (english["fpr"], polish["fpr"], polish["fnr"]) == (0.1, 0.4, 0.1)
    assert polish["fpr_ratio"] == pytest.approx(4)
    assert outcome.result["figures"]["known"] == 300
    assert outcome.result["tables"][0]["rows"][0][1:3] == [170, 150]
    assert "equally trustworthy" in outcome.result["note"]
    json.dumps(outcome.result, allow_nan=False)


def test_wrong_refusals_of_a_few_regular_customers_are_no_disparity(assistant, manager):
    """The same figures: but they are those of two customers in each language, one always refused and one never."""
    regulars = [DataSubjectFactory(team=assistant.team) for _ in range(10)]
    decided(assistant, manager, {"en": (10, 90, 5, 45, 20), "pl": (40, 60, 5, 45, 20)}, regulars)
    outcome = errors(assistant)
    assert outcome.state == "insufficient_data"
    assert outcome.sentence.endswith("Some customers came several times, which ranges and tests allow for.")
    english, polish = sorted(outcome.result["errors"]["groups"], key=lambda row: row["group"]["language"])
    assert (english["fpr"], polish["fpr"]) == (0.1, 0.4)
    assert polish["fpr_p_value"] > 0.05


def test_equal_errors_of_few_are_not_enough_data(assistant, manager):
    decided(assistant, manager, {"en": (3, 20, 1, 10, 0), "pl": (3, 20, 1, 10, 0)})
    assert errors(assistant).state == "insufficient_data"


def test_without_a_pair_nothing_is_asked():
    assert expand([{"kind": "error_parity"}], SCOPED) == []


@pytest.mark.parametrize("pairs", [{"refused": "refused"}, {"refused": ""}, {"r" * 50: "d" * 50}])
def test_a_pair_that_cannot_be_is_refused(pairs):
    with pytest.raises(Invalid) as error:
        checks_validated([{"kind": "error_parity", "params": {"pairs": pairs}}])
    assert error.value.field.startswith("checks[0].params")
