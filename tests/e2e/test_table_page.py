"""The page that `audit_table --html` writes, looked at as hard as the portal's own pages. It needs no portal."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser

from tests.e2e.browsing import DESKTOP
from tests.e2e.looking import Gallery

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("berkeley", ["--outcome", "admitted", "--group", "gender", "--stratum", "department"]),
        ("compas", ["--outcome", "high_risk", "--favourable", "no", "--truth", "reoffended", "--group", "race"]),
    ],
)
def test_report_has_no_violation_and_no_overflow(browser: Browser, tmp_path, gallery: Gallery, name, options):
    page_file = tmp_path / f"{name}.html"
    call_command("audit_table", str(EXAMPLES / f"{name}.csv"), *options, "--html", str(page_file), stdout=StringIO())
    page = browser.new_page(viewport=DESKTOP)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(page_file.as_uri())
    assert gallery.look(page, f"table-report-{name}") == []
    assert complaints == []
    page.close()
