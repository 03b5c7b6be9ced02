"""Second factors: nothing in the database opens an account, and what the person holds still does after any change."""

from __future__ import annotations

import importlib
import json
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction

from portal.accounts.second_factors import PLACE, SealingMFAAdapter
from portal.core.fields import UnreadableValue, crypter
from portal.core.rotation.field_keys import CLEAR, field_keys_in_use, field_keys_rotate, key_names
from portal.core.sealed_members import member_seal
from tests.factories import PASSWORD, UserFactory

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SEED = "5eed" * 20
NEW = "bmV3LWZpZWxkLWtleS1uZXctZmllbGQta2V5LTAwMDE="
LOGIN = "/accounts/login/"
migration = importlib.import_module("portal.accounts.migrations.0005_seal_second_factors")


@pytest.fixture
def person(db):
    cache.clear()  # a code that was used is kept there
    return UserFactory(email="rita@test.example")


@pytest.fixture
def in_clear(person):
    """As stored before there was encryption."""
    Authenticator.objects.create(user=person, type="totp", data={"secret": SECRET})
    Authenticator.objects.create(user=person, type="recovery_codes", data={"seed": SEED, "used_mask": 5})
    return person


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        return cursor.fetchone()[0]


def code():
    cache.clear()
    return format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))


def signs_in(client, given):
    client.logout()
    client.post(LOGIN, {"login": "rita@test.example", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    client.post("/accounts/2fa/authenticate/", {"code": given})
    return "_auth_user_id" in client.session


def recovery_codes(person):
    return RecoveryCodes(Authenticator.objects.get(user=person, type="recovery_codes")).get_unused_codes()


def test_the_row_holds_no_secret_and_both_kinds_of_code_sign_in(person, client):
    TOTP.activate(person, SECRET)
    RecoveryCodes.activate(person)
    data = dict(Authenticator.objects.values_list("type", "data"))
    assert [data["totp"]["secret"][:5], data["recovery_codes"]["seed"][:5]] == ["gAAAA", "gAAAA"]
    assert SECRET not in stored()
    first, second, *_ = recovery_codes(person)
    assert not signs_in(client, "000000000")
    assert [signs_in(client, given) for given in (code(), first, second, first)] == [True, True, True, False]


def test_what_was_stored_in_clear_is_read_and_encrypted_once_and_comes_back(in_clear, client):
    codes = recovery_codes(in_clear)
    assert signs_in(client, code())
    with transaction.atomic():
        migration.seal(apps, None)
    once = stored()
    assert (SECRET in once, SEED in once) == (False, False)
    with transaction.atomic():
        migration.seal(apps, None)
    assert stored() == once
    assert (signs_in(client, code()), recovery_codes(in_clear)) == (True, codes)
    with transaction.atomic():
        migration.unseal(apps, None)
        migration.unseal(apps, None)
    data = dict(Authenticator.objects.values_list("type", "data"))
    assert data == {"totp": {"secret": SECRET}, "recovery_codes": {"seed": SEED, "used_mask": 5}}


def test_rotation_counts_them_brings_them_under_the_new_key_and_they_still_sign_in(in_clear, client, settings):
    codes = recovery_codes(in_clear)
    Authenticator.objects.filter(type="totp").update(data={"secret": SealingMFAAdapter().encrypt(SECRET)})
    settings.FIELD_ENCRYPTION_KEY = [NEW, *settings.FIELD_ENCRYPTION_KEY]
    new, old = key_names()
    assert field_keys_in_use() == {new: 0, old: 1, CLEAR: 1}
    out = StringIO()
    call_command("rotate_keys", "--status", stdout=out)
    assert "NOT ENCRYPTED" in out.getvalue()
    assert field_keys_rotate(batch=1).unreadable == 0
    assert field_keys_in_use() == {new: 2, old: 0}
    out = StringIO()
    call_command("rotate_keys", "--retire", old, "--json", stdout=out)
    assert json.loads(out.getvalue())["unused"]
    settings.FIELD_ENCRYPTION_KEY = [NEW]
    assert SEED not in stored()
    assert Authenticator.objects.get(type="recovery_codes").data["used_mask"] == 5
    assert [signs_in(client, given) for given in (code(), codes[0], codes[0])] == [True, True, False]


def test_a_key_is_not_retired_while_a_second_factor_needs_it(person, settings):
    TOTP.activate(person, SECRET)
    settings.FIELD_ENCRYPTION_KEY = [NEW, *settings.FIELD_ENCRYPTION_KEY]
    out = StringIO()
    with pytest.raises(Exception, match="1 values are encrypted under"):
        call_command("rotate_keys", "--retire", list(key_names())[1], stdout=out)


def test_a_token_of_another_place_or_key_opens_nothing(db, settings):
    adapter = SealingMFAAdapter()
    token = adapter.encrypt(SECRET)
    assert adapter.decrypt(token) == SECRET
    for text in ("audits.flag.note\x00\x00x", f"{PLACE}\x00row\x00x", "x"):
        with pytest.raises(UnreadableValue):
            adapter.decrypt(crypter().encrypt(text.encode()).decode())
    with pytest.raises(UnreadableValue):
        adapter.decrypt(member_seal(place="audits.flag.note", text="x"))
    settings.FIELD_ENCRYPTION_KEY = [NEW]
    with pytest.raises(UnreadableValue) as told:
        adapter.decrypt(token)
    assert SECRET not in str(told.value)
