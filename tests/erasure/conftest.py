from __future__ import annotations

from dataclasses import dataclass

import pytest

from assistants.models import Assistant
from consent.models import DataSubject, SubjectRequest
from tests.erasure.scene import scene_make


@dataclass(frozen=True)
class Scene:
    assistant: Assistant
    subject: DataSubject
    request: SubjectRequest


@pytest.fixture
def scene(home, privacy_officer, reviewer) -> Scene:
    return Scene(*scene_make(home, officer=privacy_officer, reviewer=reviewer))
