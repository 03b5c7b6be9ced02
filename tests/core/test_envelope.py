import uuid

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from portal.core import envelope, keys
from portal.core.blind_index import blind_index
from portal.core.errors import KeyDestroyed
from portal.core.models import DataKey

OLD = "t1:dGVzdC1tYXN0ZXIta2V5LXRlc3QtbWFzdGVyLWtleTE="
NEW = "t2:bmV3LW1hc3Rlci1rZXktbmV3LW1hc3Rlci1rZXktMDE="


@given(st.binary(max_size=4096), st.text(max_size=40))
def test_sealed_value_opens_only_in_its_place(plaintext, place):
    key, _ = envelope.new_key()
    sealed = key.seal(plaintext, place=place)
    assert key.open(sealed, place=place) == plaintext
    with pytest.raises(envelope.SealBroken):
        key.open(sealed, place=place + "x")


@pytest.mark.parametrize("position", [0, 5, 13, -1])
def test_altered_value_does_not_open(position):
    key, _ = envelope.new_key()
    sealed = bytearray(key.seal(b"transcript", place="here"))
    sealed[position] ^= 1
    with pytest.raises(envelope.SealBroken):
        key.open(bytes(sealed), place="here")


def test_another_subjects_key_does_not_open():
    one, _ = envelope.new_key()
    two, _ = envelope.new_key()
    with pytest.raises(envelope.SealBroken):
        two.open(one.seal(b"transcript", place="here"), place="here")


def test_wrapped_key_is_bound_to_its_id():
    key, wrapped = envelope.new_key()
    assert envelope.unwrap(key.key_id, wrapped) == key
    with pytest.raises(envelope.SealBroken):
        envelope.unwrap(uuid.uuid4(), wrapped)


def test_old_master_key_opens_and_new_one_wraps(settings):
    settings.PROBITY_MASTER_KEYS = [OLD]
    key, wrapped = envelope.new_key()
    settings.PROBITY_MASTER_KEYS = [NEW, OLD]
    assert envelope.unwrap(key.key_id, wrapped) == key
    assert envelope.master_id_of(envelope.wrap(key)) == "t2"
    settings.PROBITY_MASTER_KEYS = [NEW]
    with pytest.raises(envelope.SealBroken, match="not configured"):
        envelope.unwrap(key.key_id, wrapped)


def test_open_key_does_not_show_itself():
    key, _ = envelope.new_key()
    assert key.raw.hex() not in repr(key)
    assert str(key.raw) not in repr(key)


def test_destroyed_data_key_opens_nothing(db):
    opened, wrapped = envelope.new_key()
    row = DataKey.objects.create(id=opened.key_id, wrapped=wrapped, master_key_id="t1")
    assert row.unwrap() == opened
    row.wrapped, row.destroyed_at = None, timezone.now()
    row.save()
    with pytest.raises(KeyDestroyed):
        DataKey.objects.get(pk=row.pk).unwrap()


@pytest.mark.parametrize(
    "entries",
    [
        [],
        ["t1"],
        ["t1:notbase64!"],
        ["t1:c2hvcnQ="],
        [OLD, OLD],
        [":" + OLD.split(":")[1]],
        ["x" * 17 + ":" + OLD.split(":")[1]],
    ],
)
def test_malformed_master_keys_are_refused(settings, entries):
    settings.PROBITY_MASTER_KEYS = entries
    with pytest.raises(ImproperlyConfigured, match="PROBITY_MASTER_KEYS"):
        keys.master_keys()


def test_blind_index_differs_by_field_and_by_key(settings):
    one = blind_index("reference", "C-1")
    assert one == blind_index("reference", "C-1")
    assert one != blind_index("other", "C-1")
    assert one != blind_index("reference", "C-2")
    settings.PROBITY_INDEX_KEY = "bmV3LW1hc3Rlci1rZXktbmV3LW1hc3Rlci1rZXktMDE="
    assert one != blind_index("reference", "C-1")
