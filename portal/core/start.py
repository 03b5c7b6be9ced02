"""The start of a process that serves: gunicorn and Celery heed no system checks of their own accord."""

from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.utils import Error as DatabaseError

from portal.core.readiness import problems


def require_safe_start() -> None:
    """Raise ImproperlyConfigured, with what is wrong, where a system check or a portal.core.readiness condition fails.

    A database that cannot be reached stops nothing: processes may start before it does.
    """
    try:
        found = sorted(run_checks(databases=["default"]), key=lambda message: str(message.id))
        unmet = _unmet()
    finally:
        connections.close_all()  # none is left to be shared by the processes that a worker forks
    errors = [str(message) for message in found if message.is_serious() and not message.is_silenced()] + unmet
    if errors:
        raise ImproperlyConfigured("Probity does not start:\n" + "\n".join(f"  {error}" for error in errors))


def _unmet() -> list[str]:
    try:
        return [f"{name}: {problem}" for name, problem in problems().items()]
    except DatabaseError:
        return []  # /readyz says so, and says what is unmet once it answers
