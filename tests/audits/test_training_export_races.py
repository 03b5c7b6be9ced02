"""What happens to an export between its judgement and its last line."""

from __future__ import annotations

import pytest

from assistants.models import Conversation, DatasetRow
from assistants.services.datasets import dataset_withdraw
from assistants.states import ConversationState
from audits.models import DatasetRowScan, TrainingExport, TrainingExportRow
from audits.services.training import exports, training_export_lines, training_export_request, training_export_run
from consent.services.erasures import subjects_erase
from consent.services.restrictions import restriction_impose
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict
from tests.audits.conversations import Told, conversations_make
from tests.audits.training import customer, dataset_make, example
from tests.jobs import drain

FINE = [example(number) for number in range(12)]


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
