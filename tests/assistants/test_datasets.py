"""Data sets: registered, filled from files and conversations, frozen, and what a release learned from."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from assistants.models import Dataset, DatasetRow, DatasetRowAttributes
from assistants.queries.datasets import datasets_for, row_figures, rows_open
from assistants.queries.held import HELD
from assistants.records.lines import numbered_records
from assistants.records.training import TrainingRecordParser, parts_of
from assistants.services.datasets import (
    Selection,
    dataset_change,
    dataset_freeze,
    dataset_register,
    dataset_rows_import,
    dataset_rows_select,
    dataset_withdraw,
    release_trained_on,
)
from assistants.services.datasets.selecting import pairs
from assistants.services.registry import data_source_register
from assistants.transcripts import Turn
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict, Denied, Invalid, KeyDestroyed, NotFound
from portal.core.models import Job
from tests.assistants.conftest import as_lines
from tests.audits.conversations import DAY, Told, conversations_make
from tests.factories import AssistantFactory, PurposeFactory, ReleaseFactory
from tests.jobs import drain


@pytest.fixture
def source(assistant):
    return data_source_register(
        assistant_id=assistant.pk, name="Desk", kind="fine_tuning", origin="Own desk", actor=SYSTEM
    )


@pytest.fixture
def purpose(home):
    return PurposeFactory(team=home, code="training")


@pytest.fixture
def dataset(assistant, source, purpose, manager) -> Dataset:
    return dataset_register(
        assistant_id=assistant.pk,
        slug="desk",
        name="Service desk",
        source=source,
        purpose=purpose,
        language="en",
        quasi_identifiers=["age_group"],
        sensitive=["illness"],
        actor=manager,
    )


def example(external_id: str = "r-1", **instead):
    record = {
        "external_id": external_id,
        "customer_ref": "C-1",
        "collected_at": "2026-01-05T10:00:00Z",
        "input": "Where is my parcel?",
        "output": "It arrives tomorrow.",
        "attributes": {"age_group": "18-34", "illness": "flu", "shoe": 42},
        **instead,
    }
    return {name: value for name, value in record.items() if value is not None}


def take(dataset, *records, actor=SYSTEM):
    rejections = []
    numbered = numbered_records(io.BytesIO(as_lines(*records)), TrainingRecordParser(), max_line_bytes=1 << 20)
    report = dataset_rows_import(
        dataset_id=dataset.pk, records=numbered, source="test", actor=actor, on_rejection=rejections.append
    )
    return tuple(report.as_dict().values()), [(one.line, one.field) for one in rejections]


def test_rows_are_sealed_under_their_subject_and_taken_once(dataset):
    assert take(dataset, example("a"), example("b", customer_ref=None)) == ((2, 2, 0, 0, 0), [])
    assert take(dataset, example("a"), example("b", customer_ref=None)) == ((2, 0, 0, 2, 0), [])
    changed = (example("a", input="Where is it?"), example("b", customer_ref=None, output="Here."))
    assert take(dataset, *changed) == ((2, 0, 2, 0, 0), [])
    rows = list(DatasetRow.objects.order_by("pk"))
    opened = rows_open(rows)
    assert [opened[row.pk].input for row in rows] == ["Where is it?", "Where is my parcel?"]
    assert opened[rows[0].pk].metadata == {"shoe": 42}
    assert all(b"parcel" not in bytes(row.sealed) for row in rows)
    assert (
        list(DatasetRowAttributes.objects.values_list("values", flat=True))
        == [{"age_group": "18-34", "illness": "flu"}] * 2
    )
    assert (row_figures(dataset).rows, row_figures(dataset).subjects) == (2, 2)
    rows[0].public_id = rows[1].public_id
    assert not hasattr(rows_open([rows[0]])[rows[0].pk], "input")


def test_rows_are_rejected_one_by_one_with_the_field(dataset):
    take(dataset, example("a"))
    assert take(
        dataset,
        example("a", customer_ref="C-2"),
        example("b", input=" "),
        example("c", collected_at="tomorrow"),
        example("d", attributes={"age_group": [1]}),
        example("e", attributes={"shoe": 1}, metadata={"shoe": 2}),
        example("f", more=1),
        example("g"),
        example("g", output="Other."),
        b"\xff",
        example("h", collected_at=None),
        example("i", customer_ref=None),
    ) == (
        (11, 2, 0, 0, 9),
        [
            (1, "customer_ref"),
            (2, "input"),
            (3, "collected_at"),
            (4, "attributes.age_group"),
            (5, "metadata.shoe"),
            (6, "more"),
            (8, "external_id"),
            (9, None),
            (10, "collected_at"),
        ],
    )


@pytest.mark.parametrize(
    ("text", "same", "near"),
    [
        ("Where is my parcel?", True, True),
        ("where is my PARCEL 17", False, True),
        ("Where is your parcel?", False, False),
    ],
    ids=["equal", "same words", "other words"],
)
def test_repeated_texts_are_recognised_by_keyed_hashes(text, same, near):
    parser = TrainingRecordParser()
    first, second = (
        parts_of(parser.parse(json.dumps(example(input=one)).encode()), declared=())
        for one in ("Where is my parcel?", text)
    )
    assert (first.text_hash == second.text_hash, first.near_hash == second.near_hash) == (same, near)


def test_import_command_prints_figures_and_keeps_rejections(dataset, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(as_lines(example("a"), {"external_id": "b"}))
    out = io.StringIO()
    call_command("import_dataset", str(path), "--dataset", "desk", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert [told[name] for name in ("read", "created", "rejected")] == [2, 1, 1]
    assert json.loads((tmp_path / "rows.jsonl.rejected.jsonl").read_text())["field"] == "collected_at"
    with pytest.raises(CommandError, match="there is no data set nothing; known: desk") as raised:
        call_command("import_dataset", str(path), "--dataset", "nothing")
    assert raised.value.returncode == 2


def test_pairs_are_what_the_customer_asked_and_the_assistant_answered():
    turns = [
        Turn("assistant", "Hello"),
        Turn("customer", "One"),
        Turn("customer", "two"),
        Turn("assistant", "A"),
        Turn("assistant", "B"),
        Turn("customer", "Three"),
        Turn("agent", "Person"),
        Turn("assistant", "ignored"),
        Turn("customer", "Four"),
        Turn("assistant", "C"),
    ]
    assert list(pairs(turns)) == [(1, 5, "One\ntwo", "A\nB"), (8, 10, "Four", "C")]


def test_selection_copies_pairs_once_with_declared_attributes(dataset, assistant, manager):
    wanted = {"intent": "billing", "outcome": {"resolved": True}, "attributes": {"age_group": "65+", "shoe": 1}}
    conversations_make(
        assistant,
        [
            Told(**wanted),
            Told(**{**wanted, "intent": "other"}),
            Told(**{**wanted, "outcome": {"resolved": False}}),
            Told(**{**wanted, "language": "de"}),
            Told(**{**wanted, "day": date(2025, 4, 1)}),
        ],
    )
    selection = Selection(since=DAY, last=DAY, intent="billing", language="en", outcome="resolved", outcome_value=True)
    for _ in range(2):
        assert dataset_rows_select(dataset_id=dataset.pk, selection=selection, actor=manager)
        drain()
    [row] = DatasetRow.objects.filter(dataset=dataset)
    content = rows_open([row])[row.pk]
    assert (content.input, content.output) == ("Where is my parcel?", "It arrives tomorrow.")
    assert (row.turn_from, row.turn_until, row.collected_at.date()) == (0, 2, DAY)
    assert row.attributes.values == {"age_group": "65+"}


def test_jobs_of_selections_hold_nothing_that_a_source_wrote(dataset, assistant, manager):
    """Intents and outcomes may name somebody; an erasure does not look into jobs."""
    conversations_make(
        assistant,
        [
            Told(intent="about Zofia", outcome={"verdict": "told Zofia"}),
            Told(intent="about Zofia", outcome={"verdict": "told Anna"}),
            Told(intent="about Anna", outcome={"verdict": "told Zofia"}),
        ],
    )
    selection = Selection(since=DAY, last=DAY, intent="about Zofia", outcome="verdict", outcome_value="told Zofia")
    dataset_rows_select(dataset_id=dataset.pk, selection=selection, actor=manager)
    assert "Zofia" not in str(Job.objects.get(task="assistants.select_rows").payload)
    drain()
    assert DatasetRow.objects.filter(dataset=dataset).count() == 1


def test_frozen_data_set_takes_nothing_and_says_what_it_holds(dataset, manager):
    with pytest.raises(Invalid) as empty:
        dataset_freeze(dataset_id=dataset.pk, actor=manager)
    assert empty.value.field == "rows"
    take(dataset, example("a"))
    frozen = dataset_freeze(dataset_id=dataset.pk, actor=manager)
    assert (frozen.state, frozen.row_count, len(frozen.content_hash)) == ("frozen", 1, 64)
    with pytest.raises(Conflict):
        take(dataset, example("b"))
    dataset_withdraw(dataset_id=dataset.pk, actor=manager)
    with pytest.raises(Conflict):
        dataset_freeze(dataset_id=dataset.pk, actor=manager)


def test_release_is_trained_on_a_frozen_data_set_of_its_assistant(dataset, assistant, manager):
    release, other = ReleaseFactory(assistant=assistant), ReleaseFactory(assistant=AssistantFactory())
    when = datetime(2026, 2, 1, tzinfo=UTC)
    with pytest.raises(Conflict):
        release_trained_on(dataset_id=dataset.pk, release=release, trained_at=when, actor=manager)
    take(dataset, example("a"))
    dataset_freeze(dataset_id=dataset.pk, actor=manager)
    with pytest.raises(Invalid):
        release_trained_on(dataset_id=dataset.pk, release=other, trained_at=when, actor=manager)
    release_trained_on(dataset_id=dataset.pk, release=release, trained_at=when, actor=manager)
    with pytest.raises(Conflict):
        release_trained_on(dataset_id=dataset.pk, release=release, trained_at=when, actor=manager)


def test_policy_belongs_to_whoever_set_it_last(dataset, administrator, manager):
    assert dataset.policy_set_by == manager
    assert dataset_change(dataset_id=dataset.pk, k=5, actor=administrator).policy_set_by == manager
    assert dataset_change(dataset_id=dataset.pk, k=3, actor=administrator).policy_set_by == administrator
    take(dataset, example("a"))
    with pytest.raises(Conflict):
        dataset_change(dataset_id=dataset.pk, sensitive=["shoe"], actor=manager)
    with pytest.raises(Invalid) as wrong:
        dataset_change(dataset_id=dataset.pk, k=0, actor=manager)
    assert wrong.value.field == "k"


@pytest.mark.parametrize(
    ("instead", "field"),
    [
        ({"slug": "desk"}, "slug"),
        ({"sensitive": ["age_group"]}, "sensitive"),
        ({"quasi_identifiers": ["a", "a"]}, "quasi_identifiers"),
        ({"l": 0}, "l"),
        ({"mode": "burn"}, "mode"),
        ({"allowed_types": ["url"]}, "allowed_types"),
    ],
    ids=["slug taken", "both", "twice", "l 0", "mode", "type"],
)
def test_registration_refuses_what_cannot_be(dataset, assistant, source, purpose, manager, instead, field):
    values = {"slug": "other", "name": "Other", "quasi_identifiers": ["age_group"], **instead}
    with pytest.raises(Invalid) as wrong:
        dataset_register(assistant_id=assistant.pk, source=source, purpose=purpose, actor=manager, **values)
    assert wrong.value.field == field


def test_services_ask_for_the_role(dataset, reviewer, privacy_officer, outsider):
    for actor, error in ((reviewer, Denied), (privacy_officer, Denied), (outsider, NotFound)):
        for service in (dataset_change, dataset_freeze, dataset_withdraw):
            with pytest.raises(error):
                service(dataset_id=dataset.pk, actor=actor)
        with pytest.raises(error):
            take(dataset, example(), actor=actor)
    assert list(datasets_for(outsider)) == []
    assert [row.slug for row in datasets_for(reviewer)] == ["desk"]


def test_row_of_a_destroyed_key_does_not_open(dataset):
    take(dataset, example("a"))
    row = DatasetRow.objects.select_related("subject__data_key").get()
    key = row.subject.data_key
    key.wrapped, key.destroyed_at = None, timezone.now()
    assert isinstance(rows_open([row])[row.pk], KeyDestroyed)


def test_legal_hold_on_an_assistant_reaches_who_is_in_its_training_data(dataset, assistant):
    take(dataset, example("a"))
    subject = DatasetRow.objects.get().subject_id
    assert HELD.reached([assistant.pk], [subject, subject + 1]) == {subject}
    DatasetRow.objects.all().delete()
    assert HELD.reached([assistant.pk], [subject]) == set()
