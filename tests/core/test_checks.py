import pytest
from django.core.checks import run_checks
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

from portal.core import checks
from tests.factories import UserFactory


def ids(found):
    return [problem.id for problem in found]


def test_test_settings_are_clean():
    assert ids(run_checks()) == []


@pytest.mark.parametrize(
    ("name", "value", "check_id"),
    [
        ("PROBITY_MASTER_KEYS", [], "probity.E001"),
        ("PROBITY_MASTER_KEYS", ["k1:c2hvcnQ="], "probity.E001"),
        ("FIELD_ENCRYPTION_KEY", ["not a key"], "probity.E002"),
        ("PROBITY_INDEX_KEY", "", "probity.E003"),
        ("PROBITY_LEDGER_KEY", "!!", "probity.E004"),
    ],
)
def test_unusable_key_stops_the_start(settings, name, value, check_id):
    setattr(settings, name, value)
    assert ids(checks.keys_are_usable(None)) == [check_id]


def test_missing_key_stops_the_start(settings):
    del settings.PROBITY_LEDGER_KEY
    assert ids(checks.keys_are_usable(None)) == ["probity.E004"]


@pytest.mark.parametrize(
    ("name", "value", "check_id"),
    [
        ("DEBUG", True, "probity.E005"),
        ("SECRET_KEY", "short", "probity.E006"),
        ("SECRET_KEY", "django-insecure-" + "x" * 60, "probity.E006"),
        ("ALLOWED_HOSTS", ["*"], "probity.E007"),
    ],
)
def test_production_refuses_workbench_settings(settings, name, value, check_id):
    settings.PROBITY_ENVIRONMENT = "production"
    settings.SECRET_KEY = "s" * 64
    settings.ALLOWED_HOSTS = ["portal.example"]
    assert ids(checks.production_is_not_a_workbench(None)) == []
    setattr(settings, name, value)
    assert ids(checks.production_is_not_a_workbench(None)) == [check_id]


def test_database_that_does_not_answer_is_no_clean_bill(monkeypatch, db):
    away = {**connection.settings_dict, "HOST": "127.0.0.1", "PORT": "1"}
    monkeypatch.setattr(checks, "connection", DatabaseWrapper(away))
    assert ids(checks.database_is_postgresql(None, databases=["default"])) == ["probity.W021"]
    assert ids(checks.database_is_postgresql(None)) == []


def test_production_refuses_demo_people(settings, db):
    settings.PROBITY_ENVIRONMENT = "production"
    assert ids(checks.production_has_no_demo_people(None, databases=["default"])) == []
    UserFactory(email="rita@demo.example")
    assert ids(checks.production_has_no_demo_people(None, databases=["default"])) == ["probity.E008"]
