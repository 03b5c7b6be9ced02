from __future__ import annotations

import pytest

from assistants.models import Assistant
from audits.models import Finding
from tests.factories import AssistantFactory
from tests.workflow.making import finding_make


@pytest.fixture
def assistant(home) -> Assistant:
    return AssistantFactory(team=home, slug="ava")


@pytest.fixture
def finding(assistant: Assistant) -> Finding:
    """A new finding of high severity."""
    return finding_make(assistant)
