"""Times that are typed belong to the viewer's clock, like the times that pages show."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

REFERENCE = "A-100007"
TYPED = "2026-01-15T14:50"


@pytest.mark.parametrize(
    ("zone", "scripts", "sent", "shown", "mark"),
    [
        ("Asia/Kolkata", True, "2026-01-15T09:20", "15 Jan 2026, 14:50.", "(your time)"),
        ("America/New_York", True, "2026-01-15T19:50", "15 Jan 2026, 14:50.", "(your time)"),
        ("Asia/Kolkata", False, TYPED, "15 Jan 2026, 14:50 UTC.", "(UTC)"),
    ],
)
def test_typed_time_is_the_one_that_is_shown(people, zone, scripts, sent, shown, mark):
    context = people.context(timezone_id=zone, java_script_enabled=scripts)
    page = context.new_page()
    people.sign_in(page, "petra")
    page.goto("/consent/")
    page.get_by_label("Team").select_option(label="Brightwater Care")
    page.get_by_label("Customer reference").fill(REFERENCE)
    page.get_by_role("button", name="Look up").click()
    field = page.get_by_label(f"As it was known on {mark}")
    field.fill(TYPED)
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(re.escape(sent.replace(":", "%3A"))))
    expect(page.get_by_role("status").filter(has_text="as it was known on")).to_contain_text(
        f"as it was known on {shown}"
    )
    expect(field).to_have_value(TYPED)
    context.close()
