"""System checks: what would make an installation unsafe stops its start, each under an id of its own."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.utils import Error as DatabaseError

from portal.core import fields, keys
from portal.core.rotation.master import master_keys_named


@register(Tags.security)
def keys_are_usable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E001–E004: every key is present and well formed."""
    probes = (
        ("probity.E001", "PROBITY_MASTER_KEYS", keys.master_keys),
        ("probity.E002", "FIELD_ENCRYPTION_KEY", fields.crypter),
        ("probity.E003", "PROBITY_INDEX_KEY", lambda: keys.index_key("check")),
        ("probity.E004", "PROBITY_LEDGER_KEY", keys.ledger_seed),
    )
    problems: list[CheckMessage] = []
    for check_id, name, probe in probes:
        try:
            probe()
        except (ImproperlyConfigured, AttributeError) as error:
            problems.append(
                Error(
                    f"{name} is missing or unusable: {error}",
                    hint="docs/operator-guide.md, Keys.",
                    id=check_id,
                )
            )
    return problems


@register(Tags.security)
def production_is_not_a_workbench(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E005–E007: no DEBUG, no weak secret key, no open host list in production."""
    if settings.PROBITY_ENVIRONMENT != "production":
        return []
    problems: list[CheckMessage] = []
    if settings.DEBUG:
        problems.append(Error("DEBUG is on in production.", hint="Unset DEBUG.", id="probity.E005"))
    if len(settings.SECRET_KEY) < 50 or settings.SECRET_KEY.startswith(("django-insecure", "test-only")):
        problems.append(
            Error("SECRET_KEY is too short or a known one.", hint="Use 50 random characters.", id="probity.E006")
        )
    if "*" in settings.ALLOWED_HOSTS:
        problems.append(
            Error("ALLOWED_HOSTS admits every host name.", hint="Name the portal's hosts.", id="probity.E007")
        )
    return problems


@register(Tags.database)
def production_has_no_demo_people(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """E008: accounts of the demo data, whose password lies in a file, do not exist in production.

    Web, worker and beat run it at their start (portal.core.start), and so does `check --database default`.
    """
    if settings.PROBITY_ENVIRONMENT != "production" or not databases:
        return []
    user_model = apps.get_model(settings.AUTH_USER_MODEL)
    try:
        found = user_model.objects.filter(email__endswith="@demo.example", is_active=True).exists()
    except DatabaseError:
        return []  # not migrated yet
    if not found:
        return []
    return [
        Error(
            "This database holds the demo company and its accounts.",
            hint="Use a fresh database for production.",
            id="probity.E008",
        )
    ]


@register(Tags.database)
def every_data_key_has_its_master_key(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """E012: no data key is wrapped under a master key that is not configured.

    What is sealed under it could not be opened, and would be taken for damaged.
    """
    if not databases:
        return []
    try:
        missing = sorted(set(master_keys_named()) - set(keys.master_keys()))
    except (DatabaseError, ImproperlyConfigured, AttributeError):
        return []  # not migrated yet, or told by E001
    if not missing:
        return []
    return [
        Error(
            f"The database holds data keys wrapped under master keys that are not configured: {', '.join(missing)}.",
            hint="Put them back into PROBITY_MASTER_KEYS, behind the current one. docs/operator-guide.md, Keys.",
            id="probity.E012",
        )
    ]


@register(Tags.database)
def database_is_postgresql(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """E009: PostgreSQL 14 or later, the only engine. W021: it does not answer, so nothing in it was checked."""
    if connection.vendor != "postgresql":
        return [Error("Probity needs PostgreSQL.", hint="Set DATABASE_URL to postgres://…", id="probity.E009")]
    if not databases:
        return []
    try:
        connection.ensure_connection()
    except DatabaseError:
        return [Warning("The database cannot be reached: nothing in it was checked.", id="probity.W021")]
    if connection.pg_version < 140000:  # type: ignore[attr-defined]
        return [Warning("PostgreSQL 14 or later is needed.", id="probity.W009")]
    return []
