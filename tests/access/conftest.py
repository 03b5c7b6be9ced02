from __future__ import annotations

import pytest

from tests.access.scene import Scene


@pytest.fixture
def scene(home, away) -> Scene:
    return Scene(home, away)
