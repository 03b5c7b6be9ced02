"""Shares and labels of training data, the reference they are held against, and the weights of an export."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from assistants.models import DatasetReference
from assistants.services.datasets import dataset_change, dataset_reference_declare, dataset_withdraw
from audits.checks import CHECKS, CheckContext
from audits.checks.training import dataset_specs
from audits.export_words import weights_in_words
from audits.models import TrainingExportRow
from audits.models.training import exported_place
from audits.queries.training import dataset_params
from audits.services.training import dataset_audit, training_export_request, training_export_run
from audits.states import CheckKind
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict, Denied, Invalid
from portal.core.models import LedgerEntry
from tests.audits.conversations import Told
from tests.audits.told import MARCH, counted
from tests.audits.training import dataset_make, example

pytestmark = pytest.mark.django_db

SHARES = {"age_group": {"18-34": 0.5, "65+": 0.5}}
DETAILS = {
    "quasi_identifiers": ["age_group"],
    "sensitive": ["granted", "topic"],
    "label": "granted",
    "label_favourable": "yes",
    "k": 2,
    "l": 1,
}


def rows(cells):
    """(age group, granted, topic) → how many people."""
    told = [attributes for attributes, n in cells.items() for _ in range(n)]
    return [
        example(number, attributes=dict(zip(("age_group", "granted", "topic"), values, strict=False)))
        for number, values in enumerate(told)
    ]


@pytest.fixture
def uneven(assistant):
    """60 young of whom 45 were granted, 20 old of whom 5 were; one person twice, who counts once."""
    cells = {("18-34", "yes"): 45, ("18-34", "no"): 15, ("65+", "yes"): 5, ("65+", "no"): 15}
    told = rows(cells)
    return dataset_make(assistant, [*told, {**told[0], "external_id": "again", "input": "Once more"}], **DETAILS)


def asked(dataset, kind, window=MARCH):
    [spec] = dataset_specs(CHECKS[CheckKind(kind)], dataset_params(dataset))
    context = CheckContext(assistant=dataset.assistant, target=spec.target, params=spec.params, window=window)
    [outcome] = CHECKS[CheckKind(kind)].answer([context])
    return outcome


def test_a_group_that_is_missing_from_the_data_is_a_disparity(uneven):
    dataset_reference_declare(dataset_id=uneven.pk, name="Customers 2025", shares=SHARES, actor=SYSTEM)
    outcome = asked(uneven, "training_shares")
    assert (outcome.state, outcome.n) == ("failed", 80)
    said = "Disparity: age group 65+ is 25 % of the people in the data and 50 % of “Customers 2025”"
    assert outcome.sentence.startswith(said)
    assert outcome.result["tables"][0]["rows"][1][:3] == ["65+", 20, 0.25]
    assert outcome.result["reference"]["name"] == "Customers 2025"
    json.dumps(outcome.result, allow_nan=False)


def test_few_people_are_not_told_by_number(assistant):
    dataset = dataset_make(assistant, rows({("18-34", "yes"): 60, ("65+", "no"): 4, ("35-64", "no"): 30}), **DETAILS)
    shares = {"age_group": {"18-34": 0.5, "35-64": 0.3, "65+": 0.2}}
    dataset_reference_declare(dataset_id=dataset.pk, name="Customers", shares=shares, actor=SYSTEM)
    outcome = asked(dataset, "training_shares")
    told = {row[0]: row[1] for row in outcome.result["tables"][0]["rows"]}
    # The next smallest goes along, since the sum would tell.
    assert told == {"18-34": 60, "35-64 (too few to tell)": None, "65+ (too few to tell)": None}
    assert outcome.sentence.startswith("Disparity: age group 65+ is a small part of the people")
    assert '"n": 4' not in json.dumps(outcome.result)


def test_the_assistants_own_conversations_can_be_the_reference(assistant, uneven):
    counted(
        assistant, [Told(attributes={"age_group": age}) for age, n in (("18-34", 300), ("65+", 100)) for _ in range(n)]
    )
    dataset_reference_declare(dataset_id=uneven.pk, name="Live customers", days=60, actor=SYSTEM)
    outcome = asked(uneven, "training_shares")
    assert outcome.state == "insufficient_data"
    assert outcome.result["tables"][0]["rows"][1][4] == 0.25


def test_labels_that_differ_by_group_are_a_disparity_with_a_remedy(uneven):
    outcome = asked(uneven, "training_labels")
    assert (outcome.state, outcome.n) == ("failed", 80)
    assert outcome.sentence.startswith("62.5 % of the people have granted “yes”. Disparity:")
    assert "Kamiran" in outcome.result["note"]
    json.dumps(outcome.result, allow_nan=False)


def test_labels_are_compared_within_what_the_rows_are_about(assistant):
    """Old and young are granted alike in each topic, and the old ask about the harder one."""
    numbers = {"18-34": {"easy": (81, 9), "hard": (9, 21)}, "65+": {"easy": (27, 3), "hard": (27, 63)}}
    cells = {
        (age, granted, topic): n
        for age, topics in numbers.items()
        for topic, both in topics.items()
        for granted, n in zip(("yes", "no"), both, strict=True)
    }
    dataset = dataset_make(assistant, rows(cells), **DETAILS)
    assert asked(dataset, "training_labels").state == "failed"
    dataset = dataset_change(dataset_id=dataset.pk, label_stratum="topic", actor=SYSTEM)
    outcome = asked(dataset, "training_labels")
    assert outcome.state in ("passed", "insufficient_data")
    assert outcome.result["tables"][-1]["title"] == "Within topic"
    assert " within topic; taken together: " in outcome.sentence
    assert "asked about" not in outcome.sentence
    assert outcome.result["gaps"][0]["groups"][1]["adjusted"]["odds_ratio"] == pytest.approx(1)


def test_questions_are_asked_of_data_sets_that_declare_what_they_need(assistant):
    plain = dataset_make(assistant, [example(1)])
    kinds = {run.kind for run in dataset_audit(dataset_id=plain.pk, actor=SYSTEM)}
    assert not kinds & {"training_shares", "training_labels"}
    labelled = dataset_make(assistant, rows({("65+", "yes"): 3}), slug="labelled", **DETAILS)
    kinds = {run.kind for run in dataset_audit(dataset_id=labelled.pk, actor=SYSTEM)}
    assert "training_labels" in kinds
    assert asked(labelled, "training_labels").state == "insufficient_data"
    dataset_withdraw(dataset_id=labelled.pk, actor=SYSTEM)
    assert asked(labelled, "training_labels").state == "passed"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"shares": {"size": {"l": 1.0}}}, "shares.size"),
        ({"shares": {"age_group": {"65+": 0.7, "18-34": 0.4}}}, "shares"),
        ({"shares": {"age_group": {}}}, "shares"),
        ({"shares": {"age_group": {"65+": 25}}}, "shares"),
        ({"shares": {"age_group": {"65+": True}}}, "shares"),
        ({}, "shares"),
        ({"shares": SHARES, "days": 3}, "shares"),
        ({"days": 0}, "days"),
        ({"days": 9, "sample": 4}, "sample"),
        ({"shares": SHARES, "sample": 2**63}, "sample"),
        ({"days": 9, "name": " "}, "name"),
    ],
)
def test_a_reference_that_cannot_be_is_refused(uneven, given, field):
    with pytest.raises(Invalid) as error:
        dataset_reference_declare(**{"dataset_id": uneven.pk, "name": "Census", "actor": SYSTEM, **given})
    assert error.value.field == field
    assert not DatasetReference.objects.exists()


def test_declaring_a_reference_is_in_the_ledger_without_its_text(uneven, reviewer, manager):
    with pytest.raises(Denied):
        dataset_reference_declare(dataset_id=uneven.pk, name="Census", shares=SHARES, actor=reviewer)
    dataset_reference_declare(dataset_id=uneven.pk, name="Census", shares=SHARES, sample=900, actor=manager)
    entry = json.loads(LedgerEntry.objects.get(action="dataset.reference_declared").body)
    assert entry["data"] == {"kind": "declared", "attributes": ["age_group"], "groups": 2, "sample": 900, "days": None}
    dataset_withdraw(dataset_id=uneven.pk, actor=SYSTEM)
    with pytest.raises(Conflict):
        dataset_reference_declare(dataset_id=uneven.pk, name="Census", shares=SHARES, actor=SYSTEM)


def test_the_page_takes_shares_in_per_cent_and_shows_them_again(client, manager, uneven):
    client.force_login(manager)
    url = reverse("datasets:reference", args=[uneven.slug])
    wrong = client.post(url, {"name": "Census", "shares": "age_group 65+ = 20"})
    assert wrong.status_code == 422
    assert "Begin each line" in wrong.content.decode()
    unknown = client.post(url, {"name": "Census", "shares": "size: l = 20"})
    assert unknown.context["reference"].errors["shares"][0].startswith("size: This is none of its attributes")
    done = client.post(
        url, {"name": "Census", "shares": "age_group: 18-34 = 74,5 %; 65+ = 25", "sample": "400"}, follow=True
    )
    assert uneven.reference.shares == {"age_group": {"18-34": 0.745, "65+": 0.25}}
    page = done.content.decode()
    assert "age_group: 18-34 = 74.5; 65+ = 25" in page
    assert "counted from 400 people" in page


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"label": "granted", "label_favourable": ""}, "label_favourable"),
        ({"label": "shoe_size", "label_favourable": "45"}, "label"),
        ({"label": "", "label_favourable": "yes"}, "label"),
        ({"label_stratum": "granted"}, "label_stratum"),
        ({"label_stratum": "weather"}, "label_stratum"),
    ],
)
def test_a_label_is_one_of_the_attributes_that_k_and_l_judge(uneven, given, field):
    with pytest.raises(Invalid) as error:
        dataset_change(dataset_id=uneven.pk, actor=SYSTEM, **given)
    assert error.value.field == field


def lines_of(export):
    found = (
        TrainingExportRow.objects.filter(export=export).select_related("row__subject__data_key").order_by("position")
    )
    for one in found:
        place = exported_place(export.public_id, one.row.public_id)
        yield json.loads(one.row.subject.data_key.unwrap().open(bytes(one.sealed), place=place))


def exported(dataset, privacy_officer, reweigh):
    made = training_export_request(dataset_id=dataset.pk, actor=privacy_officer, reweigh=reweigh)
    return training_export_run(export_id=made.pk)


def test_an_export_carries_weights_that_even_the_labels_out(assistant, privacy_officer, as_user):
    cells = {("18-34", "yes"): 40, ("18-34", "no"): 10, ("65+", "yes"): 20, ("65+", "no"): 30}
    export = exported(dataset_make(assistant, rows(cells), **DETAILS), privacy_officer, "age_group")
    assert export.state == "ready"
    told = export.manifest["reweighing"]
    assert (told["attribute"], told["label"], told["not_weighed"]) == ("age_group", "granted", 0)
    assert [(one["group"], one["label"], one["rows"], one["weight"]) for one in told["weights"]] == [
        ("18-34", "no", 10, 2.0),
        ("18-34", "yes", 40, 0.75),
        ("65+", "no", 30, 0.666667),
        ("65+", "yes", 20, 1.5),
    ]
    weight = {(one["group"], one["label"]): one["weight"] for one in told["weights"]}
    for line in lines_of(export):
        assert line["weight"] == weight[line["attributes"]["age_group"], line["attributes"]["granted"]]
    entry = json.loads(LedgerEntry.objects.get(action="training_export.requested").body)
    assert entry["data"]["reweigh"] == "age_group"
    page = " ".join(as_user(privacy_officer).get(f"/training-exports/{export.public_id}/").text.split())
    assert '<th scope="row">18-34</th><td data-label="Granted">no</td>' in page
    assert '<td class="num" data-label="Rows">10</td><td class="num" data-label="Weight">2.00</td>' in page
    assert "<dt>Weights</dt><dd>for age group, against granted</dd>" in page
    assert "weighed, on" in page
    assert "allowed_types" not in page.partition("<pre")[0]


def test_what_weights_do_is_said_in_words():
    table = [("18–34", "yes", 30), ("18–34", "no", 10), ("65+", "yes", 10), ("65+", "no", 30)]
    weighing = {"label": "found_helpful", "weights": [{"group": g, "label": v, "rows": n} for g, v, n in table]}
    assert weights_in_words(weighing, favourable="yes") == (
        "Found helpful is “yes” on 25 % of the lines of 65+ and on 75 % of those of 18–34; "
        "weighed, on 50 % in every group."
    )
    assert weights_in_words(weighing, favourable="") == ""


def test_without_the_wish_no_line_has_a_weight(assistant, privacy_officer, uneven):
    export = exported(uneven, privacy_officer, "")
    assert "reweighing" not in export.manifest
    assert all("weight" not in line for line in lines_of(export))


def test_combinations_of_few_people_refuse_the_weights(privacy_officer, uneven):
    export = exported(uneven, privacy_officer, "age_group")
    assert (export.state, export.manifest, export.rows.count()) == ("refused", {}, 0)
    assert export.error.startswith(
        "It cannot be reweighed: a combination of age group and granted has fewer than 10 people"
    )


@pytest.mark.parametrize("reweigh", ["granted", "shoe_size"])
def test_only_declared_attributes_are_weighed(privacy_officer, uneven, reweigh):
    with pytest.raises(Invalid) as error:
        training_export_request(dataset_id=uneven.pk, actor=privacy_officer, reweigh=reweigh)
    assert error.value.field == "reweigh"
