"""The fairness page, its CSV and its API: slices from counts, small cells hidden, wrong choices named."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client

from assistants.models import AuditedAttribute
from portal.core.roles import Role, Scope
from tests.audits.conversations import DAY, Told
from tests.audits.told import counted, group, truths_declare
from tests.factories import ReleaseFactory
from tests.workflow.making import run_make

pytestmark = pytest.mark.django_db

PAGE, API = "/assistants/ava/fairness/", "/api/v1/assistants/ava/fairness/"
DOWNLOAD, WATCH = f"{PAGE}download/", f"{PAGE}watch/"


@pytest.fixture
def even_within(assistant):
    """Old and young are resolved alike within each intent, but the old ask what is hard: 56 % against 84 %."""
    AuditedAttribute.objects.create(assistant=assistant, name="age", reference="young")
    told = [
        one
        for age, hard, easy in (("young", 20, 180), ("old", 160, 40))
        for intent, n, rate in (("contract", hard, 0.5), ("parcel", easy, 0.9))
        for one in group(n, resolved=round(n * rate), intent=intent, attributes={"age": age})
    ]
    counted(assistant, told)
    return assistant


@pytest.fixture
def ask(api_key):
    header = api_key(Scope.AUDITS_READ)
    return lambda **wanted: Client().get(API, wanted, headers={"Authorization": header})


def test_crude_gap_that_the_questions_explain_is_shown_beside_what_is_left(even_within, ask, as_user, manager):
    crude = ask(by="attribute:age").json()["slice"]
    assert (crude["verdict"], crude["strata"]) == ("disparity", [])
    within = ask(by="attribute:age", within="intent").json()["slice"]
    (old,) = [row for row in within["gap"]["groups"] if row["group"] == {"age": "old"}]
    assert old["difference"] == pytest.approx(0.58 - 0.86)
    assert old["adjusted"]["risk_difference"] == pytest.approx(0, abs=1e-9)
    assert within["verdict"] != "disparity"
    assert [one["stratum"] for one in within["strata"]] == ["contract", "parcel"]
    page = as_user(manager).get(PAGE, {"by": "attribute:age", "within": "intent"}).content.decode()
    assert "Resolved by age" in page
    assert "Points, same questions" in page
    assert "Stratum by stratum" in page
    assert "A look around, not an audit" in page
    assert page.count("<svg") >= 4


def test_csv_has_the_numbers_of_the_page(even_within, ask, as_user, manager):
    wanted = {"by": "attribute:age", "within": "intent"}
    answer = as_user(manager).get(DOWNLOAD, wanted)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(answer.content.decode())))
    told = ask(**wanted).json()["slice"]
    groups = {line["group"]: line for line in lines if not line["stratum"]}
    (old,) = [row for row in told["gap"]["groups"] if row["group"] == {"age": "old"}]
    assert float(groups["old"]["difference"]) == pytest.approx(old["difference"], abs=1e-6)
    assert float(groups["old"]["adjusted_p"]) == pytest.approx(old["adjusted"]["p_adjusted"], abs=1e-6)
    assert {(line["stratum"], line["group"], line["n"]) for line in lines if line["stratum"]} == {
        ("contract", "young", "20"),
        ("contract", "old", "160"),
        ("parcel", "young", "180"),
        ("parcel", "old", "40"),
    }


def test_formulas_in_group_names_are_text(assistant, as_user, manager):
    AuditedAttribute.objects.create(assistant=assistant, name="age")
    counted(
        assistant,
        [*group(40, resolved=30, attributes={"age": "=1+1"}), *group(40, resolved=20, attributes={"age": "old"})],
    )
    assert "'=1+1" in as_user(manager).get(DOWNLOAD).content.decode()


def test_small_cells_are_hidden_everywhere_and_cannot_be_worked_out(assistant, ask, as_user, manager):
    AuditedAttribute.objects.create(assistant=assistant, name="age")
    told = [
        *group(60, resolved=50, intent="parcel", attributes={"age": "young"}),
        *group(47, resolved=40, intent="contract", attributes={"age": "young"}),
        *group(53, resolved=30, intent="parcel", attributes={"age": "old"}),
        *group(7, resolved=3, intent="contract", attributes={"age": "old"}),
        *group(4, resolved=1, intent="parcel", attributes={"age": "ancient-zebra"}),
        *group(30, resolved=20, intent="parcel"),
    ]
    counted(assistant, told)
    answer = ask(by="attribute:age", within="intent")
    told = answer.json()["slice"]
    assert told["groups_hidden"] == 1
    contract = next(one for one in told["strata"] if one["stratum"] == "contract")
    assert {cell["group"]: cell["suppressed"] for cell in contract["groups"] if cell["n"] != 0}["old"]
    hidden = [cell for stratum in told["strata"] for cell in stratum["groups"] if cell["suppressed"]]
    assert len(hidden) >= 2
    assert all(cell["n"] is cell["rate"] is cell["favourable"] is None for cell in hidden)
    wanted = {"by": "attribute:age", "within": "intent"}
    for text in (
        answer.content.decode(),
        as_user(manager).get(PAGE, wanted).content.decode(),
        as_user(manager).get(DOWNLOAD, wanted).content.decode(),
    ):
        assert "zebra" not in text


def test_window_and_release_narrow_the_counts(assistant, ask):
    release = ReleaseFactory(assistant=assistant, version="2.0")
    counted(
        assistant,
        [
            *group(40, resolved=30, language="en", release=release),
            *group(40, resolved=20, language="de"),
            *group(30, resolved=20, language="de", release=release, day=DAY - timedelta(days=60)),
        ],
    )
    assert ask().json()["slice"]["gap"]["n"] == 110
    assert ask(window="30").json()["slice"]["gap"]["n"] == 80
    assert ask(last=str(DAY - timedelta(days=1)), window="all").json()["slice"] is None
    assert ask(release="2.0").json()["slice"]["gap"]["n"] == 70
    answer = ask(since=str(DAY), last=str(DAY)).json()
    assert (answer["since"], answer["last"], answer["slice"]["gap"]["n"]) == (str(DAY), str(DAY), 80)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outcome", "nothing"),
        ("by", "attribute:shoe_size"),
        ("by", "intent"),
        ("within", "outcome"),
        ("window", "7"),
        ("since", "yesterday"),
        ("last", "2025-13-01"),
        ("last", "0001-01-01"),
        ("release", "9.9"),
    ],
)
def test_a_choice_that_does_not_exist_is_named(even_within, ask, as_user, manager, field, value):
    answer = ask(**{field: value})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    page = as_user(manager).get(PAGE, {field: value})
    assert page.status_code == 422
    assert f'id="id_{field}"' in page.content.decode()
    assert as_user(manager).get(DOWNLOAD, {field: value}).status_code == 422


def test_paired_truth_is_no_outcome_to_choose(assistant, ask, as_user, manager):
    truths_declare(assistant, manager, {"resolved": "a_truth"})
    AuditedAttribute.objects.create(assistant=assistant, name="age")
    counted(
        assistant,
        [
            Told(outcome={"resolved": number % 3 == 0, "a_truth": number % 2 == 0}, attributes={"age": age})
            for age in ("old", "young")
            for number in range(30)
        ],
    )
    assert ask().json()["outcomes"] == ["resolved"]
    page = as_user(manager).get(PAGE).content.decode()
    assert '<option value="resolved" selected>' in page
    assert "a_truth" not in page
    said = "“a_truth” is what “resolved” should have been, not an outcome of its own; choose resolved."
    refused = ask(outcome="a_truth")
    assert refused.status_code == 422
    assert [(wrong["field"], wrong["message"]) for wrong in refused.json()["errors"]] == [("outcome", said)]
    page = as_user(manager).get(PAGE, {"outcome": "a_truth"})
    assert page.status_code == 422
    assert said in page.content.decode()
    assert as_user(manager).get(DOWNLOAD, {"outcome": "a_truth"}).status_code == 422


def test_period_that_ends_before_it_begins_is_refused(even_within, ask):
    assert ask(since="2025-03-04", last="2025-03-01").json()["errors"][0]["field"] == "last"


def test_pages_without_anything_to_compare_say_so(assistant, as_user, manager, ask):
    client = as_user(manager)
    assert "No outcome was counted" in client.get(PAGE).content.decode()
    assert "Nothing is watched yet" in client.get(WATCH).content.decode()
    assert client.get(DOWNLOAD).content.decode().count("\n") == 1
    counted(assistant, group(40, resolved=30))
    assert "No groups to compare" in client.get(PAGE).content.decode()
    assert ask().json()["slice"] is None
    AuditedAttribute.objects.create(assistant=assistant, name="age")
    assert "fewer than two known groups" in client.get(PAGE).content.decode()


def test_htmx_gets_the_result_alone(even_within, as_user, manager):
    whole = as_user(manager).get(PAGE).content.decode()
    part = as_user(manager).get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert "Resolved by age" in part
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in as_user(manager).get(PAGE, headers=back).content.decode()


def test_queries_do_not_grow_with_groups_strata_or_days(assistant, as_user, manager, django_assert_max_num_queries):
    AuditedAttribute.objects.create(assistant=assistant, name="age")
    client = as_user(manager)
    counted(assistant, [one for age in "ab" for one in group(20, resolved=9, attributes={"age": age})])
    client.get(PAGE)
    with django_assert_max_num_queries(40) as few:
        client.get(PAGE, {"within": "both"})
    counted(
        assistant,
        [
            one
            for age in "abcdef"
            for intent in ("w", "x", "y")
            for day in range(3)
            for one in group(12, resolved=5, intent=intent, day=DAY - timedelta(days=day), attributes={"age": age})
        ],
    )
    client.get(PAGE)
    with django_assert_max_num_queries(40) as many:
        client.get(PAGE, {"within": "both"})
    assert len(many) <= len(few)


@pytest.mark.parametrize("url", [PAGE, DOWNLOAD, WATCH])
def test_who_may_look(even_within, member, outsider, as_user, url):
    assert Client().get(url).status_code == 302
    assert as_user(outsider).get(url).status_code == 404
    assert {as_user(member(role)).get(url).status_code for role in Role.values} == {200}


def test_who_may_ask(even_within, outsider, api_key, as_user):
    assert Client().get(API).status_code == 401
    assert Client().get(API, headers={"Authorization": api_key(Scope.CONSENT_READ)}).status_code == 403
    assert as_user(outsider).get(API).status_code == 404


def test_every_check_of_the_same_question_is_listed_and_only_probes_about_it(even_within, as_user, manager):
    asked = {"outcome": "resolved", "dimension": "attribute:age"}
    wanted = [
        run_make(even_within, kind="adjusted_gap", target="resolved by age at equal questions", params=asked),
        run_make(even_within, kind="matched_pairs", target="age in customer-service", params={"cue": "age"}),
    ]
    run_make(even_within, kind="matched_pairs", target="name in customer-service", params={"cue": "name"})
    run_make(even_within, target="resolved by channel", params={"outcome": "resolved", "dimension": "channel"})
    page = as_user(manager).get(PAGE, {"by": "attribute:age", "outcome": "resolved"})
    assert page.context["runs"] == wanted[::-1]
