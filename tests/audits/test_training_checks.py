"""The audits of a training data set: what passes, what fails, and which rows are named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from assistants.models import Dataset, DatasetRow
from assistants.services.datasets import dataset_withdraw, release_trained_on
from audits.models import CheckRun, Cycle, DatasetRowScan, Finding
from audits.queries.newer_data import verification_window
from audits.services.cycles import cycle_open
from audits.services.dataset_scanning import dataset_rows_scan
from audits.services.training import dataset_audit
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict, Denied, NotFound
from tests.audits.conversations import DAY
from tests.audits.training import COLLECTED, consent, dataset_make, example
from tests.factories import ReleaseFactory
from tests.jobs import drain

FINE = [example(number) for number in range(12)]


def audited(dataset: Dataset) -> dict[str, CheckRun]:
    dataset_audit(dataset_id=dataset.pk, actor=SYSTEM)
    drain()
    runs = CheckRun.objects.filter(dataset=dataset).order_by("-pk")[:5]
    return {run.kind.removeprefix("training_"): run for run in runs}


def breaking(run: CheckRun) -> list[list[str]]:
    return run.result["tables"][-1]["rows"]


def test_sound_data_set_passes_every_question(assistant):
    runs = audited(dataset_make(assistant, FINE))
    assert {kind: run.state for kind, run in runs.items()} == dict.fromkeys(
        ("consent", "privacy", "duplicates", "anonymity", "withdrawal"), "passed"
    )
    assert runs["consent"].sentence == (
        "All 12 rows may be used for “Training”: consent stood when they were collected and stands now."
    )
    assert runs["anonymity"].result["figures"] == {
        "n": 12, "breaking": 0, "k": 6, "l": 2, "classes": 2, "to_leave_out": 0,
    }  # fmt: skip
    assert not Finding.objects.exists()


def test_each_fault_fails_its_question_and_names_the_rows(assistant):
    mail, again, alone = (
        example(20, input="Write to jane.roe@example.com, please."),
        example(21, input=FINE[0]["input"].upper(), output=FINE[0]["output"]),
        example(22, attributes={"age_group": "105+", "illness": "flu"}),
    )
    repeat = {**FINE[1], "external_id": "again", "customer_ref": "C-30"}
    dataset = dataset_make(assistant, [*FINE, mail, again, alone, repeat])
    consent(assistant, dataset.purpose, "C-3", "withdrawn")
    runs = audited(dataset)
    assert {kind: run.state for kind, run in runs.items()} == {
        "consent": "failed", "privacy": "failed", "duplicates": "failed", "anonymity": "failed", "withdrawal": "passed",
    }  # fmt: skip
    row = {one.external_id: str(one.public_id) for one in DatasetRow.objects.all()}
    assert breaking(runs["consent"]) == [[row["r-3"], "Consent had been withdrawn (now)"]]
    assert breaking(runs["privacy"]) == [[row["r-20"], "1 × email address"]]
    assert breaking(runs["duplicates"]) == [[row["again"], "repeats an earlier row"]]
    assert runs["duplicates"].result["figures"]["near"] == 2
    assert breaking(runs["anonymity"]) == [[row["r-22"], "1 people share its attributes"]]
    found = {finding.kind: finding.severity for finding in Finding.objects.all()}
    assert found == {
        "training_consent": "high", "training_privacy": "medium",
        "training_duplicates": "low", "training_anonymity": "high",
    }  # fmt: skip
    assert "jane" not in str(list(CheckRun.objects.values_list("result", "sentence", "params")))
    audited(dataset)
    assert set(Finding.objects.values_list("times_seen", flat=True)) == {2}


def test_k_counts_people_and_not_rows(assistant):
    rows = [example(number, customer_ref="C-1") for number in range(6)]
    run = audited(dataset_make(assistant, rows, sensitive=[]))["anonymity"]
    assert (run.state, run.result["figures"]["k"]) == ("failed", 1)


def test_consent_is_asked_at_collection_and_now_and_unknown_is_no_consent(assistant):
    rows = [example(0), example(1), example(2, customer_ref=None)]
    dataset = dataset_make(assistant, rows, consents=False)
    consent(assistant, dataset.purpose, "C-0", occurred_at=COLLECTED + timedelta(days=1))
    consent(assistant, dataset.purpose, "C-1")
    run = audited(dataset)["consent"]
    figures = run.result["figures"]
    assert (figures["permitted"], figures["denied_then"], figures["denied_now"]) == (1, 2, 1)


def test_rows_are_scanned_once_an_engine_version(assistant, monkeypatch, django_assert_max_num_queries):
    dataset = dataset_make(assistant, [example(number) for number in range(30)], frozen=False)
    with django_assert_max_num_queries(12):
        assert dataset_rows_scan(dataset_id=dataset.pk) == 30
    assert dataset_rows_scan(dataset_id=dataset.pk) == 0
    DatasetRow.objects.filter(external_id="r-1").update(received_at=timezone.now())
    assert dataset_rows_scan(dataset_id=dataset.pk) == 1
    DatasetRowScan.objects.update(engine_version="older")
    assert dataset_rows_scan(dataset_id=dataset.pk) == 30


def test_row_that_does_not_open_is_never_clean(assistant):
    dataset = dataset_make(assistant, FINE)
    first = DatasetRow.objects.first()
    DatasetRow.objects.filter(pk=first.pk).update(sealed=b"\x01" + b"\x00" * 40)
    run = audited(dataset)["privacy"]
    assert (run.state, breaking(run)) == ("failed", [[str(first.public_id), "could not be read"]])


def test_withdrawal_after_training_fails_while_the_release_is_in_use(assistant):
    dataset = dataset_make(assistant, FINE)
    release = ReleaseFactory(assistant=assistant, version="2.0")
    release_trained_on(
        dataset_id=dataset.pk, release=release, trained_at=timezone.now() - timedelta(days=2), actor=SYSTEM
    )
    consent(assistant, dataset.purpose, "C-3", "withdrawn")
    run = audited(dataset)["withdrawal"]
    assert (run.state, run.result["tables"][0]["rows"]) == ("failed", [["2.0", 1, "yes"]])
    ReleaseFactory(assistant=assistant, version="2.1", released_at=timezone.now() - timedelta(days=1))
    run = audited(dataset)["withdrawal"]
    assert (run.state, run.result["tables"][0]["rows"]) == ("passed", [["2.0", 1, "no"]])


def test_withdrawn_and_empty_data_sets_have_an_answer(assistant, manager):
    dataset = dataset_make(assistant, [FINE[0]])
    dataset_withdraw(dataset_id=dataset.pk, actor=manager)
    assert {run.state for run in audited(dataset).values()} == {"passed"}
    empty = dataset_make(assistant, [example(1)], slug="empty", frozen=False)
    DatasetRow.objects.filter(dataset=empty).delete()
    states = {kind: run.state for kind, run in audited(empty).items()}
    assert states == dict.fromkeys(("consent", "privacy", "duplicates", "anonymity"), "insufficient_data") | {
        "withdrawal": "passed"
    }


def test_cycle_asks_about_every_data_set_in_use(assistant):
    dataset_make(assistant, FINE)
    gone = dataset_make(assistant, FINE, slug="gone")
    dataset_withdraw(dataset_id=gone.pk, actor=SYSTEM)
    cycle_open(assistant=assistant, period_from=DAY, period_until=DAY + timedelta(days=1), actor=SYSTEM)
    drain()
    runs = Cycle.objects.get().check_runs.filter(kind__startswith="training_")
    assert sorted(runs.values_list("kind", "target", "state")) == [
        (f"training_{kind}", "desk", "passed")
        for kind in ("anonymity", "consent", "duplicates", "privacy", "withdrawal")
    ]
    assert set(runs.values_list("dataset__slug", flat=True)) == {"desk"}


def test_fix_is_proven_on_the_data_set_as_it_is_today(assistant):
    dataset = dataset_make(assistant, [FINE[0], {**FINE[0], "external_id": "again"}])
    run = audited(dataset)["duplicates"]
    now = timezone.now()
    assert verification_window(baseline=run, implemented_at=now, release=None, now=now) == (
        run.window_from,
        run.window_until,
    )


def test_audit_is_asked_for_by_those_who_may_and_once(assistant, reviewer, auditor, outsider):
    dataset = dataset_make(assistant, FINE)
    for actor, error in ((auditor, Denied), (outsider, NotFound)):
        with pytest.raises(error):
            dataset_audit(dataset_id=dataset.pk, actor=actor)
    dataset_audit(dataset_id=dataset.pk, actor=reviewer)
    with pytest.raises(Conflict):
        dataset_audit(dataset_id=dataset.pk, actor=reviewer)


def test_questions_cost_the_same_number_of_queries_for_many_rows(assistant, django_assert_num_queries):
    from audits.queries.training import consent_of, residue_of, rows_of

    small = dataset_make(assistant, FINE[:2], basis="contract", consents=False)
    large = dataset_make(assistant, [example(n) for n in range(60)], consents=False, slug="large")
    for dataset in (small, large):
        dataset_rows_scan(dataset_id=dataset.pk)
        with django_assert_num_queries(9):
            consent_of(rows_of(dataset.pk), purpose=dataset.purpose, now=timezone.now())
            residue_of(dataset.pk, allowed=[])
