"""The tables of the user guide say what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import settings
from rules.permissions import permissions

from audits.checks import CHECKS
from portal.core.access import grants_of
from portal.core.roles import Role, Scope

GUIDE = Path(settings.BASE_DIR, "docs", "user-guide.md").read_text(encoding="utf-8")


def _table(name: str) -> list[list[str]]:
    """The cells of the rows of the table that follows this mark, without its head."""
    lines = GUIDE.partition(f"<!-- {name}: compared with the code by tests/docs -->\n")[2].splitlines()
    rows = lines[2 : next(number for number, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def _permissions() -> dict[str, tuple[set[str], set[str]]]:
    """Roles and scopes of each permission, as the guide tells it."""
    told = {}
    for first, *marks, scopes in _table("permissions"):
        name = first.rpartition("`")[0].rpartition("`")[2]
        roles = {str(role) for role, mark in zip(Role, marks, strict=True) if mark == "✓"}
        told[name] = (roles, set(re.findall(r"`([^`]+)`", scopes)))
    return told


def test_permissions_are_those_of_the_rules():
    rules = {name: grants_of(name) for name in permissions}
    scopes = frozenset(Scope.values)
    assert _permissions() == {name: (set(held - scopes), set(held & scopes)) for name, held in rules.items()}


def _parameters() -> dict[str, dict[str, str]]:
    told: dict[str, dict[str, str]] = {}
    check = ""
    for first, name, default, _ in _table("parameters"):
        check = first.strip("`") or check
        told.setdefault(check, {})
        if name:
            told[check][name.strip("`")] = default
    return told


def _written(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple | list) else json.dumps(value)


@pytest.mark.parametrize("kind", CHECKS)
def test_parameters_are_those_of_the_check(kind):
    defaults = msgspec.structs.asdict(CHECKS[kind].settings())
    assert _parameters()[kind] == {name: _written(value) for name, value in defaults.items()}


def test_no_check_is_left_out():
    assert set(_parameters()) == {str(kind) for kind in CHECKS}
