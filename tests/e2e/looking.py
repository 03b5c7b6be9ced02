"""A hard look at a page: accessibility, overflow, and a picture, at both widths and in both colour schemes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.browsing import DESKTOP, PHONE

GRAVE = ["serious", "critical"]
HIGHEST = 4000  # pixels of a picture
ZOOMED = {"width": 320, "height": 640}  # 1280 px at 400 % (WCAG 2.2, 1.4.10)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
CONTRAST = "color-contrast"
# A colour scheme changes colours and nothing else, a width everything but colours. Contrast is slow to measure.
RULES: dict[tuple[int, str], dict[str, Any]] = {
    (DESKTOP["width"], "light"): {},
    (DESKTOP["width"], "dark"): {"runOnly": [CONTRAST]},
    (PHONE["width"], "light"): {"rules": {CONTRAST: {"enabled": False}}},
}
WIDER_THAN_WINDOW = """() => {
  const limit = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= limit) return [];
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > limit + 1)
    .map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
}"""
IDS_GIVEN_TWICE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  return [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))];
}"""
# Colours that are still fading in would be measured at a moment that nobody sees. What turns for ever cannot finish.
SETTLE = """() => document.getAnimations().forEach((animation) => {
  try { animation.finish(); } catch { animation.cancel(); }
})"""


@dataclass(frozen=True)
class Gallery:
    """Where the pictures go, one PNG a page, width and scheme; none where nobody asked for them: they take long."""

    directory: Path | None

    def look(self, page: Page, name: str) -> list[str]:
        """What is wrong with the page that stands there; leaves it as wide and as light as it was."""
        wrong = []
        before = page.viewport_size
        page.evaluate(Axe().axe_script)
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.evaluate(SETTLE)
                seen = f"{name} at {size['width']} px, {scheme}"
                if (rules := RULES.get((size["width"], scheme))) is not None:
                    wrong += [f"{seen}: {violation}" for violation in _grave_violations(page, rules)]
                self.picture(page, f"{name}-{size['width']}-{scheme}")
            wrong += [f"{seen}: wider than the window: {element}" for element in page.evaluate(WIDER_THAN_WINDOW)]
        page.emulate_media(color_scheme="light")
        wrong += [f"{name}: two elements have the id {given}" for given in page.evaluate(IDS_GIVEN_TWICE)]
        page.set_viewport_size(ZOOMED)
        wrong += [f"{name} at 400 %: wider than the window: {element}" for element in page.evaluate(WIDER_THAN_WINDOW)]
        if before is not None:
            page.set_viewport_size(before)
        return wrong

    def picture(self, page: Page, name: str) -> None:
        """The whole page in a window as high as it is, so that what sticks to the window's edge lies at its end."""
        if self.directory is None:
            return
        size = page.viewport_size
        assert size is not None
        height = page.evaluate("() => document.documentElement.scrollHeight")
        page.set_viewport_size({**size, "height": min(max(height, size["height"]), HIGHEST)})
        page.screenshot(path=self.directory / f"{name}.png")
        page.set_viewport_size(size)


def _grave_violations(page: Page, rules: dict[str, Any]) -> list[str]:
    """What axe-core calls serious or critical: the rule, its message and the first elements."""
    options = {"resultTypes": ["violations"], **rules}
    found: list[dict[str, Any]] = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [
        f"{violation['id']} ({violation['help']}): {[node['target'] for node in violation['nodes'][:3]]}"
        for violation in found
        if violation["impact"] in GRAVE
    ]
