"""The start of a process that serves: gunicorn and Celery heed no system checks of their own accord."""

from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections


def require_safe_start() -> None:
    """Raise ImproperlyConfigured, with the ids of what is wrong, where any system check finds an error.

    A database that cannot be reached stops nothing: processes may start before it does.
    """
    try:
        found = sorted(run_checks(databases=["default"]), key=lambda message: str(message.id))
    finally:
        connections.close_all()  # none is left to be shared by the processes that a worker forks
    errors = [message for message in found if message.is_serious() and not message.is_silenced()]
    if errors:
        raise ImproperlyConfigured("Probity does not start:\n" + "\n".join(f"  {error}" for error in errors))
