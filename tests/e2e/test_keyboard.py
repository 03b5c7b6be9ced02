"""The review queue without a mouse."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def focused(page: Page, number: int) -> None:
    expect(page.locator("[data-key-list] [data-key-item]").nth(number)).to_be_focused()


def opened(page: Page, number: int) -> None:
    expect(page.locator("[data-key-list] [data-key-item]").nth(number)).to_have_attribute("aria-current", "true")


def test_j_and_k_move_and_enter_opens(people):
    page = people("ravi")
    page.goto("/queue/?kind=flags")
    opened(page, 0)
    page.keyboard.press("j")
    focused(page, 1)
    page.keyboard.press("j")
    focused(page, 2)
    page.keyboard.press("k")
    focused(page, 1)
    title = page.locator("[data-key-item]").nth(1).locator(".item__title").inner_text()
    page.keyboard.press("Enter")
    opened(page, 1)
    focused(page, 1)
    expect(page.locator("#queue h2 a")).to_have_text(title)
    page.go_back()
    opened(page, 0)


def test_c_claims_and_r_gives_back(people):
    page = people("ravi")
    page.goto("/queue/?kind=consent_coverage")
    page.keyboard.press("c")
    expect(page.get_by_role("status").filter(has_text="It is yours while you work on it")).to_be_visible()
    expect(page.locator(".finding-head")).to_contain_text("Claimed by you until")
    page.keyboard.press("r")
    expect(page.get_by_role("status").filter(has_text="Given back to the queue.")).to_be_visible()
    expect(page.locator(".finding-head")).not_to_contain_text("Claimed by")


def test_keys_are_letters_again_while_typing(people):
    page = people("ravi")
    page.goto("/queue/?kind=consent_coverage")
    page.keyboard.press("x")
    reason = page.locator("details[open] form").get_by_label("Why")
    reason.focus()
    page.keyboard.type("just checking")
    expect(reason).to_have_value("just checking")
    page.keyboard.press("Escape")
    expect(reason).to_be_hidden()
    page.keyboard.press("x")
    expect(reason).to_have_value("just checking")
    expect(page.locator(".finding-head")).not_to_contain_text("Claimed by")


def test_question_mark_lists_the_keys_of_the_page(people):
    page = people("ravi")
    page.goto("/queue/?kind=consent_coverage")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("[data-from-page] kbd")).to_have_text(["c", "y", "x", "d"], use_inner_text=True)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
