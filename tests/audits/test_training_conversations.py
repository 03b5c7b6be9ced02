"""Rows that come from conversations hide what the pages of those conversations hide, and what tells it may go."""

from __future__ import annotations

import json
import random
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from assistants.models import Conversation, ConversationRevision, Dataset, DatasetRow
from assistants.services.datasets import Selection, dataset_freeze, dataset_rows_select
from assistants.states import ConversationState
from audits.models import DatasetRowScan, Detection, TrainingExport
from audits.queries import row_reading
from audits.queries.conversations import conversation_with_scan, transcript_shown
from audits.queries.training import residue_of
from audits.services.dataset_scanning import dataset_rows_scan
from audits.services.scanning import batch_scan
from audits.services.training import training_export_lines, training_export_request
from consent.models import DataSubject
from consent.services.subjects import subjects_resolve
from portal.core.actors import SYSTEM
from tests.audits.conversations import Told, conversation_revise, conversations_make
from tests.audits.training import dataset_make
from tests.jobs import drain

ASKED = (
    ("assistant", "Hello! What is your account number?"),
    ("customer", "43262"),
    ("assistant", "Thank you. So 43262 is yours, right?"),
    ("customer", "yes, and Zofia Marchewka is my name"),
    ("assistant", "Noted, zofia marchewka. Or Zofia Marchewka."),
)
DAYS = Selection(since=date(2025, 1, 1), last=date(2025, 12, 31))


def selected(assistant, turns, **details) -> Dataset:
    """A frozen data set of everything that these conversations hold, whose use needs no consent."""
    dataset = dataset_make(assistant, [], frozen=False, basis="contract", quasi_identifiers=[], sensitive=[], **details)
    dataset.duplicates = "allow"
    dataset.save(update_fields=["duplicates"])
    [found] = subjects_resolve(team=assistant.team, references=["C-1"])
    subject = DataSubject.objects.get(pk=found.subject_id)
    conversations_make(assistant, [Told(turns=said, subject=subject) for said in turns])
    while batch_scan(assistant=assistant):
        pass
    dataset_rows_select(dataset_id=dataset.pk, selection=DAYS, actor=SYSTEM)
    drain()
    return dataset_freeze(dataset_id=dataset.pk, actor=SYSTEM)


def exported(dataset, actor, **options) -> TrainingExport:
    training_export_request(dataset_id=dataset.pk, actor=actor, **options)
    drain()
    return TrainingExport.objects.latest("pk")


def lines(made: TrainingExport, actor) -> list[tuple[str, str]]:
    found = map(json.loads, training_export_lines(export_id=made.pk, actor=actor))
    return [(line["input"], line["output"]) for line in found]


def test_what_only_the_conversation_makes_personal_does_not_leave(assistant, privacy_officer):
    dataset = selected(assistant, [ASKED])
    assert lines(exported(dataset, privacy_officer), privacy_officer) == [
        ("[ACCOUNT_NUMBER]", "Thank you. So [ACCOUNT_NUMBER] is yours, right?"),
        ("yes, and [PERSON] is my name", "Noted, zofia marchewka. Or [PERSON]."),
    ]
    [first, _] = DatasetRowScan.objects.order_by("pk")
    assert first.types == {"ACCOUNT_NUMBER": 2}
    assert set(residue_of(dataset.pk, allowed=["PERSON"]).types) == {first.pk}


def test_a_value_has_one_token_in_its_conversation_under_whatever_type_it_was_guessed(assistant, privacy_officer):
    turns = (
        ("customer", "8569"),
        ("assistant", "The last four of your card, please?"),
        ("customer", "8569"),
        ("assistant", "8569, thank you."),
    )
    dataset = selected(assistant, [turns], mode="pseudonymise")
    assert len(set(Detection.objects.values_list("type", flat=True))) > 1
    [(_, asked), (answer, repeated)] = lines(exported(dataset, privacy_officer), privacy_officer)
    assert asked == "The last four of your card, please?"
    assert repeated == f"{answer}, thank you."
    [(first, _), _] = lines(TrainingExport.objects.latest("pk"), privacy_officer)
    assert first == answer


