"""The Celery application. Workers run `celery -A portal worker`, the clock `celery -A portal beat`."""

import os
import sys
from typing import Any

from celery import Celery, signals
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")

app = Celery("probity", task_cls="portal.core.schema:KeepingTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_init.connect
@signals.beat_init.connect
def check_start(**kwargs: Any) -> None:
    """Workers and beat stop where the web process would. Celery only logs what a receiver raises, so this exits."""
    from portal.core.start import require_safe_start

    try:
        require_safe_start()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
