"""Training rows and exported lines go when their time has passed, and what was made of them says so."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assistants.models import DatasetRow, DatasetRowAttributes
from assistants.queries.datasets import row_figures
from assistants.records.lines import numbered_records
from assistants.records.training import TrainingRecordParser
from assistants.services.datasets import dataset_rows_import
from audits.models import DatasetRowScan, TrainingExport, TrainingExportRow
from audits.services.training import training_export_lines, training_export_request
from audits.states import CheckState
from consent.queries.retention_due import assistant_figures
from consent.services.erasures import subjects_erase
from consent.services.holds import hold_place
from consent.services.restrictions import restriction_impose
from consent.services.retention_runs import retention_run_now
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict, Invalid
from portal.core.models import LedgerEntry
from tests.assistants.conftest import as_lines
from tests.audits.asking import SCOPE, ask
from tests.audits.training import consent, customer, dataset_make, example
from tests.consent.retaining import rule_make
from tests.jobs import drain

OLD = [example(number) for number in range(6)]
NEW = [example(number, collected_at=timezone.now().isoformat()) for number in range(6, 10)]
PERIOD = {"anchor": "collected", "period": "P30D"}


def figures_of(run, data_class):
    return [one for one in run.figures if one["data_class"] == data_class]


def exported(dataset, actor) -> TrainingExport:
    training_export_request(dataset_id=dataset.pk, actor=actor)
    drain()
    return TrainingExport.objects.latest("pk")


def test_rows_go_with_all_that_was_made_of_them_as_the_dry_run_said(client, assistant, privacy_officer):
    home = assistant.team
    dataset = dataset_make(assistant, [*OLD, *NEW], k=1, l=1)
    made = exported(dataset, privacy_officer)
    assert made.row_count == 10
    rule_make(home, privacy_officer, "training_row", purpose=dataset.purpose, **PERIOD)
    dry = retention_run_now(team=home, dry=True, actor=SYSTEM)
    [figures] = figures_of(dry, "training_row")
    assert (figures["label"], figures["kept"], figures["due"], figures["held"]) == (
        f"{assistant.name}: Service desk", 10, 6, 0,
    )  # fmt: skip
    assert DatasetRow.objects.filter(sealed__isnull=True).count() == 0

    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 6
    gone = DatasetRow.objects.filter(disposed_at__isnull=False)
    assert set(gone.values_list("sealed", "text_hash", "record_hash", "language")) == {(None, None, None, "")}
    assert all(row.external_id.startswith("erased-") for row in gone)
    for left in (DatasetRowAttributes, DatasetRowScan, TrainingExportRow):
        assert not left.objects.filter(row__in=gone).exists()
    assert TrainingExportRow.objects.count() == DatasetRowAttributes.objects.count() == 4
    assert (row_figures(dataset).rows, row_figures(dataset).erased, row_figures(dataset).disposed) == (4, 0, 6)
    with pytest.raises(Conflict, match="disposed of by a retention rule"):
        training_export_lines(export_id=made.pk, actor=privacy_officer)
    entries = LedgerEntry.objects.filter(action__in=["retention.disposed", "training_export.blocked"])
    assert sorted(entries.values_list("action", flat=True)) == ["retention.disposed", "training_export.blocked"]
    assert '"rows":6' in entries.get(action="retention.disposed").body.replace(" ", "")
    client.force_login(privacy_officer)
    page = client.get(reverse("datasets:detail", args=[dataset.slug])).content.decode()
    assert "6 rows of this data set were disposed of by retention rules" in page
    page = client.get(reverse("audits:training-export", args=[made.public_id])).content.decode()
    assert "Lines of it have been disposed of by a retention rule." in page
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 0
    assert exported(dataset, privacy_officer).row_count == 4
    subjects_erase(subject_ids=[customer(assistant, "C-0").pk], actor=SYSTEM)


def test_lines_go_earlier_than_their_rows(assistant, privacy_officer):
    home = assistant.team
    dataset = dataset_make(assistant, OLD)
    made = exported(dataset, privacy_officer)
    rule_make(home, privacy_officer, "training_line", anchor="created", period="P1D")
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 0
    TrainingExport.objects.update(finished_at=timezone.now() - timedelta(days=2))
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 6
    made.refresh_from_db()
    assert (made.state, made.rows.count(), row_figures(dataset).rows) == ("blocked", 0, 6)
    assert exported(dataset, privacy_officer).state == "ready"


def test_what_is_held_or_restricted_stays_with_its_lines(assistant, privacy_officer):
    home = assistant.team
    dataset = dataset_make(assistant, OLD)
    exported(dataset, privacy_officer)
    held, restricted = customer(assistant, "C-0"), customer(assistant, "C-1")
    placed = {"team": home, "matter": "m", "reason": "r", "actor": privacy_officer}
    hold_place(**placed, subject=held)
    restriction_impose(subject_id=restricted.pk, ground="legal_claims", actor=privacy_officer)
    rule_make(home, privacy_officer, "training_row", **PERIOD)
    rule_make(home, privacy_officer, "training_line", **PERIOD)
    dry = retention_run_now(team=home, dry=True, actor=SYSTEM)
    for kind in ("training_row", "training_line"):
        assert [(one["due"], one["held"]) for one in figures_of(dry, kind)] == [(4, 2)]
    retention_run_now(team=home, dry=False, actor=SYSTEM)
    there = {held.pk, restricted.pk}
    assert set(DatasetRow.objects.filter(erased_at=None).values_list("subject", flat=True)) == there
    assert set(TrainingExportRow.objects.values_list("row__subject", flat=True)) == there
    hold_place(**placed, assistant_id=assistant.pk)
    [figures] = [
        one
        for one in assistant_figures(team_id=home.pk, assistant_id=assistant.pk, now=timezone.now())
        if one.data_class == "training_row"
    ]
    assert (figures.due, figures.held) == (0, 2)


def test_withdrawal_and_purpose_decide_and_a_rule_of_transcripts_does_not(assistant, privacy_officer):
    home = assistant.team
    dataset = dataset_make(assistant, OLD, consents=True)
    at = timezone.now() - timedelta(days=40)
    consent(assistant, dataset.purpose, "C-2", "withdrawn", occurred_at=at)
    rule_make(home, privacy_officer)
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 0
    rule_make(home, privacy_officer, "training_row", purpose=dataset.purpose, anchor="consent_withdrawn", period="P30D")
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 1
    assert DatasetRow.objects.get(disposed_at__isnull=False).subject == customer(assistant, "C-2")
    with pytest.raises(Invalid, match="counted from"):
        rule_make(home, privacy_officer, "training_row", anchor="conversation_ended")


def test_row_that_was_disposed_of_is_not_taken_in_again(assistant, privacy_officer):
    dataset = dataset_make(assistant, OLD, frozen=False)
    rule_make(assistant.team, privacy_officer, "training_row", **PERIOD)
    assert retention_run_now(team=assistant.team, dry=False, actor=SYSTEM).disposed == 6
    records = numbered_records(io.BytesIO(as_lines(*OLD, *NEW)), TrainingRecordParser(), max_line_bytes=1 << 20)
    report = dataset_rows_import(dataset_id=dataset.pk, records=records, source="test", actor=SYSTEM)
    assert (report.created, report.rejected) == (4, 6)


def test_check_counts_rows_beyond_their_time_of_every_data_set(assistant, privacy_officer):
    home = assistant.team
    dataset_make(assistant, OLD)
    dataset_make(assistant, OLD[:2], slug="second")
    rule_make(home, privacy_officer, "training_row", **PERIOD)
    scope = replace(SCOPE, retention=True)
    found = ask(assistant, "retention", "kept beyond its time", scope=scope)
    assert (found.state, found.n) == (CheckState.FAILED, 8)
    assert found.sentence == "8 records should be gone and can still be read (training rows: 8)."
    assert [row[1:] for row in found.result["tables"][0]["rows"]] == [[6, 6, 0, 6], [2, 2, 0, 2]]
    retention_run_now(team=home, dry=False, actor=SYSTEM)
    assert ask(assistant, "retention", "kept beyond its time", scope=scope).state == CheckState.PASSED
