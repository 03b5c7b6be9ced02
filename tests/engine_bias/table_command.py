"""`audit_table` as its tests call it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ASKED = ("--outcome", "hired", "--group", "race")
GOOD = "race,sex,hired,count\na,f,yes,60\na,f,no,40\nb,m,yes,40\nb,m,no,60\na,m,yes,30\nb,f,no,30\n"


def run(file: Path, *options: str, stdout: StringIO | None = None, stderr: StringIO | None = None) -> str:
    output = stdout or StringIO()
    call_command("audit_table", str(file), *options, stdout=output, stderr=stderr or StringIO())
    return output.getvalue()


def run_json(file: Path, *options: str) -> dict:
    return json.loads(run(file, *options, "--json"))


def refused(file: Path, *options: str) -> str:
    with pytest.raises(CommandError) as raised:
        run(file, *options)
    assert raised.value.returncode == 2
    return str(raised.value).removeprefix(f"{file}")
