"""The README prints what its command prints, and docs/audit-table.md names every option that there is."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from audits.management.commands.audit_table import Command

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_example_prints_what_the_readme_says():
    output = StringIO()
    table = str(ROOT / "docs" / "examples" / "berkeley.csv")
    call_command(
        "audit_table", table, "--outcome", "admitted", "--group", "gender", "--stratum", "department", stdout=output
    )
    sentence, *lines = output.getvalue().splitlines()
    assert sentence in " ".join(README.split())
    figures = lines[: next(i for i, line in enumerate(lines) if line.startswith("4,526 rows"))]
    assert "\n".join(f"    {line}" if line else "" for line in figures).strip("\n") in README


def test_every_option_of_audit_table_is_explained():
    parser = Command().create_parser("manage.py", "audit_table")
    ours = {
        option
        for group in parser._action_groups
        if group.title != "of every command"
        for action in group._group_actions
        for option in action.option_strings
    }
    told = set(re.findall(r"`(--[a-z-]+)", (ROOT / "docs" / "audit-table.md").read_text(encoding="utf-8")))
    assert ours - told == set()
