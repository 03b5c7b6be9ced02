"""People in browsers: one Chromium, one context a person, and an ear for everything that browsers complain about."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, WebError, expect

from tests.e2e.running import RunningPortal

CHROMIUM = os.environ.get("PROBITY_CHROMIUM") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 20_000  # milliseconds for one step of a browser, or for what a page is expected to show
expect.set_options(timeout=PATIENCE)


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The installed Chromium, without a window and without calls home."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    try:
        yield browser
    finally:
        browser.close()


@dataclass
class People:
    """Browsers of the demo company's people, made when first asked for. Call one by login name: `people("rita")`.

    `complaints` are console errors, uncaught script errors and violations of the content security policy.
    """

    browser: Browser
    portal: RunningPortal
    complaints: list[str] = field(default_factory=list)
    _contexts: dict[str, BrowserContext] = field(default_factory=dict)

    def __call__(self, login: str) -> Page:
        """A fresh tab of a person who is signed in; of nobody in particular where the name is empty."""
        if login not in self._contexts:
            self._contexts[login] = context = self.context()
            if login:
                page = context.new_page()
                self.sign_in(page, login)
                page.close()
        return self._contexts[login].new_page()

    def context(self, **options: Any) -> BrowserContext:
        """A browser of its own, nobody signed in."""
        wanted = {"base_url": self.portal.url, "viewport": DESKTOP, "color_scheme": "light", **options}
        context = self.browser.new_context(**wanted)
        context.set_default_timeout(PATIENCE)
        context.on("console", self._hear)
        context.on("weberror", self._hear_error)
        return context

    def sign_in(self, page: Page, login: str) -> None:
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(f"{login}@demo.example")
        page.get_by_label("Password").fill(self.portal.password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{self.portal.url}/")

    def close(self) -> None:
        for context in self._contexts.values():
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.location['url']}: {message.text}")

    def _hear_error(self, error: WebError) -> None:
        self.complaints.append(str(error.error))
