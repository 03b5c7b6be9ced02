"""One test per defect of django-encrypted-model-fields 0.6.5 that the strict fields close."""

import uuid

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Upper
from django.utils import timezone

from audits.models import Flag
from portal.core import fields
from portal.core.fields import EncryptedCharField, EncryptedRow, EncryptedTextField, UnreadableValue
from tests.factories import ConversationFactory


@pytest.fixture
def flag(db):
    return Flag.objects.create(
        conversation=ConversationFactory(),
        kind="privacy",
        source="agent",
        raised_by="user:1",
        raised_at=timezone.now(),
        note="Sie heißt Łucja 🙂",
        decision="later",
    )


def stored(flag, column="note"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM audits_flag WHERE id = %s", [flag.pk])
        return cursor.fetchone()[0]


def overwrite(flag, text, column="note"):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE audits_flag SET {column} = %s WHERE id = %s", [text, flag.pk])


def test_value_is_encrypted_at_rest_and_comes_back(flag):
    assert "Łucja" not in stored(flag)
    assert Fernet(b"Zm9yLXRlc3RzLW9ubHktZm9yLXRlc3RzLW9ubHktMDE=").decrypt(stored(flag).encode())
    assert Flag.objects.get(pk=flag.pk).note == "Sie heißt Łucja 🙂"


def test_bulk_update_stores_the_value_not_the_expression(flag):
    flag.note = "changed"
    Flag.objects.bulk_update([flag], ["note"])
    assert Flag.objects.get(pk=flag.pk).note == "changed"


@pytest.mark.parametrize("expression", [F("decision"), Upper("decision"), Concat(Value("a"), Value("b")), Value("x")])
def test_update_with_an_expression_is_refused(flag, expression):
    before = stored(flag)
    with pytest.raises(FieldError, match="encrypted"), transaction.atomic():
        Flag.objects.filter(pk=flag.pk).update(note=expression)
    assert stored(flag) == before


def test_update_without_the_row_is_refused(flag):
    with pytest.raises(FieldError, match="does not know the row"):
        Flag.objects.filter(pk=flag.pk).update(note="text")


@pytest.mark.parametrize("expression", [Value("x"), Upper(Value("x")), F("decision")])
def test_create_with_an_expression_is_refused(flag, expression):
    with pytest.raises(FieldError, match="encrypted"):
        Flag.objects.create(
            conversation=flag.conversation,
            kind="privacy",
            source="agent",
            raised_by="user:1",
            raised_at=timezone.now(),
            note=expression,
        )


def test_only_text_fields_are_offered():
    offered = {
        value
        for name, value in vars(fields).items()
        if isinstance(value, type) and issubclass(value, models.Field) and not name.startswith("_")
    }
    assert offered == {EncryptedTextField, EncryptedCharField}


def test_wrong_key_raises_instead_of_returning_the_token(flag, settings):
    settings.FIELD_ENCRYPTION_KEY = [Fernet.generate_key().decode()]
    with pytest.raises(UnreadableValue, match="does not decrypt"):
        Flag.objects.get(pk=flag.pk)


def test_altered_value_raises(flag):
    token = stored(flag)
    overwrite(flag, token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:])
    with pytest.raises(UnreadableValue, match="does not decrypt"):
        Flag.objects.get(pk=flag.pk)


def test_plain_text_in_the_column_raises(flag):
    overwrite(flag, "plain")
    with pytest.raises(UnreadableValue, match="does not decrypt"):
        Flag.objects.get(pk=flag.pk)


def test_pasted_token_is_not_decrypted(flag):
    token = stored(flag)
    assert Flag._meta.get_field("note").to_python(token) == token
    assert Flag._meta.get_field("note").clean(token, flag) == token


@pytest.mark.parametrize("lookup", ["note", "note__exact", "note__contains", "note__in", "note__lower", "note__gt"])
def test_lookups_that_silently_never_match_are_refused(flag, lookup):
    value = ["later"] if lookup.endswith("__in") else "later"
    with pytest.raises(FieldError, match="encrypted"):
        list(Flag.objects.filter(**{lookup: value}))


def test_isnull_lookup_works(flag):
    assert list(Flag.objects.filter(note__isnull=False)) == [flag]


def test_unique_or_indexed_encrypted_field_is_a_check_error():
    class Unique(EncryptedRow):
        secret = EncryptedCharField(max_length=10, unique=True)

        class Meta:
            app_label = "tests_encrypted"

    assert [error.id for error in Unique._meta.get_field("secret").check()] == ["probity.E010"]


def test_encrypted_field_without_a_row_key_is_a_check_error():
    class Keyless(models.Model):
        secret = EncryptedTextField()

        class Meta:
            app_label = "tests_encrypted"

    assert [error.id for error in Keyless._meta.get_field("secret").check()] == ["probity.E011"]


def test_value_moved_to_another_row_is_refused(flag):
    other = Flag.objects.create(
        conversation=flag.conversation,
        kind="privacy",
        source="customer",
        raised_by="user:1",
        raised_at=timezone.now(),
        note="other",
    )
    overwrite(other, stored(flag))
    with pytest.raises(UnreadableValue, match="another row"):
        _ = Flag.objects.get(pk=other.pk).note


def test_value_moved_to_another_column_is_refused(flag):
    overwrite(flag, stored(flag, "note"), "decision")
    with pytest.raises(UnreadableValue, match="another column"):
        Flag.objects.get(pk=flag.pk)


def test_value_copied_between_instances_is_sealed_for_its_new_row(flag):
    other = Flag.objects.create(
        conversation=flag.conversation,
        kind="privacy",
        source="customer",
        raised_by="user:1",
        raised_at=timezone.now(),
        note=flag.note,
    )
    assert Flag.objects.get(pk=other.pk).note == "Sie heißt Łucja 🙂"


def test_key_is_read_when_used_and_old_keys_still_open(flag, settings):
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEY = [new, *settings.FIELD_ENCRYPTION_KEY]
    loaded = Flag.objects.get(pk=flag.pk)
    loaded.save(update_fields=["note"])
    settings.FIELD_ENCRYPTION_KEY = [new]
    assert Flag.objects.only("note").get(pk=flag.pk).note == "Sie heißt Łucja 🙂"


def test_unusable_key_is_a_configuration_error(settings):
    settings.FIELD_ENCRYPTION_KEY = ["short"]
    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEY"):
        fields.crypter()


def test_refresh_values_and_deferred_loading_read_the_plain_value(flag):
    flag.refresh_from_db()
    assert flag.note == "Sie heißt Łucja 🙂"
    assert Flag.objects.defer("note").get(pk=flag.pk).note == "Sie heißt Łucja 🙂"
    assert list(Flag.objects.values_list("note", flat=True)) == ["Sie heißt Łucja 🙂"]


def test_char_field_checks_the_length_of_the_plain_value():
    field = EncryptedCharField(max_length=3)
    assert field.deconstruct()[3]["max_length"] == 3
    assert field.run_validators("abc") is None


def test_row_keys_differ(flag):
    assert isinstance(flag.row_key, uuid.UUID)
    assert Flag(conversation=flag.conversation).row_key != flag.row_key
