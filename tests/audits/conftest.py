from __future__ import annotations

import pytest

from assistants.models import Assistant
from tests.factories import AssistantFactory


@pytest.fixture
def assistant(home) -> Assistant:
    return AssistantFactory(team=home, slug="ava")
