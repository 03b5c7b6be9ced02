"""The reviewer's day with JavaScript switched off: plain links and plain forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

TITLE = "Not every customer is told that they talk to a machine"


@pytest.fixture
def plain(people) -> Iterator[Page]:
    """A browser that runs no scripts."""
    context = people.context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_finding_is_claimed_and_confirmed_by_plain_forms(people, plain):
    people.sign_in(plain, "tara")
    plain.get_by_role("link", name="Review queue").click()
    plain.get_by_label("Kind").select_option(label="AI disclosure at the start")
    plain.get_by_role("button", name="Apply").click()
    plain.get_by_role("link", name=TITLE).first.click()
    expect(plain).to_have_url(re.compile(r"kind=disclosure.*item=finding-\d+"))
    plain.get_by_role("button", name="Claim").click()
    expect(plain.get_by_role("status").filter(has_text="It is yours while you work on it")).to_be_visible()
    plain.locator("summary", has_text="Confirm").click()
    form = plain.locator("details[open] form")
    form.get_by_label("Who sees to it").select_option(label="Mona Castillo")
    form.get_by_label("Note").fill("Ten read; none says it.")
    form.get_by_role("button", name="Confirm").click()
    expect(plain.get_by_role("status").filter(has_text="Confirmed.")).to_be_visible()
    expect(plain.get_by_text("Nothing waits with these filters")).to_be_visible()


def test_colours_menus_and_sign_out_need_no_scripts(people, plain):
    plain.set_viewport_size({"width": 390, "height": 844})
    people.sign_in(plain, "tara")
    plain.get_by_role("button", name="Menu").click()
    plain.get_by_role("link", name="Dashboard").click()
    expect(plain.get_by_role("heading", name="Dashboard", level=1)).to_be_visible()
    plain.get_by_role("button", name="Account of Tara Quinn").click()
    plain.get_by_role("button", name="Sign out").click()
    expect(plain.get_by_role("heading", name="Sign in")).to_be_visible()
    plain.goto("/queue/")
    expect(plain.get_by_role("heading", name="Sign in")).to_be_visible()
