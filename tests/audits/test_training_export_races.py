"""What happens to an export between its judgement and its last line."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection
from django.urls import reverse

from assistants.models import Conversation, DatasetRow
from assistants.services.datasets import dataset_withdraw
from assistants.states import ConversationState
from audits.models import DatasetRowScan, TrainingExport, TrainingExportRow
from audits.services.training import (
    exports,
    training_export_lines,
    training_export_request,
    training_export_run,
)
from consent.services.erasures import subjects_erase
from consent.services.restrictions import restriction_impose
from consent.traces import traces
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict
from tests.audits.conversations import Told, conversations_make
from tests.audits.training import customer, dataset_make, example
from tests.jobs import drain, work
from tests.other_session import other_session

FINE = [example(number) for number in range(12)]
REPEATED = {"input": FINE[0]["input"]}


@pytest.fixture
def meanwhile(monkeypatch):
    """Have something happen once, when an export is judged and not yet written; tells how often it was judged."""

    def arrange(happens):
        judged, judgements = exports.judged, []

        def judging(*args, **kwargs):
            found = judged(*args, **kwargs)
            judgements.append(found)
            if len(judgements) == 1:
                happens(found)
            return found

        monkeypatch.setattr(exports, "judged", judging)
        return judgements

    return arrange


def exported(dataset, actor, **options) -> TrainingExport:
    training_export_request(dataset_id=dataset.pk, actor=actor, **options)
    training_export_run(export_id=TrainingExport.objects.latest("pk").pk)
    return TrainingExport.objects.latest("pk")


def test_who_withdraws_meanwhile_is_not_in_the_export(assistant, privacy_officer, meanwhile):
    dataset = dataset_make(assistant, FINE)
    subject = customer(assistant, "C-3")

    def withdraws(found) -> None:
        restriction_impose(subject_id=subject.pk, ground="accuracy_contested", actor=privacy_officer)

    judgements = meanwhile(withdraws)
    made = exported(dataset, privacy_officer, exclude_breaking=True)
    assert (made.state, made.row_count, len(judgements)) == ("ready", 11, 2)
    assert not TrainingExportRow.objects.filter(row__subject=subject).exists()
    assert made.manifest["excluded"]["by_reason"] == {"consent_now": 1}
    drain()
    made.refresh_from_db()
    assert made.state == "ready"


def test_who_is_erased_meanwhile_is_not_in_the_export(assistant, privacy_officer, meanwhile):
    dataset = dataset_make(assistant, FINE)
    subject = customer(assistant, "C-3")
    judgements = meanwhile(lambda found: subjects_erase(subject_ids=[subject.pk], actor=SYSTEM))
    made = exported(dataset, privacy_officer)
    assert (made.state, made.row_count, len(judgements)) == ("ready", 11, 2)
    assert not TrainingExportRow.objects.filter(row__subject=subject).exists()


@pytest.mark.parametrize("exclude_breaking", [True, False])
def test_of_who_is_erased_meanwhile_no_reason_is_kept_either(assistant, privacy_officer, meanwhile, exclude_breaking):
    rows = [*FINE, example(12, attributes={"age_group": "3-4", "illness": "flu"}), example(13, **REPEATED)]
    dataset = dataset_make(assistant, rows)
    subject = customer(assistant, "C-12")
    meanwhile(lambda found: subjects_erase(subject_ids=[subject.pk], actor=SYSTEM))
    made = exported(dataset, privacy_officer, exclude_breaking=exclude_breaking)
    assert list(made.exclusions.values_list("row__external_id", "breach")) == [("r-13", "duplicate")]
    assert [trace.name for trace in traces() if trace.look([subject.pk])] == []
    if exclude_breaking:
        assert (made.row_count, made.manifest["excluded"]["by_reason"]) == (12, {"duplicate": 1})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("goes", ["withdraws", "is erased"])
def test_who_goes_in_another_session_at_the_last_moment_blocks_the_export(
    assistant, privacy_officer, monkeypatch, goes
):
    dataset = dataset_make(assistant, FINE)
    drain()
    training_export_request(dataset_id=dataset.pk, actor=privacy_officer)
    subject, failed, looked = customer(assistant, "C-3"), list[Exception](), exports.holds_withdrawn

    def go() -> None:
        try:
            if goes == "withdraws":
                restriction_impose(subject_id=subject.pk, ground="accuracy_contested", actor=privacy_officer)
                work("audits.training_restricted")
            else:
                subjects_erase(subject_ids=[subject.pk], actor=SYSTEM)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=go)

    def looks(export) -> bool:
        """Says what it saw only when the other session waits for this one."""
        seen = looked(export)
        other.start()
        deadline = time.monotonic() + 30
        with other_session() as session:
            while not _waits(session) and time.monotonic() < deadline:
                pass
        return seen

    monkeypatch.setattr(exports, "holds_withdrawn", looks)
    made = training_export_run(export_id=TrainingExport.objects.latest("pk").pk)
    other.join(60)
    assert (failed, made.state, made.row_count) == ([], "ready", 12)
    made.refresh_from_db()
    assert made.state == "blocked"
    assert TrainingExportRow.objects.filter(row__subject=subject).exists() is (goes == "withdraws")


def _waits(session) -> bool:
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return session.execute(waiting).fetchone() is not None


def test_what_was_judged_with_other_patterns_is_judged_anew(assistant, privacy_officer, meanwhile):
    dataset = dataset_make(assistant, FINE)
    judgements = meanwhile(lambda found: setattr(found, "reader_version", "older"))
    made = exported(dataset, privacy_officer)
    assert (made.state, len(judgements)) == ("ready", 2)
    assert made.manifest["engines"]["personal_data"] == judgements[1].reader_version


def test_a_transcript_that_goes_meanwhile_refuses_the_rows_of_which_nothing_is_kept(
    assistant, privacy_officer, meanwhile
):
    dataset = dataset_make(assistant, FINE)
    [conversation] = conversations_make(assistant, [Told(subject=customer(assistant, "C-3"))])
    DatasetRow.objects.filter(subject=conversation.subject).update(
        conversation=conversation, conversation_revision=1, turn_from=0, turn_until=2
    )

    def goes(found) -> None:
        Conversation.objects.update(sealed=None, state=ConversationState.DISPOSED)

    judgements = meanwhile(goes)
    made = exported(dataset, privacy_officer)
    assert (made.state, len(judgements)) == ("refused", 2)
    assert list(made.exclusions.values_list("row__external_id", "breach")) == [("r-3", "unreadable")]
    assert not DatasetRowScan.objects.exists()


def test_an_export_of_a_data_set_put_out_of_use_is_fetched_no_more(assistant, privacy_officer):
    dataset = dataset_make(assistant, FINE)
    made = exported(dataset, privacy_officer)
    dataset_withdraw(dataset_id=dataset.pk, actor=SYSTEM)
    with pytest.raises(Conflict) as blocked:
        training_export_lines(export_id=made.pk, actor=privacy_officer)
    assert blocked.value.code == "export_blocked"
    made.refresh_from_db()
    assert (made.state, made.blocked_because) == ("blocked", "The data set was put out of use.")


@pytest.mark.parametrize("withdraws", [False, True])
def test_the_page_of_an_export_says_that_its_data_set_was_put_out_of_use(
    assistant, privacy_officer, as_user, withdraws
):
    dataset = dataset_make(assistant, FINE)
    made = exported(dataset, privacy_officer)
    if withdraws:
        restriction_impose(subject_id=customer(assistant, "C-3").pk, ground="accuracy_contested", actor=privacy_officer)
    dataset_withdraw(dataset_id=dataset.pk, actor=SYSTEM)
    drain()
    page = as_user(privacy_officer).get(reverse("audits:training-export", args=[made.public_id])).content.decode()
    assert ("The data set was put out of use." in page) is not withdraws
    assert "It cannot be fetched any more." in page
    assert ("must not be trained on" in page, "have to be deleted." in page) == (not withdraws, withdraws)
    assert "Download</button>" not in page
    assert "ask for a new export" not in page
