"""The strict encrypted fields in every way that Django reads and writes rows."""

from __future__ import annotations

import io
import json

import pytest
from django.contrib import admin
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.operations import AddField, AlterField
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Case, Count, F, Value, When
from django.db.models.functions import Cast, Upper
from django.utils import timezone

from audits.models import Flag
from portal.core.fields import EncryptedCharField, EncryptedRow, EncryptedTextField, UnreadableValue
from portal.core.rotation.field_keys import encrypted_tables
from tests.factories import AssistantFactory, ConversationFactory

TEXT = "Sie heißt Łucja 🙂"


def flag_with(note, **more):
    return Flag(
        conversation=ConversationFactory(assistant=more.pop("assistant", None) or AssistantFactory()),
        kind="privacy",
        source="agent",
        raised_by="user:1",
        raised_at=timezone.now(),
        note=note,
        decision="later",
        **more,
    )


@pytest.fixture
def flag(db):
    made = flag_with(TEXT)
    made.save()
    return made


def test_every_way_of_reading_gives_the_plain_value(flag):
    flags = Flag.objects.filter(pk=flag.pk)
    read = {
        "get": flags.get().note,
        "in_bulk": Flag.objects.in_bulk([flag.pk])[flag.pk].note,
        "iterator": next(flags.iterator()).note,
        "values": flags.values("note")[0]["note"],
        "values_list": flags.values_list("note", flat=True)[0],
        "annotate": flags.annotate(same=F("note")).get().same,
        "annotate values": flags.annotate(same=F("note")).values_list("same", flat=True)[0],
        "only": flags.only("note").get().note,
        "only something else": flags.only("kind").get().note,
        "defer": flags.defer("note").get().note,
        "raw": Flag.objects.raw("SELECT * FROM audits_flag")[0].note,
        "raw without the row key": Flag.objects.raw("SELECT id, note FROM audits_flag")[0].note,
        "select_related": Flag.objects.select_related("conversation").get().note,
        "related": flag.conversation.flags.get().note,
        "union": flags.union(flags).get().note,
        "dates apart": flags.values("kind", "note").distinct()[0]["note"],
    }
    assert set(read.values()) == {TEXT}
    flag.note = "unsaved"
    flag.refresh_from_db(fields=["note"])
    assert flag.note == TEXT


