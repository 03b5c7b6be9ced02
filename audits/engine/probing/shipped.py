"""The probe sets that come with the product."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from .sets import ProbeSet


@cache
def shipped_sets() -> tuple[ProbeSet, ...]:
    """The shipped sets, by file name. Their texts and the sources of their names: docs/user-guide.md."""
    folder = files("audits.engine.probing").joinpath("data")
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".json")), key=lambda entry: entry.name)
    return tuple(ProbeSet.from_json(json.loads(entry.read_text(encoding="utf-8"))) for entry in found)
