"""Serving is refused while a restored backup holds customers whom the erasure list calls erased."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db.utils import Error as DatabaseError

from consent.services.erasure_list import to_replay
from portal.core.readiness import register_condition


def erasures_in_force() -> str:
    """What is wrong, or nothing."""
    try:
        count = to_replay()
    except OSError:
        return "the erasure list cannot be read"
    if not count:
        return ""
    return f"{count} erased customers are readable again: run manage.py replay_erasures {settings.PROBITY_ERASURE_LIST}"


@register(Tags.database)
def erasure_list_is_replayed(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """W020, a warning only, since `migrate` has to run before a replay can."""
    if not databases:
        return []
    try:
        problem = erasures_in_force()
    except DatabaseError:
        return []  # not migrated yet, or not there
    return [Warning(f"{problem[0].upper()}{problem[1:]}.", id="probity.W020")] if problem else []


register_condition("erasures", erasures_in_force)