WORDS = [
    "4182", "43262", "my ssn is 4182", "card?", "The last four of your card?", "Your account number?", "So 4182 is it",
    "jane.roe@example.com", "write to jane.roe@example.com", "I'm Zofia Marchewka", "Zofia", "thanks", "2024",
    "12 March", "call 415-555-0132", "my order is late", "3498723766", "Elm Street 12, 94110 San Francisco", "４１８２",
    "Zofias",
]  # fmt: skip
ROLES = ["customer", "assistant", "customer", "assistant", "agent", "system"]


@pytest.mark.parametrize("mode", ["redact", "pseudonymise"])
def test_an_export_shows_nothing_that_the_pages_mask(assistant, privacy_officer, mode):
    """Whatever stands in clear on a line stands in clear, in one piece, on the page of its conversation."""
    chance = random.Random(f"pages {mode}")
    talks = [
        [(chance.choice(ROLES), " ".join(chance.sample(WORDS, chance.randint(1, 3)))) for _ in range(9)]
        for _ in range(30)
    ]
    dataset = selected(assistant, talks, mode=mode)
    made = exported(dataset, privacy_officer, exclude_breaking=True)
    rows = {str(row.public_id): row for row in dataset.rows.select_related("conversation")}
    found = list(map(json.loads, training_export_lines(export_id=made.pk, actor=privacy_officer)))
    assert len(found) > 20
    masked = 0
    for line in found:
        row = rows[line["id"]]
        shown = _page(row, privacy_officer)
        for text, clear in zip((line["input"], line.get("output", "")), shown, strict=True):
            masked += len(clear) > 1
            assert all(any(piece in part for part in clear) for piece in _apart(text)), line["id"]
    assert masked > 20


def _page(row: DatasetRow, actor) -> tuple[list[str], list[str]]:
    """What the page shows in clear of the turns of a row: of the question and of the answer, in pieces."""
    shown = transcript_shown(conversation_with_scan(public_id=row.conversation.public_id, actor=actor))
    turns = shown.turns[row.turn_from : row.turn_until]
    question, answer = (
        "\n".join("".join(one.text or "\0" for one in turn.segments) for turn in turns if (turn.role == role) is asked)
        for role, asked in (("customer", True), ("customer", False))
    )
    return question.split("\0"), answer.split("\0")


def _apart(text: str) -> list[str]:
    return [piece for piece in re.split(r"\[[A-Z_]+(?::[0-9a-f]+)?\]", text) if piece]


def test_what_a_model_found_on_the_page_is_masked_in_the_export(assistant, privacy_officer):
    dataset = selected(assistant, [(("customer", "ask Quux about my parcel"), ("assistant", "Quux knows."))])
    conversation = Conversation.objects.get()
    Detection.objects.create(
        conversation=conversation, turn=0, start=4, end=8, type="PERSON", role="customer", origin="volunteered",
        score=0.6, value_hash=b"\x01" * 32,
    )  # fmt: skip
    conversation.scan.model_version = "xx 1.0"
    conversation.scan.save(update_fields=["model_version"])
    assert dataset_rows_scan(dataset_id=dataset.pk) == 1
    assert DatasetRowScan.objects.get().types == {"PERSON": 2}
    assert dataset_rows_scan(dataset_id=dataset.pk) == 0
    assert lines(exported(dataset, privacy_officer), privacy_officer) == [
        ("ask [PERSON] about my parcel", "[PERSON] knows.")
    ]


@pytest.mark.parametrize("kept", ["the revision", "the scan of the row"])
def test_a_row_of_a_revised_conversation_hides_what_either_revision_shows(assistant, privacy_officer, kept):
    dataset = selected(assistant, [(*ASKED[:3], ("customer", "not 51515?"), ("assistant", "No, not 51515."))])
    conversation = Conversation.objects.get()
    if kept == "the revision":
        ConversationRevision.objects.create(
            conversation=conversation, revision=1, content_hash=b"", sealed=conversation.sealed,
            received_at=conversation.received_at, superseded_at=timezone.now(),
        )  # fmt: skip
        DatasetRowScan.objects.all().delete()
    conversation_revise(conversation, turns=[("assistant", "Hello!"), ("customer", "My account number is 51515")])
    while batch_scan(assistant=assistant):
        pass
    assert lines(exported(dataset, privacy_officer), privacy_officer) == [
        ("[ACCOUNT_NUMBER]", "Thank you. So [ACCOUNT_NUMBER] is yours, right?"),
        ("not [ACCOUNT_NUMBER]?", "No, not [ACCOUNT_NUMBER]."),
    ]
    assert dataset_rows_scan(dataset_id=dataset.pk) == 2
    assert dataset_rows_scan(dataset_id=dataset.pk) == 0


