"""Takes the pictures of the documentation anew: `python -m tests.e2e.documentation_images`, from the root."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.browsing import People, chromium
from tests.e2e.running import PROJECT, running_portal

IMAGES = PROJECT / "docs" / "images"
MOST_BYTES = 250_000
TITLE = "Resolved differs by age group"


def main() -> int:
    """Exit code 1 where a picture is too heavy for a repository."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="probity-images-") as directory,
        running_portal(Path(directory) / "var") as portal,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        people = People(browser, portal)
        page = people("rita")
        page.goto("/queue/")
        page.get_by_role("link", name=TITLE).first.click()
        page.get_by_role("heading", name=TITLE).wait_for()
        files = [_taken(page, "queue")]
        page.get_by_role("heading", name=TITLE).get_by_role("link").click()
        page.get_by_text("History").wait_for()
        files.append(_taken(page, "finding"))
        page = people("petra")
        page.goto("/assistants/clara/exposure/")
        page.get_by_text("In no scanned conversation").wait_for()
        files.append(_taken(page, "exposure"))
        page.goto("/requests/?waiting=closed&kind=erasure")
        page.locator("tbody a").first.click()
        page.get_by_role("link", name="Certificate").click()
        page.get_by_role("heading", name="Certificate of erasure").wait_for()
        files.append(_taken(page, "certificate"))
        people.close()
        files.append(_table_report(browser, Path(directory)))
    heavy = [file.name for file in files if file.stat().st_size > MOST_BYTES]
    sys.stderr.writelines(f"{name} has more than {MOST_BYTES:,} bytes.\n" for name in heavy)
    return 1 if heavy else 0


def _table_report(browser: Browser, directory: Path) -> Path:
    """The page that `audit_table --html` writes for the example of the README."""
    report = directory / "report.html"
    table = "docs/examples/berkeley.csv"
    command = [sys.executable, "manage.py", "audit_table", table, "--outcome", "admitted", "--group", "gender"]
    subprocess.run(
        [*command, "--stratum", "department", "--html", str(report)], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL
    )
    page = browser.new_page(viewport={"width": 1120, "height": 900})
    page.goto(report.as_uri())
    return _taken(page, "table-report")


def _taken(page: Page, name: str) -> Path:
    """What fits into the window, without the mark of where the pointer happens to be."""
    page.mouse.move(0, 0)
    page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0); }")
    file = IMAGES / f"{name}.png"
    page.screenshot(path=file)
    return file


if __name__ == "__main__":
    sys.exit(main())
