"""The operator guide names every setting that is read from the environment, and none that is not."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "operator-guide.md").read_text()
PLACES = ["portal", "consent", "assistants", "audits"]
ASKED = {"env", "os.environ", "environment"}
NOT_FOR_OPERATORS = {"PYTEST_XDIST_WORKER", "DJANGO_SETTINGS_MODULE"}  # the suite's, and every Django project's
NAME = re.compile(r"[A-Z][A-Z0-9_]{2,}")


def read_from_environment() -> set[str]:
    """The names that the code asks the environment for: `env.str("X")`, `os.environ[X]`, `environment.get("X")`."""
    found: set[str] = set()
    for place in PLACES:
        for path in (ROOT / place).rglob("*.py"):
            module = ast.parse(path.read_text())
            constants = {
                target.id: node.value.value
                for node in module.body
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            for node in ast.walk(module):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                    asked, first = ast.unparse(node.func.value), node.args[0]
                elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
                    asked, first = ast.unparse(node.value), node.slice
                else:
                    continue
                name = constants.get(first.id) if isinstance(first, ast.Name) else getattr(first, "value", None)
                if isinstance(name, str) and NAME.fullmatch(name) and asked in ASKED:
                    found.add(name)
    return found - NOT_FOR_OPERATORS


def documented() -> set[str]:
    """The names in code that the guide's pages have."""
    return {name for code in re.findall(r"`([^`\n]+)`", GUIDE) for name in NAME.findall(code.partition("=")[0])}


def test_every_variable_that_is_read_is_documented():
    read = read_from_environment()
    assert len(read) > 40
    assert sorted(read - documented()) == []


def test_every_documented_variable_is_read():
    stated = {name for name in documented() if name.startswith("PROBITY_")}
    assert sorted(stated - read_from_environment()) == []