def test_every_way_of_writing_seals_for_the_row(flag):
    assistant = AssistantFactory()
    [made] = Flag.objects.bulk_create([flag_with("bulk", assistant=assistant)])
    made.decision = "now"
    made.save(update_fields=["decision"])
    Flag.objects.bulk_update([made], ["note"])
    copied, _ = Flag.objects.update_or_create(pk=made.pk, defaults={"note": flag.note})
    again, created = Flag.objects.get_or_create(pk=made.pk, defaults={"note": "other"})
    assert (copied.pk, again.note, again.decision, created) == (made.pk, TEXT, "now", False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audits_flag WHERE note LIKE 'gAAAAA%%'")
        assert cursor.fetchone() == (2,)


def test_bulk_create_over_existing_rows_is_refused_unless_the_row_key_goes_along(flag):
    twin = flag_with("newer", pk=flag.pk)
    with pytest.raises(FieldError, match="row_key"):
        Flag.objects.bulk_create([twin], update_conflicts=True, unique_fields=["id"], update_fields=["note"])
    Flag.objects.bulk_create([twin], update_conflicts=True, unique_fields=["id"], update_fields=["kind"])
    assert Flag.objects.get(pk=flag.pk).note == TEXT
    every = ["note", "decision", "row_key"]
    Flag.objects.bulk_create([twin], update_conflicts=True, unique_fields=["id"], update_fields=every)
    assert (Flag.objects.get(pk=flag.pk).note, Flag.objects.get(pk=flag.pk).decision) == ("newer", "later")
    with pytest.raises(FieldError, match="every encrypted field"):
        Flag.objects.bulk_create([twin], update_conflicts=True, unique_fields=["id"], update_fields=["note", "row_key"])


@pytest.mark.parametrize(
    "expression",
    [
        F("decision"),
        Upper("decision"),
        Value("text"),
        Case(When(pk__gt=0, then=Value("text")), default=Value("other")),
        Case(When(pk__gt=0, then=F("decision"))),
        Case(When(pk__gt=0, then=Value("text", output_field=Flag._meta.get_field("note")))),
        Cast(Value("text"), models.TextField()),
    ],
    ids=["f", "function", "value", "case-values", "case-f", "case-typed-value", "cast"],
)
def test_update_by_an_expression_is_refused_and_changes_nothing(flag, expression):
    with pytest.raises(FieldError, match="encrypted"), transaction.atomic():
        Flag.objects.update(note=expression)
    assert Flag.objects.get().note == TEXT


def test_a_function_over_a_token_is_never_taken_for_a_value(flag):
    with pytest.raises(UnreadableValue):
        list(Flag.objects.annotate(loud=Upper("note")).values_list("loud", flat=True))


@pytest.mark.parametrize(
    "ask",
    [
        lambda flags: flags.filter(decision=F("note")),
        lambda flags: flags.exclude(note="x"),
        lambda flags: flags.filter(note__startswith="S"),
        lambda flags: flags.annotate(n=Count("pk", filter=models.Q(note="x"))),
        lambda flags: flags.annotate(n=Case(When(note="x", then=Value(1)))),
        lambda flags: flags.filter(conversation__flags__note="x"),
    ],
    ids=["f", "exclude", "startswith", "count", "when", "related"],
)
def test_every_comparison_is_refused(flag, ask):
    with pytest.raises(FieldError, match="encrypted"):
        list(ask(Flag.objects.all()))


def test_admin_search_over_an_encrypted_field_is_refused_and_no_admin_has_one(flag, rf):
    class Searching(admin.ModelAdmin):
        search_fields = ["note"]

    with pytest.raises(FieldError, match="encrypted"):
        Searching(Flag, admin.site).get_search_results(rf.get("/"), Flag.objects.all(), "Łucja")
    encrypted = {place.label: set(place.columns) for place in encrypted_tables()}
    for model, site in admin.site._registry.items():
        asked = {*site.search_fields, *site.list_filter, *(site.ordering or ()), *(site.list_display or ())}
        assert not {str(one).lstrip("-^=@") for one in asked} & encrypted.get(model._meta.label, set())


def test_dump_and_load_keep_the_value_and_the_row(flag):
    out = io.StringIO()
    call_command("dumpdata", "audits.flag", stdout=out)
    [dumped] = json.loads(out.getvalue())
    assert dumped["fields"]["note"] == TEXT  # in clear: a dump of this kind is for development only
    row_key = flag.row_key
    Flag.objects.all().delete()
    file = io.BytesIO(out.getvalue().encode())
    file.name = "flags.json"
    from django.core import serializers

    for one in serializers.deserialize("json", file):
        one.save()
    loaded = Flag.objects.get(pk=flag.pk)
    assert (loaded.note, loaded.row_key) == (TEXT, row_key)


def test_migrations_see_no_change_where_there_is_none():
    """The path and the arguments that a field is written with make the same field again."""
    for field in (EncryptedTextField(blank=True, default=""), EncryptedCharField(max_length=30, null=True)):
        _, path, args, kwargs = field.deconstruct()
        assert path == f"portal.core.fields.{type(field).__name__}"
        assert type(field)(*args, **kwargs).deconstruct()[1:] == field.deconstruct()[1:]
    state = ProjectState()
    state.add_model(ModelState("tests_schema", "Row", [("id", models.AutoField(primary_key=True)),
                                                     ("text", EncryptedTextField(default=""))]))  # fmt: skip
    assert MigrationAutodetector(state, state.clone())._detect_changes() == {}


def test_a_column_that_becomes_encrypted_is_never_read_as_if_it_were(db):
    plain = models.TextField(default="")
    before = ProjectState()
    fields = [("id", models.AutoField(primary_key=True)), ("row_key", EncryptedRow._meta.get_field("row_key").clone())]
    before.add_model(ModelState("tests_schema", "Row", [*fields, ("text", plain)], bases=(models.Model,)))
    Row = before.apps.get_model("tests_schema", "Row")
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    Row.objects.create(text="plain")
    after = before.clone()
    alter = AlterField("Row", "text", EncryptedTextField(default=""))
    alter.state_forwards("tests_schema", after)
    with connection.schema_editor() as editor:
        alter.database_forwards("tests_schema", editor, before, after)
    with pytest.raises(UnreadableValue):
        after.apps.get_model("tests_schema", "Row").objects.get()
    added = after.clone()
    add = AddField("Row", "more", EncryptedTextField(default="same for all rows"))
    add.state_forwards("tests_schema", added)
    with pytest.raises(FieldError, match="does not know the row"), connection.schema_editor() as editor:
        add.database_forwards("tests_schema", editor, after, added)
