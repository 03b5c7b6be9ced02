import base64
import stat
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

from portal import embedded

NAMES = {
    "SECRET_KEY",
    "PROBITY_MASTER_KEYS",
    "FIELD_ENCRYPTION_KEY",
    "PROBITY_INDEX_KEY",
    "PROBITY_LEDGER_KEY",
}
PRINT = (
    "import sys; from pathlib import Path; from portal import embedded;"
    "print(sorted(embedded.secrets(Path(sys.argv[1])).items()))"
)
SETTINGS = "from django.conf import settings; print(settings.PROBITY_MASTER_KEYS, settings.FIELD_ENCRYPTION_KEY)"


def test_secrets_are_made_once_and_readable_for_their_owner_alone(var):
    first = embedded.secrets(var)
    assert first.keys() == NAMES
    assert embedded.secrets(var) == first
    assert stat.S_IMODE((var / "secrets.env").stat().st_mode) == 0o600


def test_secrets_have_the_form_that_their_users_need(var):
    made = embedded.secrets(var)
    name, key = made["PROBITY_MASTER_KEYS"].split(":")
    assert (name, len(base64.b64decode(key))) == ("k1", 32)
    assert len(base64.b64decode(made["PROBITY_INDEX_KEY"])) == 32
    assert len(base64.b64decode(made["PROBITY_LEDGER_KEY"])) == 32
    cipher = Fernet(made["FIELD_ENCRYPTION_KEY"])
    assert cipher.decrypt(cipher.encrypt(b"x")) == b"x"


def test_secrets_of_two_installations_differ(tmp_path):
    one, other = embedded.secrets(tmp_path / "one"), embedded.secrets(tmp_path / "other")
    assert [name for name in NAMES if one[name] == other[name]] == []


def test_secrets_of_racing_processes_are_the_same(var):
    racers = [
        subprocess.Popen([sys.executable, "-c", PRINT, str(var)], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    seen = {racer.communicate()[0] for racer in racers}
    assert seen == {f"{sorted(embedded.secrets(var).items())}\n"}


def test_secrets_file_of_an_older_release_gains_what_it_lacks_and_keeps_the_rest(var):
    before = embedded.secrets(var)
    file = var / "secrets.env"
    file.write_text("".join(line for line in file.open() if not line.startswith("PROBITY_INDEX_KEY")))
    after = embedded.secrets(var)
    assert after.keys() == NAMES
    assert after["PROBITY_INDEX_KEY"] != before["PROBITY_INDEX_KEY"]
    assert {name for name in NAMES if after[name] == before[name]} == NAMES - {"PROBITY_INDEX_KEY"}


def test_secrets_in_an_impossible_place_give_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(embedded.EmbeddedError) as refusal:
        embedded.secrets(tmp_path / "file" / "var")
    assert str(refusal.value) == (
        f"Cannot read the secrets in {tmp_path / 'file' / 'var' / 'secrets.env'}: Not a directory."
    )


def test_settings_take_several_keys_from_the_file_the_first_of_them_current(var):
    embedded.secrets(var)
    file = var / "secrets.env"
    file.write_text(file.read_text().replace("MASTER_KEYS=", "MASTER_KEYS=k2:new,").replace("ION_KEY=", "ION_KEY=new,"))
    said = subprocess.run(
        [sys.executable, "-c", SETTINGS],
        env={"PROBITY_VAR": str(var), "DJANGO_SETTINGS_MODULE": "portal.settings.dev", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    held = embedded.secrets(var)
    masters, fields = (held[name].split(",") for name in ("PROBITY_MASTER_KEYS", "FIELD_ENCRYPTION_KEY"))
    assert (masters[0], fields[0], len(masters), len(fields)) == ("k2:new", "new", 2, 2)
    assert said == f"{masters} {fields}\n"
