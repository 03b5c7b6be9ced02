"""A finding about groups shows its gap from four sides, what that points at, and what mends it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assistants.models import Assistant
from audits.engine.bias.groups import GroupCount
from audits.engine.bias.outcome_gap import audit_gap
from audits.engine.bias.verdict import Policy
from audits.models import CheckRun, Finding
from audits.queries.same_gap import same_gap_elsewhere
from audits.queries.triangle import Gap, triangle_of
from tests.factories import AssistantFactory
from tests.workflow.making import finding_make, run_make

PARAMS = {"outcome": "resolved", "dimension": "attribute:age_group"}
# The old ask about billing, where everybody fares badly: at equal questions nothing is left.
MIXED = [
    GroupCount("18-24", 1710, 1800, "delivery"),
    GroupCount("18-24", 100, 200, "billing"),
    GroupCount("65+", 190, 200, "delivery"),
    GroupCount("65+", 900, 1800, "billing"),
]
EVEN = [GroupCount("18-24", 1600, 2000), GroupCount("65+", 1590, 2000)]


def result_of(counts: list[GroupCount]) -> dict[str, Any]:
    policy = Policy()
    gap = audit_gap(counts, policy=policy, attribute="age_group")
    return {"tables": [], "figures": {"n": gap.n}, "gap": gap.to_json(), "policy": policy.to_json()}


@pytest.fixture
def ava(home) -> Assistant:
    return AssistantFactory(team=home, slug="ava")


@pytest.fixture
def finding(ava) -> Finding:
    return finding_make(ava, run=run_make(ava, params=PARAMS, result=result_of(MIXED)))


def adjusted_run(ava: Assistant, finding: Finding, **values: Any) -> CheckRun:
    cycle = finding.raised_by_run.cycle
    values = {"state": "passed", "params": PARAMS, "result": result_of(MIXED), **values}
    return run_make(ava, cycle=cycle, kind="adjusted_gap", target="resolved by age_group", **values)


def text_of(client: Client, finding: Finding) -> str:
    page = client.get(reverse("audits:finding", args=[finding.pk])).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_gap_that_goes_at_equal_questions_points_at_the_flow(client, reviewer, ava, finding):
    adjusted_run(ava, finding)
    client.force_login(reviewer)
    text = text_of(client, finding)
    assert re.search("What happened .* −36.0 points .* At equal questions .* 0.0 points", text)
    assert "Where it probably comes from What customers asked about. At equal questions no material gap is left" in text
    assert "Mend the flow of the weak questions" in text
    assert "No probe has changed this about the customer yet." in text


def test_sides_nobody_looked_at_are_named_and_stay_possible(client, reviewer, finding):
    client.force_login(reviewer)
    text = text_of(client, finding)
    assert "No check has compared equal questions yet." in text
    assert "What is still possible" in text
    assert "Where it probably comes from" not in text


def test_only_runs_about_the_same_outcome_and_attribute_count(ava, finding):
    other = {"outcome": "refunded", "dimension": "attribute:age_group"}
    adjusted_run(ava, finding, params=other)
    run_make(ava, kind="adjusted_gap", params={"outcome": "resolved", "dimension": "attribute:sex"}, target="x")
    run_make(AssistantFactory(), kind="adjusted_gap", params=PARAMS)
    triangle = triangle_of(finding)
    assert triangle is not None
    assert [taken.run for taken in triangle.looks] == [finding.latest_run, None, None, None]


def test_a_run_is_found_however_many_of_the_same_kind_came_after(ava, finding):
    adjusted = adjusted_run(ava, finding)
    cycle = finding.raised_by_run.cycle
    for number in range(80):
        params = {"outcome": f"outcome_{number}", "dimension": "attribute:age_group"}
        run_make(ava, cycle=cycle, kind="adjusted_gap", target=f"outcome {number}", params=params)
    triangle = triangle_of(finding)
    assert triangle is not None
    assert triangle.looks[1].run == adjusted


def test_the_latest_run_of_a_question_stands_for_it_and_the_worst_question_for_its_side(ava, finding):
    for state in ("failed", "passed"):
        run_make(ava, kind="training_labels", target="labels of faq", state=state, params={"attributes": ["age_group"]})
    worst = run_make(ava, kind="training_shares", target="faq", state="watch", params={"attributes": ["age_group"]})
    triangle = triangle_of(finding)
    assert triangle is not None
    assert triangle.looks[3].run == worst


@pytest.mark.parametrize(
    ("dimension", "cue", "taken"),
    [
        ("attribute:age_group", "age", True),
        ("attribute:age_group", "name", False),
        ("attribute:gender", "pronoun", True),
        ("attribute:ethnicity", "name", True),
        ("language", "language", True),
        ("attribute:plan", "age", False),
        ("attribute:plan", "plan", True),
    ],
)
def test_a_probe_counts_where_its_cue_stands_for_the_attribute(ava, dimension, cue, taken):
    params = {"outcome": "resolved", "dimension": dimension}
    finding = finding_make(ava, run=run_make(ava, params=params, result=result_of(MIXED)))
    probe = run_make(ava, kind="matched_pairs", target=f"{cue} in customer-service", params={"cue": cue})
    triangle = triangle_of(finding)
    assert triangle is not None
    assert triangle.looks[2].run == (probe if taken else None)


@pytest.mark.parametrize(("cue", "taken"), [("age", True), ("name", False)])
def test_a_finding_of_a_probe_looks_at_what_its_cue_stands_for(ava, finding, cue, taken):
    probed = run_make(ava, kind="matched_pairs", target=f"{cue} in customer-service", params={"cue": cue})
    triangle = triangle_of(finding_make(ava, run=probed))
    assert triangle is not None
    assert triangle.looks[0].run == (finding.latest_run if taken else None)
    assert triangle.looks[2].run == probed


def test_a_probe_that_finds_the_person_matters_is_the_likely_cause(ava, finding):
    run_make(ava, kind="matched_pairs", target="age in customer-service", params={"cue": "age"})
    adjusted_run(ava, finding, state="failed")
    triangle = triangle_of(finding)
    assert triangle is not None
    assert [reading.cause.value for reading in triangle.causes if reading.likely] == ["person_cues"]


def test_training_data_are_judged_by_what_they_say_of_this_attribute(ava, finding):
    run_make(
        ava,
        kind="training_labels",
        target="labels of faq",
        params={"attributes": ["age_group", "sex"]},
        result={
            "gaps": [
                {"attributes": ["age_group"], "verdict": "no_material_difference"},
                {"attributes": ["sex"], "verdict": "disparity"},
            ]
        },
    )
    triangle = triangle_of(finding)
    assert triangle is not None
    assert triangle.looks[3].verdict == "no_material_difference"


def test_the_side_of_the_training_data_shows_the_gap_between_labels(ava, finding):
    labels = [GroupCount("18-24", 68, 80), GroupCount("65+", 40, 80)]
    told = result_of(labels)
    run_make(
        ava,
        kind="training_labels",
        target="labels of faq",
        state="failed",
        params={"attributes": ["age_group"]},
        result={**told, "gap": None, "gaps": [told["gap"]]},
    )
    triangle = triangle_of(finding)
    assert triangle is not None
    gap = triangle.looks[3].gap
    assert (gap.group, gap.reference, round(gap.difference, 2)) == ("65+", "18-24", -0.35)


def test_labels_are_judged_within_what_the_rows_are_about(ava, finding):
    told = result_of(MIXED)  # a disparity that is gone at equal questions
    assert told["gap"]["verdict"] == "disparity"
    run_make(
        ava,
        kind="training_labels",
        target="labels of faq",
        params={"attributes": ["age_group"]},
        result={**told, "gap": None, "gaps": [told["gap"]]},
    )
    triangle = triangle_of(finding)
    assert triangle is not None
    assert triangle.looks[3].verdict == "no_material_difference"


def test_an_intersection_is_no_gap_of_one_of_its_attributes(ava, finding):
    """What holds for the old as a whole says nothing of young customers of the east."""
    crossed = {"outcome": "resolved", "slice": {"attribute:age_group": "18-24", "attribute:region": "east"}}
    adjusted_run(ava, finding, state="failed")
    run_make(ava, kind="matched_pairs", target="name in customer-service", params={"cue": "name"})
    found = finding_make(ava, run=run_make(ava, kind="intersections", params=crossed, result=result_of(MIXED)))
    triangle = triangle_of(found)
    assert triangle is not None
    assert [look.run is not None for look in triangle.looks] == [True, False, False, False]


def test_findings_about_something_else_have_no_sides(client, reviewer, ava):
    finding = finding_make(ava, run=run_make(ava, kind="personal_data", target="originated"))
    client.force_login(reviewer)
    assert triangle_of(finding) is None
    assert "The gap from four sides" not in text_of(client, finding)


def test_an_even_assistant_points_at_nothing(ava):
    finding = finding_make(ava, run=run_make(ava, state="passed", params=PARAMS, result=result_of(EVEN)))
    triangle = triangle_of(finding)
    assert triangle is not None
    assert not triangle.causes


def test_the_plan_offers_the_remedies_of_the_likely_cause_first(client, manager, reviewer, ava, finding):
    adjusted_run(ava, finding)
    client.force_login(reviewer)
    client.post(reverse("audits:finding-decide", args=[finding.pk, "confirm"]))
    client.force_login(manager)
    page = client.get(reverse("audits:finding", args=[finding.pk])).content.decode()
    offered = re.findall(r'<option value="(\w*)"', page[page.index('id="remediation-remedy"') :])
    assert offered[:2] == ["mend_flow", "hand_off"]
    assert "points or more would be found with a chance of 80 %" in page
    answer = client.post(
        reverse("audits:finding-decide", args=[finding.pk, "remediation"]),
        {"plan": "Mend the billing flow.", "remedy": "mend_flow", "recheck_days": "21"},
    )
    assert answer.status_code == 302
    text = text_of(client, finding)
    assert "Checked again 21 days after it is carried out. About" in text


def test_the_api_tells_the_sides_and_causes(client, reviewer, ava, finding):
    adjusted_run(ava, finding)
    client.force_login(reviewer)
    told = client.get(f"/api/v1/findings/{finding.pk}/").json()["triangle"]
    assert [(look["look"], look["verdict"]) for look in told["looks"]] == [
        ("live", "disparity"),
        ("adjusted", "no_material_difference"),
        ("probe", None),
        ("training", None),
    ]
    assert told["looks"][0]["gap"]["difference"] == pytest.approx(-0.36)
    assert told["causes"][0]["remedies"] == ["mend_flow", "hand_off"]


def test_an_alarm_of_the_daily_watch_shows_its_recent_gap_and_its_release(client, reviewer, ava):
    result = {
        "tables": [],
        "figures": {"n": 700, "recent_gap": -0.27, "recent_gap_interval": [-0.4, -0.14], "since": "2025-03-20"},
        "curve": {"group": "65+", "reference": "35-64", "points": [], "alarm": 1.3, "releases": []},
        "since_release": "2.0",
    }
    finding = finding_make(ava, run=run_make(ava, kind="monitoring", params=PARAMS, result={**result, "curve": {}}))
    triangle = triangle_of(finding)
    assert triangle is not None
    assert triangle.looks[0].gap is None
    finding.latest_run.result = result
    finding.latest_run.save(update_fields=["result"])
    triangle = triangle_of(finding)
    assert triangle is not None
    assert triangle.looks[0].gap == Gap("65+", "35-64", -0.27, -0.4, -0.14, date(2025, 3, 20))
    client.force_login(reviewer)
    assert "65+ against 35-64, since 20 Mar 2025" in client.get(f"/findings/{finding.pk}/").content.decode()
    assert [reading.cause.value for reading in triangle.causes if reading.likely] == ["release"]


@pytest.mark.parametrize(
    ("kind", "params", "named"),
    [
        ("monitoring", PARAMS, True),
        ("service_quality", {"figure": "csat", "dimension": "attribute:age_group"}, True),
        ("outcome_gap", {"outcome": "resolved", "dimension": "attribute:region"}, False),
        ("intersections", {"outcome": "resolved", "slice": {"attribute:age_group": "65+", "channel": "web"}}, True),
        ("matched_pairs", {"cue": "age"}, True),
        ("matched_pairs", {"cue": "name"}, False),
        ("training_labels", {"attributes": ["age_group"]}, True),
        ("disclosure", {}, False),
    ],
)
def test_findings_about_the_same_groups_lead_to_each_other(client, reviewer, ava, finding, kind, params, named):
    other = finding_make(ava, run=run_make(ava, kind=kind, target="x", params=params))
    elsewhere = AssistantFactory()
    finding_make(elsewhere, run=run_make(elsewhere, kind=kind, params=params, target="y"))
    assert [one.pk for one in same_gap_elsewhere(finding)] == ([other.pk] if named else [])
    assert [one.pk for one in same_gap_elsewhere(other)] == ([finding.pk] if named else [])
    client.force_login(reviewer)
    text = text_of(client, finding)
    seen = f"differs by age group ({other.get_kind_display()}, new)"
    assert ("mark the others as its duplicates" in text, seen in text) == (named, named)


def test_languages_have_their_names(ava):
    counts = [GroupCount("de", 1710, 1800), GroupCount("pl", 1000, 1800)]
    result = {"figures": {}, "tables": [], "gap": audit_gap(counts, policy=Policy(), attribute="language").to_json()}
    run = run_make(ava, params={"outcome": "resolved", "dimension": "language"}, result=result)
    triangle = triangle_of(finding_make(ava, run=run))
    assert triangle is not None
    gap = triangle.looks[0].gap
    assert gap is not None
    assert (gap.group, gap.reference) == ("Polish", "German")


def test_decided_findings_are_no_longer_named(ava, finding):
    other = finding_make(ava, run=run_make(ava, kind="monitoring", target="x", params=PARAMS))
    Finding.objects.filter(pk=other.pk).update(state="duplicate", duplicate_of=finding)
    assert same_gap_elsewhere(finding) == []
