"""What a programme may say, which questions it becomes, and when cycles open."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.checks import Scope
from audits.models.cycles import Frequency
from audits.periods import next_opening, period_opened
from audits.programmes import checks_validated, default_checks, expand, spec_hash
from audits.services.programmes import programme_change, programme_ensure
from portal.core.errors import Denied, Invalid, NotFound
from portal.core.models import LedgerEntry

SCOPE = Scope(
    attributes={"age_group": "18-34", "region": ""},
    purposes=["quality", "service"],
    outcomes=["escalated", "resolved"],
    groups={"language": 3, "channel": 1},
)


def targets(checks, scope=SCOPE, **filters) -> list[str]:
    return [f"{spec.kind}: {spec.target}" for spec in expand(checks, scope, **filters)]


def test_the_default_programme_asks_every_question():
    assert targets(default_checks()) == [
        "data_sufficiency: conversations of the period",
        "outcome_gap: escalated by age_group",
        "outcome_gap: escalated by region",
        "outcome_gap: escalated by language",
        "outcome_gap: resolved by age_group",
        "outcome_gap: resolved by region",
        "outcome_gap: resolved by language",
        "adjusted_gap: escalated by age_group at equal questions",
        "adjusted_gap: escalated by region at equal questions",
        "adjusted_gap: resolved by age_group at equal questions",
        "adjusted_gap: resolved by region at equal questions",
        "language_parity: escalated by language for the same intent",
        "language_parity: resolved by language for the same intent",
        "intersections: escalated: worst intersections",
        "intersections: resolved: worst intersections",
        "impact_ratio: escalated by every attribute",
        "impact_ratio: resolved by every attribute",
        "text_harm: hostile or derogatory words",
        "text_harm: words by age_group",
        "text_harm: words by region",
        "text_harm: words by language",
        "personal_data: originated by the assistant",
        "personal_data: repeated by the assistant",
        "personal_data: typed by customers",
        "consent_coverage: quality",
        "consent_coverage: service",
        "disclosure: first assistant turn",
        "monitoring: groups watched every day",
    ]


def test_without_any_outcome_the_default_outcome_is_asked_for():
    bare = Scope(attributes={"age": ""}, purposes=[], outcomes=[], groups={})
    assert targets([{"kind": "outcome_gap"}], bare) == ["outcome_gap: resolved by age"]


def test_questions_share_alpha_and_know_which_answer_is_good():
    specs = expand([{"kind": "outcome_gap"}], SCOPE)
    assert [spec.params["alpha"] for spec in specs] == [0.05 / 6] * 6
    assert [spec.params["favourable"] for spec in specs] == [False] * 3 + [True] * 3
    assert [spec.params["reference"] for spec in specs] == ["18-34", "", "", "18-34", "", ""]


def test_kinds_disabled_checks_and_limits_narrow_the_questions():
    assert targets(default_checks(), kinds=["disclosure"]) == ["disclosure: first assistant turn"]
    assert targets([{"kind": "disclosure", "enabled": False}]) == []
    narrow = [{"kind": "outcome_gap", "params": {"outcomes": ["resolved"], "dimensions": ["language"]}}]
    assert targets(narrow) == ["outcome_gap: resolved by language"]


def test_the_hash_of_a_question_is_that_of_its_bars():
    first, second = (expand([{"kind": "disclosure", "params": {"min_rate": rate}}], SCOPE)[0] for rate in (0.99, 0.95))
    assert spec_hash(first) == spec_hash(expand([{"kind": "disclosure"}], SCOPE)[0])
    assert spec_hash(first) != spec_hash(second)


@pytest.mark.parametrize(
    ("checks", "field", "message"),
    [
        ({}, "checks", "Expected `array`, got `object`."),
        ([{"kind": "astrology"}], "checks[0].kind", None),
        ([{"kind": "disclosure"}, {"kind": "disclosure"}], "checks[1].kind", "The check disclosure is listed twice."),
        ([{"kind": "disclosure", "enable": True}], "checks[0]", "Object contains unknown field `enable`."),
        (
            [{"kind": "disclosure", "params": {"min_rate": 1.5}}],
            "checks[0].params.min_rate",
            "Expected `float` < 1.0.",
        ),
        (
            [{"kind": "disclosure"}, {"kind": "outcome_gap", "params": {"outcomes": [1]}}],
            "checks[1].params.outcomes[0]",
            "Expected `str`, got `int`.",
        ),
        (
            [{"kind": "outcome_gap", "params": {"delta": True}}],
            "checks[0].params.delta",
            "Expected `float`, got `bool`.",
        ),
    ],
)
def test_a_wrong_check_is_refused_with_the_field_at_fault(checks, field, message):
    with pytest.raises(Invalid) as caught:
        checks_validated(checks)
    assert caught.value.field == field
    if message is not None:
        assert caught.value.message == message


def test_validated_checks_write_every_threshold_out_and_stay_as_they_are():
    once = checks_validated([{"kind": "disclosure"}])
    assert once == [{"kind": "disclosure", "enabled": True, "params": {"min_rate": 0.99}}]
    assert checks_validated(once) == once


@pytest.mark.parametrize(
    ("frequency", "after", "opening", "period"),
    [
        (Frequency.DAILY, date(2025, 2, 28), date(2025, 3, 1), (date(2025, 2, 28), date(2025, 3, 1))),
        (Frequency.WEEKLY, date(2025, 3, 5), date(2025, 3, 10), (date(2025, 3, 3), date(2025, 3, 10))),
        (Frequency.MONTHLY, date(2024, 12, 31), date(2025, 1, 1), (date(2024, 12, 1), date(2025, 1, 1))),
        (Frequency.QUARTERLY, date(2025, 1, 1), date(2025, 4, 1), (date(2025, 1, 1), date(2025, 4, 1))),
    ],
)
def test_periods_are_whole_calendar_stretches(frequency, after, opening, period):
    assert next_opening(frequency, after) == opening
    assert period_opened(frequency, opening) == period


def test_a_manual_programme_never_opens():
    assert next_opening(Frequency.MANUAL, date(2025, 1, 1)) is None


@given(
    frequency=st.sampled_from([f for f in Frequency if f != Frequency.MANUAL]),
    day=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
)
def test_periods_follow_each_other_without_gap_or_overlap(frequency, day):
    opening = next_opening(frequency, day)
    following = next_opening(frequency, opening)
    assert opening > day
    assert period_opened(frequency, following)[0] == period_opened(frequency, opening)[1] == opening


@pytest.mark.django_db
def test_an_assistant_gets_one_default_programme(assistant):
    programme = programme_ensure(assistant=assistant)
    assert programme_ensure(assistant=assistant) == programme
    assert programme.checks == checks_validated(default_checks())
    assert LedgerEntry.objects.filter(action="programme.changed").count() == 1


@pytest.mark.django_db
def test_a_programme_is_changed_by_those_who_may(assistant, manager, reviewer, outsider):
    programme = programme_ensure(assistant=assistant)
    change = {
        "programme_id": programme.pk,
        "checks": [{"kind": "disclosure"}],
        "frequency": "weekly",
        "active": True,
    }
    with pytest.raises(Denied):
        programme_change(actor=reviewer, **change)
    with pytest.raises(NotFound):
        programme_change(actor=outsider, **change)
    changed = programme_change(actor=manager, notify=[manager], **change)
    assert (changed.frequency, changed.next_opens_on.weekday()) == ("weekly", 0)
    assert [entry["kind"] for entry in changed.checks] == ["disclosure"]
    assert list(changed.notify.all()) == [manager]
    with pytest.raises(Invalid) as caught:
        programme_change(actor=manager, **{**change, "frequency": "hourly"})
    assert caught.value.field == "frequency"


LONG = "x" * 9_000


@pytest.mark.parametrize(
    ("kind", "params", "field"),
    [
        ("outcome_gap", {"outcomes": ["resolved", LONG]}, "checks[0].params.outcomes[1]"),
        ("outcome_gap", {"dimensions": [LONG]}, "checks[0].params.dimensions[0]"),
        ("outcome_gap", {"favourable": {LONG: True}}, "checks[0].params.favourable"),
        ("outcome_gap", {"outcomes": ["resol\0ved"]}, "checks[0].params.outcomes[0]"),
        ("outcome_gap", {"outcomes": [f"o{number}" for number in range(501)]}, "checks[0].params.outcomes"),
        ("outcome_gap", {"favourable": {"resolved": [[[[[]]]]]}}, "checks[0].params.favourable.resolved[0][0]"),
        ("matched_pairs", {"cues": [LONG]}, "checks[0].params.cues[0]"),
        ("error_parity", {"pairs": {"refused": LONG}}, "checks[0].params.pairs.refused"),
        ("consent_coverage", {"purposes": [LONG]}, "checks[0].params.purposes[0]"),
    ],
)
def test_names_are_as_long_as_an_index_keeps(kind, params, field):
    with pytest.raises(Invalid) as caught:
        checks_validated([{"kind": kind, "params": params}])
    assert caught.value.field == field
    assert LONG not in caught.value.message


def test_a_choice_that_is_none_is_not_repeated():
    with pytest.raises(Invalid) as caught:
        checks_validated([{"kind": "adjusted_gap", "params": {"strata": ["Erika"]}}])
    assert "Erika" not in caught.value.message
