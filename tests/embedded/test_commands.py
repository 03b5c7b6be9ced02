"""The command line outside Django: which commands bring servers up, what pip is told, what a skip does."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db.utils import OperationalError

from portal.run.constraints import LOCK, constraints

PROJECT = Path(__file__).resolve().parents[2]
LOCK_TEXT = """
[[package]]
name = "django"
version = "5.2.1"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "numpy"
version = "2.2.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "numpy"
version = "2.3.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "probity"
version = "0.1.0"
source = { virtual = "." }
"""


@pytest.fixture(scope="module")
def manage():
    spec = importlib.util.spec_from_file_location("manage", PROJECT / "manage.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["migrate"], True),
        (["import_conversations", "a.jsonl"], True),
        (["verify_ledger"], True),
        (["check", "--database", "default"], True),
        (["check"], False),
        (["demo_assistant", "--port", "8089"], False),
        (["demo_assistant", "--connect"], True),
        (["audit_table", "a.csv"], False),
        (["detect_pii"], False),
        (["anonymise", "--mode", "redact"], False),
        (["check_anonymity", "a.csv"], False),
        (["verify_packet", "a.zip"], False),
        (["makemigrations", "--check"], False),
        (["migrate", "--help"], False),
        (["--version"], False),
        ([], False),
    ],
)
def test_command_brings_servers_up_if_it_may_need_them(manage, monkeypatch, arguments, needed):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
    assert manage.needs_servers(arguments) is needed


# Runs manage.py and says on its error output which modules it took.
_TELLING_MODULES = """
import json, runpy, sys
try:
    runpy.run_path("manage.py", run_name="__main__")
finally:
    sys.stderr.write(json.dumps(sorted(sys.modules)))
"""
_OF_THE_PORTAL = {"celery", "rest_framework", "allauth", "django.db.models", "psycopg", "portal.settings", "structlog"}
_SLOW = {"scipy.optimize", "scipy.stats", "scipy.spatial", "presidio_analyzer", "spacy"}


@pytest.mark.parametrize(
    ("arguments", "not_loaded"),
    [
        (["detect_pii"], {"numpy", "scipy"}),
        (["anonymise"], {"numpy", "scipy"}),
        (["check_anonymity", "-", "--quasi", "text"], {"scipy", "audits.engine.privacy"}),
        (["audit_table", "docs/examples/berkeley.csv", "--outcome", "admitted", "--group", "gender", "--stratum",
          "department", "--html", "{tmp}/page.html"], {"audits.engine.privacy"}),
    ],
)  # fmt: skip
def test_command_of_the_engine_loads_neither_portal_nor_what_it_does_not_use(tmp_path, arguments, not_loaded):
    run = subprocess.run(
        [sys.executable, "-c", _TELLING_MODULES, *(each.format(tmp=tmp_path) for each in arguments)],
        cwd=PROJECT,
        # Settings that would refuse to load: there is neither a key nor a database.
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "portal.settings.production"},
        input='{"text": "mail bob@example.com"}\n',
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() != ""
    loaded = set(json.loads(run.stderr.splitlines()[-1]))
    assert loaded & (_OF_THE_PORTAL | _SLOW | not_loaded) == set()


def test_ctrl_c_ends_a_command_without_a_traceback(manage, monkeypatch, capsys):
    def interrupted(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(manage, "run", interrupted)
    monkeypatch.setattr(sys, "argv", ["manage.py", "audit_table", "-"])
    with pytest.raises(SystemExit) as ended:
        manage.main()
    assert (ended.value.code, capsys.readouterr()) == (130, ("", ""))


@pytest.mark.parametrize("more", [[], ["--traceback"]])
def test_a_database_that_is_away_is_told_in_a_line(manage, monkeypatch, capsys, more):
    def away(arguments):
        raise OperationalError("connection refused\n\tIs the server running?")

    monkeypatch.setattr(manage, "run", away)
    monkeypatch.setattr(sys, "argv", ["manage.py", "verify_ledger", *more])
    with pytest.raises(OperationalError if more else SystemExit) as ended:
        manage.main()
    if not more:
        told = (
            "The database cannot be reached or broke off; see DATABASE_URL. connection refused Is the server running?\n"
        )
        assert (ended.value.code, capsys.readouterr().err) == (2, told)


def test_an_argument_that_is_no_text_is_named_where_text_is_needed(manage, monkeypatch, capsys):
    """What looks it up in the database raises this."""
    monkeypatch.setattr(manage, "run", lambda arguments: arguments[-1].encode())
    monkeypatch.setattr(sys, "argv", ["manage.py", "run_cycle", "--assistant", os.fsdecode(b"aria\xff")])
    with pytest.raises(SystemExit) as ended:
        manage.main()
    assert (ended.value.code, capsys.readouterr().err) == (2, "'aria\\udcff' is not UTF-8\n")


def test_production_never_brings_servers_up(manage, monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "portal.settings.production")
    assert manage.needs_servers(["migrate"]) is False


def test_constraints_name_each_package_that_is_locked_in_one_version():
    assert constraints(LOCK_TEXT) == ["django==5.2.1"]
    assert [line for line in constraints(LOCK.read_text()) if line.startswith("django==5.2.")] != []


@pytest.mark.parametrize(
    ("body", "exit_code"),
    [("pass", 0), ("pytest.skip('nothing to read')", 1), ("pytest.fail('wrong')", 1)],
)
def test_skip_fails_the_run_where_none_is_allowed(tmp_path, body, exit_code):
    (tmp_path / "test_one.py").write_text(f"import pytest\n\n\ndef test_one():\n    {body}\n")
    options = ["-c", "/dev/null", "--rootdir", str(tmp_path), "-p", "no:cacheprovider"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-p", "tests.no_skips", str(tmp_path)],
        cwd=PROJECT,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == exit_code
