"""Where the real data sets lie: `PROBITY_REAL_DATA`, else beside the repository. None of them is part of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent


def real_data(name: str) -> Path:
    """The path of a data set; skips the test, naming it, where it is absent."""
    path = _ROOT / os.environ.get("PROBITY_REAL_DATA", "../shared/data") / name
    if not path.exists():
        pytest.skip(f"real data set {name} is absent (PROBITY_REAL_DATA)")
    return path
