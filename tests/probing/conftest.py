from __future__ import annotations

from collections.abc import Callable

import pytest

from assistants.models import Assistant
from tests.factories import AssistantFactory


@pytest.fixture
def assistant(home) -> Assistant:
    return AssistantFactory(team=home, slug="ava")


@pytest.fixture
def reachable(settings, monkeypatch) -> Callable[[str], str]:
    """Let this machine's `host:port` be asked, here and by workers that start later; returns it."""
    settings.PROBITY_PROBE_NETWORKS = ["127.0.0.0/8"]
    settings.PROBITY_PROBE_HOSTS = []
    monkeypatch.setenv("PROBITY_PROBE_NETWORKS", "127.0.0.0/8")

    def allow(place: str) -> str:
        settings.PROBITY_PROBE_HOSTS = [*settings.PROBITY_PROBE_HOSTS, place]
        monkeypatch.setenv("PROBITY_PROBE_HOSTS", ",".join(settings.PROBITY_PROBE_HOSTS))
        return place

    return allow
