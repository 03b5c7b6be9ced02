"""Web, worker and clock start on safe settings and refuse unsafe ones, also while database and broker are away."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

WEB = "import portal.wsgi"
WORKER = "from celery import signals; import portal.celery as c; c.app.loader.import_default_modules(); {}.send(None)"
STARTS = {
    "web": WEB,
    "worker": WORKER.format("signals.worker_init"),
    "beat": WORKER.format("signals.beat_init"),
}


def _start(code: str, **changed: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "SECRET_KEY": "s" * 64,
        "ALLOWED_HOSTS": "portal.example",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "FIELD_ENCRYPTION_KEY": settings.FIELD_ENCRYPTION_KEY[0],
        "PROBITY_MASTER_KEYS": settings.PROBITY_MASTER_KEYS[0],
        "PROBITY_INDEX_KEY": settings.PROBITY_INDEX_KEY,
        "PROBITY_LEDGER_KEY": settings.PROBITY_LEDGER_KEY,
        "PROBITY_VAR": str(settings.PROBITY_VAR),
        **changed,
    }
    return subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize("process", STARTS)
def test_process_starts_on_safe_settings(process):
    started = _start(STARTS[process])
    assert (started.returncode, "Probity does not start" in started.stderr) == (0, False), started.stderr


@pytest.mark.parametrize("process", STARTS)
def test_process_refuses_unsafe_settings_and_names_them(process):
    started = _start(STARTS[process], SECRET_KEY="short", PROBITY_LEDGER_KEY="!!", DEBUG="1")
    assert started.returncode == 1
    _, refusal = started.stderr.rsplit("Probity does not start:\n", 1)
    named = [line.split("(")[1].split(")")[0] for line in refusal.splitlines() if line.startswith("  ?: (")]
    assert named == ["probity.E004", "probity.E005", "probity.E006"]