def _dispose(**found) -> None:
    Conversation.objects.filter(**found).update(sealed=None, state=ConversationState.DISPOSED)


def test_where_the_transcript_is_gone_what_the_row_showed_with_it_counts(assistant, privacy_officer):
    dataset = selected(assistant, [ASKED])
    _dispose()
    DatasetRowScan.objects.update(engine_version="older")
    assert dataset_rows_scan(dataset_id=dataset.pk) == 2
    assert DatasetRowScan.objects.order_by("pk")[0].types == {"ACCOUNT_NUMBER": 2}
    [first, _] = lines(exported(dataset, privacy_officer), privacy_officer)
    assert first == ("[ACCOUNT_NUMBER]", "Thank you. So [ACCOUNT_NUMBER] is yours, right?")


@pytest.mark.parametrize("lost", ["never scanned", "changed since"])
def test_where_nothing_tells_what_its_conversation_showed_a_row_is_unread(assistant, privacy_officer, lost):
    dataset = selected(assistant, [ASKED])
    if lost == "never scanned":
        DatasetRowScan.objects.all().delete()
    else:
        DatasetRow.objects.update(received_at=timezone.now() + timedelta(minutes=1))
    _dispose()
    refused = exported(dataset, privacy_officer)
    assert (refused.state, set(refused.exclusions.values_list("breach", flat=True))) == ("refused", {"unreadable"})
    dataset_rows_scan(dataset_id=dataset.pk)
    assert set(DatasetRowScan.objects.values_list("fault", flat=True)) == {"ConversationGone"}
    assert len(residue_of(dataset.pk, allowed=[]).unread) == 2


def test_questions_are_the_same_number_for_many_conversations(
    assistant, privacy_officer, django_assert_max_num_queries
):
    few = selected(assistant, [ASKED] * 2)
    DatasetRowScan.objects.all().delete()
    with django_assert_max_num_queries(15):
        assert dataset_rows_scan(dataset_id=few.pk) == 4
    many = selected(assistant, [ASKED] * 12, slug="many")
    DatasetRowScan.objects.all().delete()
    with django_assert_max_num_queries(15):
        assert dataset_rows_scan(dataset_id=many.pk) == 28


def test_an_imported_row_is_a_question_and_its_answer(assistant, privacy_officer):
    from tests.audits.training import example

    told = "Agent: The last four of your card?\nCustomer: 4182\nAgent: Thank you."
    rows = [
        example(1, input="My account number is 43262", output="I use 43262 for this."),
        example(2, input=told, output="Shall 4182 be charged?"),
        example(3, input="I'm Mark Marchewka", output="Mark Marchewkas, in marketing"),
    ]
    dataset = dataset_make(assistant, rows, quasi_identifiers=[], sensitive=[])
    assert lines(exported(dataset, privacy_officer), privacy_officer) == [
        ("My account number is [ACCOUNT_NUMBER]", "I use [ACCOUNT_NUMBER] for this."),
        (told.replace("4182", "[CREDIT_CARD]"), "Shall [CREDIT_CARD] be charged?"),
        ("I'm [PERSON]", "[PERSON]s, in marketing"),
    ]


def test_a_revision_is_read_once_however_many_rows_come_from_it(assistant, privacy_officer, monkeypatch):
    dataset = selected(
        assistant, [tuple(("customer", f"and {n}?") if n % 2 else ("assistant", "Yes.") for n in range(41))]
    )
    conversation = Conversation.objects.get()
    ConversationRevision.objects.create(
        conversation=conversation, revision=1, content_hash=b"", sealed=conversation.sealed,
        received_at=conversation.received_at, superseded_at=timezone.now(),
    )  # fmt: skip
    conversation_revise(conversation, turns=[("assistant", "Hello!"), ("customer", "My account number is 51515")])
    read, reading = list[int](), row_reading.personal_spans

    def counted(turns, **options):
        read.append(len(turns))
        return reading(turns, **options)

    monkeypatch.setattr(row_reading, "personal_spans", counted)
    assert dataset_rows_scan(dataset_id=dataset.pk) == 20
    assert sorted(read) == [2, 41]
