"""What is left of a gap at equal questions: Berkeley's reversal, gaps that survive, languages, and small cells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audits.programmes import checks_validated
from audits.queries.cubes import window_cube
from portal.core.errors import Invalid
from tests.audits.asking import SCOPE, ask
from tests.audits.cells import Cell, cells_make
from tests.audits.conversations import Told
from tests.audits.told import MARCH, counted
from tests.factories import DataSubjectFactory, ReleaseFactory

pytestmark = pytest.mark.django_db

# University of California, Berkeley 1973, six largest departments: admitted and applied, men then women.
BERKELEY = {
    "A": ((512, 825), (89, 108)), "B": ((353, 560), (17, 25)), "C": ((120, 325), (202, 593)),
    "D": ((138, 417), (131, 375)), "E": ((53, 191), (94, 393)), "F": ((22, 373), (24, 341)),
}  # fmt: skip
GENDER = replace(SCOPE, attributes={"gender": "men"}, outcomes=["admitted"], groups={"language": 1})


def berkeley(assistant) -> None:
    cells_make(
        assistant,
        [
            Cell(n=n, yes={"admitted": k}, attributes={"gender": gender}, intent=department)
            for department, both in BERKELEY.items()
            for gender, (k, n) in zip(("men", "women"), both, strict=True)
        ],
    )


def by_age(assistant, *, strata=("intent",), **params):
    return ask(
        assistant, "adjusted_gap", "resolved by age at equal questions", params={"strata": list(strata), **params}
    )


def test_berkeley_is_flagged_as_a_whole_and_not_confirmed_within_departments(assistant):
    berkeley(assistant)
    crude = ask(assistant, "outcome_gap", "admitted by gender", scope=GENDER)
    assert crude.state == "failed"
    outcome = ask(assistant, "adjusted_gap", "admitted by gender at equal questions", scope=GENDER)
    assert outcome.state != "failed"
    (women,) = [row for row in outcome.result["gap"]["groups"] if row["group"] == {"gender": "women"}]
    assert women["impact_ratio"] == pytest.approx(0.68183, abs=1e-5)
    left = women["adjusted"]
    assert (left["statistic"], left["p_value"]) == (pytest.approx(1.42695, abs=1e-5), pytest.approx(0.232263, abs=1e-6))
    assert 1 / left["odds_ratio"] == pytest.approx(0.904697, abs=1e-6)
    assert left["risk_difference"] == pytest.approx(0.018425, abs=1e-6)
    assert left["homogeneity"]["breslow_day"]["p_value"] == pytest.approx(0.00207, abs=1e-5)
    assert left["homogeneity"]["woolf"]["p_value"] == pytest.approx(0.003427, abs=1e-3)
    assert outcome.result["simpson"] == ["women"]
    assert outcome.result["held_constant"] == ["intent", "channel"]
    assert (
        "At equal questions the difference turns round: 1.8 points in favour of women (plausible range"
        in outcome.sentence
    )


def test_departments_are_shown_one_by_one(assistant):
    berkeley(assistant)
    result = ask(assistant, "adjusted_gap", "admitted by gender at equal questions", scope=GENDER).result
    whole, strata, methods, repeats = result["tables"]
    assert repeats["rows"] == []
    assert [row[0] for row in whole["rows"]] == ["men (reference)", "women"]
    assert [row[0] for row in strata["rows"]] == [
        "A · chat",
        "C · chat",
        "D · chat",
        "F · chat",
        "B · chat",
        "E · chat",
    ]
    assert strata["rows"][0][1:4] == ["women", 108, pytest.approx(89 / 108)]
    assert strata["rows"][0][6] == pytest.approx(89 / 108 - 512 / 825)
    assert methods["rows"][0][-1] == "yes"


def test_a_gap_that_comes_from_what_was_asked_is_gone_and_one_that_does_not_stays(assistant):
    def cell(age, intent, n, rate):
        return Cell(n=n, yes={"resolved": round(n * rate)}, attributes={"age": age}, intent=intent)

    even = [cell("old", "hard", 1500, 0.5), cell("old", "easy", 500, 0.9)]
    even += [cell("young", "hard", 500, 0.5), cell("young", "easy", 1500, 0.9)]
    cells_make(assistant, even)
    outcome = by_age(assistant)
    assert outcome.state == "passed"
    assert "What they asked about explains all 20." in outcome.sentence
    assert ask(assistant, "outcome_gap", "resolved by age").state == "failed"

    cells_make(assistant, [replace(even[0], yes={"resolved": 300})])
    outcome = by_age(assistant)
    assert outcome.state == "failed"
    assert outcome.title == "Resolved differs by age even at equal questions"
    assert outcome.sentence.startswith("Disparity at equal questions: Out of 100 conversations about ")
    assert outcome.evidence == ()


def test_cells_under_ten_are_left_open_and_cannot_be_worked_out(assistant):
    cells_make(
        assistant,
        [
            Cell(n=n, yes={"resolved": n // 2}, attributes={"age": age}, intent=intent)
            for age, sizes in {"old": (6, 40, 300), "young": (90, 200, 250)}.items()
            for intent, n in zip("xyz", sizes, strict=True)
        ],
    )
    result = by_age(assistant).result
    told = result["tables"][1]
    assert "small cells are left open" in told["title"]
    open_rows = {row[0] for row in told["rows"] if row[2] is None}
    assert open_rows == {"x", "y"}
    assert result["figures"]["cells_hidden"] == 4


def test_languages_are_compared_for_the_same_intent_and_named_in_words(assistant):
    cells_make(
        assistant,
        [
            Cell(n=1000, yes={"resolved": yes}, intent=intent, language=language)
            for intent, language, yes in (
                ("easy", "en", 900), ("easy", "de", 780), ("hard", "en", 600), ("hard", "de", 480),
            )
        ],
    )  # fmt: skip
    outcome = ask(assistant, "language_parity", "resolved by language for the same intent")
    assert (outcome.state, outcome.severity, outcome.n) == ("failed", "high", 4000)
    assert "75 in English were resolved and 63 in German (difference 12 points" in outcome.sentence
    assert "Left at equal questions: 12 points (plausible range 9–15), not the same in all strata." in outcome.sentence
    assert outcome.title == "Resolved differs by language for the same intent"
    assert {row[0] for row in outcome.result["tables"][1]["rows"]} == {"easy", "hard"}
    one_language = replace(SCOPE, groups={"language": 1})
    with pytest.raises(StopIteration):
        ask(assistant, "language_parity", "resolved by language for the same intent", scope=one_language)


@pytest.mark.parametrize("name", ["escalated", "outcome.resolved", "duration"])
def test_what_the_conversation_brought_about_is_refused_as_a_stratum(name):
    with pytest.raises(Invalid) as refused:
        checks_validated([{"kind": "adjusted_gap", "params": {"strata": ["intent", name]}}])
    assert refused.value.field == "checks[0].params.strata[1]"


def test_a_release_as_stratum_is_called_by_its_version(assistant):
    release = ReleaseFactory(assistant=assistant, version="2.0")
    cells_make(
        assistant,
        [Cell(n=50, yes={"resolved": 30}, attributes={"age": age}, release=release) for age in ("old", "young")],
    )
    result = by_age(assistant, strata=["release"]).result
    assert {row[0] for row in result["tables"][1]["rows"]} == {"release 2.0"}


def test_one_group_or_none_is_not_enough_data(assistant):
    assert by_age(assistant).state == "insufficient_data"
    cells_make(assistant, [Cell(n=500, yes={"resolved": 300}, attributes={"age": "old"})])
    outcome = by_age(assistant)
    assert (outcome.state, outcome.n) == ("insufficient_data", 500)
    assert outcome.sentence == "Not enough data: no two known groups have conversations of the same kind to compare."


def test_statements_do_not_grow_with_days_or_groups(assistant, django_assert_num_queries):
    berkeley(assistant)
    window_cube(assistant=assistant, window=MARCH)
    # The state of the packs, and the sums over customers.
    with django_assert_num_queries(2):
        ask(assistant, "adjusted_gap", "admitted by gender at equal questions", scope=GENDER)


def test_repeat_customers_weigh_less_and_few_of_them_are_not_shown(assistant):
    regulars = [DataSubjectFactory(team=assistant.team) for _ in range(12)]
    told = [
        Told(outcome={"resolved": number % 3 > 0}, attributes={"age": "old"}, subject=customer)
        for number, customer in enumerate(regulars)
        for _ in range(5)
    ]
    few = [DataSubjectFactory(team=assistant.team) for _ in range(4)]
    told += [
        Told(outcome={"resolved": True}, attributes={"age": "young"}, subject=customer)
        for customer in few
        for _ in range(10)
    ]
    counted(assistant, told)
    result = by_age(assistant).result
    (row,) = result["tables"][3]["rows"]
    assert row[:3] == ["old", 60, 12]
    assert row[3] == pytest.approx(5 * 12 / 11)
    assert row[4] == 11
    assert result["figures"]["design_effect"] == row[3]
    assert {one["group"]["age"]: one["design_effect"] for one in result["gap"]["groups"]} == {
        "old": row[3],
        "young": None,
    }


def test_a_gap_of_few_repeat_customers_is_not_a_disparity_where_as_many_independent_ones_are(assistant):
    # 20 customers an age, 20 conversations each that all ended alike; 80 % and 70 % of them resolved.
    told = [
        Told(outcome={"resolved": number < resolved}, attributes={"age": age}, subject=customer)
        for age, resolved in (("old", 16), ("young", 14))
        for number in range(20)
        for customer in [DataSubjectFactory(team=assistant.team)]
        for _ in range(20)
    ]
    counted(assistant, told)
    repeated = by_age(assistant)
    crude = ask(assistant, "outcome_gap", "resolved by age")
    assert repeated.state == crude.state == "insufficient_data"
    for outcome in (repeated, crude):
        assert outcome.sentence.endswith("Some customers came several times; 800 conversations weigh like 38.")
        assert outcome.result["figures"]["effective_n"] == 38
        groups = outcome.result["gap"]["groups"]
        assert [group["design_effect"] for group in groups] == pytest.approx([20 * 20 / 19] * 2)
        assert [(group["n"], group["rate"]) for group in groups] == [(400, 0.8), (400, pytest.approx(0.7))]
    assert crude.result["tables"][-1]["title"] == "Repeat customers, and what they weigh"


def test_the_same_gap_of_customers_who_came_once_is_a_disparity(assistant):
    counted(
        assistant,
        [
            Told(outcome={"resolved": number < resolved}, attributes={"age": age})
            for age, resolved in (("old", 320), ("young", 280))
            for number in range(400)
        ],
    )
    for outcome in (by_age(assistant), ask(assistant, "outcome_gap", "resolved by age")):
        assert outcome.state == "failed"
        assert "weigh like" not in outcome.sentence
        assert outcome.result["figures"]["design_effect"] == 1.0
