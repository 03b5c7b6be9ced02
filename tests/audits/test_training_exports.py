"""Training exports: the gate, the manifest, what a withdrawal and an erasure do to them, and who may."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from assistants.models import DatasetRow, TrainedOn
from assistants.queries.datasets import without_consent
from assistants.services.datasets import dataset_withdraw, release_trained_on
from audits.models import CheckRun, Finding, TrainingExport, TrainingExportRow
from audits.services.portfolio import portfolio_sections
from audits.services.training import training_export_lines, training_export_request, training_export_run
from audits.services.training.exports import packed
from consent.services.erasures import subjects_erase
from consent.services.requests.erasing import erasure_checks
from consent.services.restrictions import restriction_impose
from consent.traces import traces
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict, Denied, NotFound
from portal.core.models import Job, LedgerEntry
from tests.audits.training import COLLECTED, consent, customer, dataset_make, example
from tests.factories import ReleaseFactory
from tests.jobs import drain

FINE = [example(number) for number in range(12)]


def export(dataset, actor, **options) -> TrainingExport:
    training_export_request(dataset_id=dataset.pk, actor=actor, **options)
    drain()
    return TrainingExport.objects.latest("pk")


def fetched(made: TrainingExport, actor) -> list[dict]:
    return [json.loads(line) for line in training_export_lines(export_id=made.pk, actor=actor)]


def test_export_is_rewritten_sealed_and_described_by_its_manifest(assistant, privacy_officer):
    mail = example(20, input="I am at jane.roe@example.com", output="Noted: jane.roe@example.com")
    dataset = dataset_make(assistant, [*FINE, mail], mode="pseudonymise")
    made = export(dataset, privacy_officer)
    assert (made.state, made.row_count) == ("ready", 13)
    lines = list(training_export_lines(export_id=made.pk, actor=privacy_officer))
    content = b"".join(lines)
    manifest = made.manifest
    assert hashlib.sha256(content).hexdigest() == made.sha256 == manifest["content"]["sha256"]
    gz = b"".join(packed(lines))
    assert gzip.decompress(gz) == content
    assert hashlib.sha256(gz).hexdigest() == manifest["content"]["gzip_sha256"]
    last = json.loads(lines[-1])
    token = last["input"].removeprefix("I am at ")
    assert token.startswith("[EMAIL_ADDRESS:")
    assert last["output"] == f"Noted: {token}"
    assert sorted(last) == ["attributes", "id", "input", "language", "output"]
    assert (manifest["rows"], manifest["excluded"]) == (13, {"rows": 0, "by_reason": {}, "each": []})
    assert manifest["anonymity"] == {"k": 6, "l": 2, "counted": "data subjects"}
    assert manifest["requested_by"] == privacy_officer.actor_ref
    stored = TrainingExportRow.objects.first()
    assert b"parcel" not in bytes(stored.sealed)
    actions = LedgerEntry.objects.filter(action__startswith="training_export").values_list("action", flat=True)
    assert list(actions.order_by("seq")) == [
        "training_export.requested", "training_export.created", "training_export.fetched",
    ]  # fmt: skip
    other = export(dataset_make(assistant, [*FINE, mail], slug="other", mode="pseudonymise"), privacy_officer)
    assert fetched(other, privacy_officer)[-1]["input"].startswith("I am at [EMAIL_ADDRESS:")
    assert token not in fetched(other, privacy_officer)[-1]["input"]


def test_a_number_among_the_attributes_is_looked_at_too(assistant, privacy_officer):
    row = example(23, attributes={"age_group": "18-34", "illness": 4111111111111111})
    refused = export(dataset_make(assistant, [*FINE, row]), privacy_officer)
    assert list(refused.exclusions.values_list("row__external_id", "breach")) == [("r-23", "residual")]


def test_export_is_refused_with_the_breaking_rows_or_leaves_them_out(assistant, privacy_officer):
    rows = [
        *FINE,
        {**FINE[1], "external_id": "again", "customer_ref": "C-30"},
        example(22, attributes={"age_group": "105+", "illness": "flu"}),
        example(23, attributes={"age_group": "18-34", "illness": "write to a.b@example.com"}),
    ]
    dataset = dataset_make(assistant, rows)
    consent(assistant, dataset.purpose, "C-3", "withdrawn")
    refused = export(dataset, privacy_officer)
    expected = {("again", "duplicate"), ("r-22", "k"), ("r-22", "l"), ("r-23", "residual"), ("r-3", "consent_now")}
    assert refused.state == "refused"
    assert set(refused.exclusions.values_list("row__external_id", "breach")) == expected
    with pytest.raises(Conflict):
        fetched(refused, privacy_officer)
    made = export(dataset, privacy_officer, exclude_breaking=True)
    assert (made.state, made.row_count) == ("ready", 11)
    assert made.manifest["excluded"]["by_reason"] == {
        "consent_now": 1, "duplicate": 1, "k": 1, "l": 1, "residual": 1,
    }  # fmt: skip
    ids = dict(DatasetRow.objects.values_list("external_id", "public_id"))
    assert {"row": str(ids["r-22"]), "reasons": ["k", "l"]} in made.manifest["excluded"]["each"]
    assert {line["id"] for line in fetched(made, privacy_officer)} == {
        str(ids[row["external_id"]]) for row in FINE if row["external_id"] != "r-3"
    }


def test_classes_are_counted_among_the_rows_that_stay(assistant, privacy_officer):
    rows = [
        example(number, attributes={"age_group": "a" if number < 2 else "b", "illness": str(number % 2)})
        for number in range(6)
    ]
    dataset = dataset_make(assistant, rows)
    consent(assistant, dataset.purpose, "C-0", "withdrawn")
    made = export(dataset, privacy_officer, exclude_breaking=True)
    assert sorted(made.exclusions.values_list("row__external_id", "breach")) == [
        ("r-0", "consent_now"), ("r-1", "k"), ("r-1", "l"),
    ]  # fmt: skip
    assert (made.row_count, made.manifest["anonymity"]["k"]) == (4, 4)


def test_later_withdrawal_marks_the_release_blocks_the_export_and_raises_a_finding(assistant, privacy_officer):
    dataset = dataset_make(assistant, FINE)
    release = ReleaseFactory(assistant=assistant, version="2.0")
    release_trained_on(
        dataset_id=dataset.pk, release=release, trained_at=timezone.now() - timedelta(days=1), actor=SYSTEM
    )
    made = export(dataset, privacy_officer)
    assert len(fetched(made, privacy_officer)) == 12
    subject = customer(assistant, "C-3")
    restriction_impose(subject_id=subject.pk, ground="accuracy_contested", actor=privacy_officer)
    restriction_impose(subject_id=customer(assistant, "C-4").pk, ground="accuracy_contested", actor=privacy_officer)
    drain()
    made.refresh_from_db()
    assert made.state == "blocked"
    with pytest.raises(Conflict) as blocked:
        fetched(made, privacy_officer)
    assert (blocked.value.code, "withdrew consent" in blocked.value.message) == ("export_blocked", True)
    training = TrainedOn.objects.get()
    assert (training.withdrawals, training.first_withdrawal_at is not None) == (2, True)
    finding = Finding.objects.get(kind="training_withdrawal")
    assert (finding.severity, finding.raised_by_run.target) == ("high", "desk")
    assert export(dataset, privacy_officer).state == "refused"
    again = export(dataset, privacy_officer, exclude_breaking=True)
    assert (again.state, again.row_count) == ("ready", 10)
    assert CheckRun.objects.filter(kind="training_withdrawal").count() == 1


def test_training_put_on_record_late_is_marked_for_who_has_withdrawn_since(assistant, privacy_officer):
    dataset = dataset_make(assistant, FINE)
    trained_at = timezone.now() - timedelta(days=1)
    restriction_impose(subject_id=customer(assistant, "C-3").pk, ground="accuracy_contested", actor=privacy_officer)
    drain()
    release = ReleaseFactory(assistant=assistant)
    training = release_trained_on(dataset_id=dataset.pk, release=release, trained_at=trained_at, actor=SYSTEM)
    drain()
    training.refresh_from_db()
    assert (training.withdrawals, without_consent(training)) == (1, 0)
    assert Finding.objects.filter(kind="training_withdrawal").count() == 1
    training.trained_at = COLLECTED - timedelta(days=400)
    assert without_consent(training) == 12


def test_download_asks_for_consent_again_even_where_no_job_has_run(assistant, privacy_officer):
    dataset = dataset_make(assistant, FINE)
    made = export(dataset, privacy_officer)
    consent(assistant, dataset.purpose, "C-3", "withdrawn")  # written past the services: nobody was told
    with pytest.raises(Conflict):
        fetched(made, privacy_officer)
    made.refresh_from_db()
    assert made.state == "blocked"


def test_erasure_empties_rows_attributes_scans_and_exports(assistant, privacy_officer):
    dataset = dataset_make(assistant, FINE)
    made = export(dataset, privacy_officer)
    subject = customer(assistant, "C-3")
    mine = [one for one in traces() if "dataset" in one.name or "training" in one.name]
    assert [one.name for one in mine] == [
        "assistants.dataset_rows", "assistants.dataset_attributes",
        "audits.dataset_scans", "audits.training_exports", "audits.training_exclusions",
    ]  # fmt: skip
    assert [one.look([subject.pk]) for one in mine][:2] == [1, 1]
    [shown] = [one for one in portfolio_sections(subject) if one.name == "training_data"]
    assert shown.data[0]["input"] == FINE[3]["input"]
    release = ReleaseFactory(assistant=assistant)
    release_trained_on(dataset_id=dataset.pk, release=release, trained_at=made.requested_at, actor=SYSTEM)
    subjects_erase(subject_ids=[subject.pk], actor=privacy_officer)
    drain()
    assert {one["check"]: one["found"] for one in erasure_checks([subject.pk]) if one["found"]} == {}
    assert [one.purge([subject.pk]) for one in mine] == [0] * 5
    assert TrainedOn.objects.get().withdrawals == 1
    assert Finding.objects.filter(kind="training_withdrawal").exists()
    assert LedgerEntry.objects.filter(action="training_export.blocked", object_id=str(made.pk)).count() == 1
    with pytest.raises(Conflict, match="has been erased"):
        fetched(made, privacy_officer)
    made.refresh_from_db()
    assert (made.state, made.rows.count()) == ("blocked", 11)
    row = DatasetRow.objects.get(subject=subject)
    assert (row.sealed, row.text_hash, row.external_id[:7]) == (None, None, "erased-")
    assert [one.name for one in portfolio_sections(subject)] == ["conversations"]


def test_export_job_can_be_repeated_and_killed_at_any_point(assistant, privacy_officer, monkeypatch):
    dataset = dataset_make(assistant, FINE)
    training_export_request(dataset_id=dataset.pk, actor=privacy_officer)
    made = TrainingExport.objects.get()

    def killed(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr("audits.services.training.exports._manifest", killed)
        training_export_run(export_id=made.pk)
    made.refresh_from_db()
    assert (made.state, made.rows.count()) == ("running", 0)
    assert training_export_run(export_id=made.pk).state == "ready"
    sha256 = TrainingExport.objects.get().sha256
    drain()
    assert (TrainingExport.objects.get().sha256, TrainingExportRow.objects.count()) == (sha256, 12)


def test_lost_export_gives_way_to_another(assistant, privacy_officer):
    dataset = dataset_make(assistant, FINE)
    training_export_request(dataset_id=dataset.pk, actor=privacy_officer)
    with pytest.raises(Conflict):
        training_export_request(dataset_id=dataset.pk, actor=privacy_officer)
    Job.objects.filter(task="audits.training_export").update(state="failed", error="OSError")
    assert export(dataset, privacy_officer).state == "ready"
    assert sorted(TrainingExport.objects.values_list("state", "error")) == [("failed", "OSError"), ("ready", "")]


def test_export_needs_a_privacy_officer_who_did_not_set_the_policy(
    assistant, privacy_officer, manager, outsider, member
):
    dataset = dataset_make(assistant, FINE)
    both = member("manager", "privacy_officer")
    dataset.policy_set_by = both
    dataset.save()
    for actor, error in ((manager, Denied), (both, Denied), (outsider, NotFound)):
        with pytest.raises(error):
            training_export_request(dataset_id=dataset.pk, actor=actor)
    made = export(dataset, privacy_officer)
    for actor, error in ((manager, Denied), (outsider, NotFound)):
        with pytest.raises(error):
            fetched(made, actor)
    draft = dataset_make(assistant, FINE, slug="draft", frozen=False)
    with pytest.raises(Conflict):
        training_export_request(dataset_id=draft.pk, actor=privacy_officer)


def test_data_set_withdrawn_meanwhile_is_not_exported(assistant, privacy_officer):
    dataset = dataset_make(assistant, FINE)
    training_export_request(dataset_id=dataset.pk, actor=privacy_officer)
    dataset_withdraw(dataset_id=dataset.pk, actor=SYSTEM)
    drain()
    made = TrainingExport.objects.get()
    assert (made.state, made.error) == ("refused", "The data set was put out of use.")
