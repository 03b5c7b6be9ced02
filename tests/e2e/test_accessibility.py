"""Every page, by a person who may see it: no grave violation, no overflow, no complaint of the browser.

Pages that only a finding under way has are looked at in test_closure_by_proof.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Response, expect


def first(selector: str) -> Callable[[Page], None]:
    """Follow the first link of its kind."""

    def follow(page: Page) -> None:
        address = page.locator(selector).first.get_attribute("href")
        page.goto(page.url.partition("?")[0] + address if address.startswith("?") else address)

    return follow


def look_up(page: Page, reference: str = "A-100001") -> None:
    page.get_by_label("Customer reference").fill(reference)
    page.get_by_role("button", name="Look up").click()


def look_up_merged(page: Page) -> None:
    look_up(page, "A-199001")


def open_a_cycle_backwards(page: Page) -> None:
    """A period that ends before it begins: the form comes back and says what is wrong."""
    page.locator("#open-cycle select").select_option(label="Aria")
    page.get_by_label("Last day").fill("2020-01-01")
    page.get_by_role("button", name="Open the cycle").click()
    expect(page.get_by_text("The period ends before it begins.").first).to_be_visible()


def estimate_a_probe(page: Page) -> None:
    page.get_by_label("Disability").check()
    page.get_by_role("button", name="What would it cost?").click()
    expect(page.get_by_role("button", name="Start the probe")).to_be_visible()


def open_decisions(page: Page) -> None:
    page.locator("summary", has_text="Dismiss").click()


def open_numbers(page: Page) -> None:
    page.locator("summary", has_text="Numbers of this chart").locator("visible=true").first.click()


@dataclass(frozen=True)
class Stop:
    """A page of the tour: whose browser (nobody's if empty), where it starts, steps from there, the last answer."""

    name: str
    login: str
    address: str
    steps: tuple[Callable[[Page], None], ...] = ()
    status: int = 200


CONVERSATION = "main a[href^='/conversations/']"
CERTIFICATE = "main a[href$='/certificate/']"
ERASE = "main a[href$='/erase/']"
MASK = "main a.masked[hx-get]"

TOUR = [
    Stop("sign-in", "", "/accounts/login/"),
    Stop("password-forgotten", "", "/accounts/password/reset/"),
    Stop("home-reviewer", "rita", "/"),
    Stop("home-manager", "mona", "/"),
    Stop("home-officer", "petra", "/"),
    Stop("queue", "ravi", "/queue/"),
    Stop("queue-flags", "ravi", "/queue/?kind=flags"),
    Stop("queue-nothing", "ravi", "/queue/?kind=disclosure"),
    Stop("findings", "mona", "/findings/"),
    Stop("findings-nothing", "mona", "/findings/?waiting=to_sign"),
    Stop("finding-disclosure", "tara", "/findings/?kind=disclosure", (first("tbody a"), open_decisions)),
    Stop("finding-personal-data", "ravi", "/findings/?kind=personal_data", (first("tbody a"),)),
    Stop("finding-consent", "ravi", "/findings/?kind=consent_coverage", (first("tbody a"),)),
    Stop("finding-intersection", "ravi", "/findings/?kind=intersections", (first("tbody a"),)),
    Stop("finding-labels", "ravi", "/findings/?kind=training_labels", (first("tbody a"),)),
    Stop("finding-watch", "ravi", "/findings/?kind=monitoring", (first("tbody a"), open_numbers)),
    Stop("flag", "ravi", "/queue/?kind=flags", (first("#queue h2 a"),)),
    Stop("conversation", "ravi", "/queue/?kind=flags", (first("#queue h2 a"), first("main a[href^='/conv']"))),
    Stop("reveal", "ravi", "/findings/?kind=personal_data", (first("tbody a"), first(CONVERSATION), first(MASK))),
    Stop("reveals", "petra", "/access/"),
    Stop("reveals-nothing", "mona", "/access/?until=2001-01-01"),
    Stop("transcript-reads", "petra", "/access/transcripts/"),
    Stop("requests", "petra", "/requests/"),
    Stop("requests-manager", "mona", "/requests/?waiting=overdue"),
    Stop("requests-nothing", "petra", "/requests/?waiting=soon&kind=restriction"),
    Stop("requests-find", "petra", "/requests/find/"),
    Stop("request-new", "petra", "/requests/new/"),
    Stop("request-erasure", "petra", "/requests/?waiting=open&kind=erasure", (first("tbody a"),)),
    Stop("request-erase", "petra", "/requests/?waiting=open&kind=erasure", (first("tbody a"), first(ERASE))),
    Stop("request-access", "petra", "/requests/?waiting=open&kind=access", (first("tbody a"),)),
    Stop("certificate", "petra", "/requests/?waiting=closed&kind=erasure", (first("tbody a"), first(CERTIFICATE))),
    Stop("cycles", "mona", "/cycles/"),
    Stop("cycle", "mona", "/cycles/", (first("tbody a"),)),
    Stop("cycle-refused", "mona", "/cycles/", (open_a_cycle_backwards,), status=422),
    Stop("cycle-by-address", "mona", "/cycles/new/", status=405),
    Stop("check-run", "mona", "/cycles/", (first("tbody a"), first("main a[href^='/checks/']"))),
    Stop(
        "check-quality", "mona", "/cycles/", (first("tbody a"), first("main a[href^='/checks/']:has-text('CSAT by')"))
    ),
    Stop("probe-sets", "mona", "/probe-sets/"),
    Stop("probe-set-shipped", "mona", "/probe-sets/shipped/"),
    Stop("probe-set", "mona", "/probe-sets/", (first("tbody a"),)),
    Stop("probe-template", "mona", "/probe-sets/", (first("tbody a"), first("main a[href*='/templates/billing']"))),
    Stop("probe-cue", "mona", "/probe-sets/", (first("tbody a"), first("main a[href*='/cues/age']"))),
    Stop("assistants", "mona", "/assistants/"),
    Stop("assistant", "mona", "/assistants/aria/"),
    Stop("fairness", "mona", "/assistants/aria/fairness/?within=both"),
    Stop("fairness-language", "ravi", "/assistants/bruno/fairness/?by=language"),
    Stop("fairness-nothing", "otto", "/assistants/aria/fairness/?since=2020-01-01&last=2020-01-31"),
    Stop("fairness-watch", "mona", "/assistants/aria/fairness/watch/"),
    Stop("probes", "mona", "/assistants/aria/probes/"),
    Stop("probe-start", "mona", "/assistants/aria/probes/new/", (estimate_a_probe,)),
    Stop("probe-run", "mona", "/assistants/aria/probes/", (first("tbody a"),)),
    Stop("probe-pairs", "mona", "/assistants/aria/probes/", (first("tbody a"), first("main a[href$='/pairs/']"))),
    Stop("finding-probe", "mona", "/findings/?kind=matched_pairs", (first("tbody a"),)),
    Stop("connector", "mona", "/assistants/aria/probes/", (first("main a[href*='/connectors/']"),)),
    Stop("connector-new", "mona", "/assistants/aria/connectors/new/"),
    Stop("exposure", "petra", "/assistants/clara/exposure/"),
    Stop("exposure-nothing", "petra", "/assistants/clara/exposure/?since=2020-01-01&last=2020-01-31"),
    Stop("exposure-leaks", "petra", "/assistants/bruno/exposure/leaks/"),
    Stop("pattern", "petra", "/assistants/bruno/exposure/", (first("tbody a[href*='/patterns/']"),)),
    Stop("pattern-new", "petra", "/assistants/bruno/exposure/patterns/new/"),
    Stop("datasets", "mona", "/datasets/"),
    Stop("dataset", "petra", "/datasets/contract-answers/"),
    Stop("dataset-draft", "mona", "/datasets/returns-draft/"),
    Stop("dataset-new", "mona", "/datasets/new/aria/"),
    Stop("dataset-edit", "mona", "/datasets/contract-answers/edit/"),
    Stop("dataset-check", "mona", "/datasets/contract-answers/", (first("main a[href^='/checks/']"),)),
    Stop("training-export", "petra", "/datasets/rated-answers/", (first("main a[href^='/training-exports/']"),)),
    Stop("assistant-new", "mona", "/assistants/new/"),
    Stop("assistant-change", "mona", "/assistants/aria/change/"),
    Stop("release-new", "mona", "/assistants/aria/releases/new/"),
    Stop("source-new", "mona", "/assistants/aria/sources/new/"),
    Stop("consent", "petra", "/consent/"),
    Stop("consent-subject", "petra", "/consent/", (look_up,)),
    Stop("consent-merged", "petra", "/consent/", (look_up_merged,)),
    Stop("consent-coverage", "petra", "/assistants/aria/consent/?purpose=quality-review"),
    Stop("retention", "petra", "/retention/"),
    Stop("retention-rule", "petra", "/retention/", (first("tbody tr:has-text('Draft') a"),)),
    Stop("retention-rule-new", "petra", "/retention/rules/new/"),
    Stop("holds", "otto", "/retention/holds/"),
    Stop("hold", "petra", "/retention/holds/", (first("tbody a"),)),
    Stop("hold-new", "petra", "/retention/holds/new/"),
    Stop("dashboard", "mona", "/dashboard/"),
    Stop("ledger", "otto", "/ledger/"),
    Stop("password-change", "rita", "/accounts/password/change/"),
    Stop("two-factor", "rita", "/accounts/2fa/"),
    Stop("sign-out", "rita", "/accounts/logout/"),
    Stop("admin", "ada", "/admin/"),
    Stop("admin-people", "ada", "/admin/accounts/user/"),
    Stop("admin-programme", "ada", "/admin/audits/programme/", (first("#result_list th a"),)),
    Stop("no-such-page", "rita", "/findings/999999/", status=404),
    Stop("not-your-role", "mona", "/queue/", status=403),
]


@pytest.mark.parametrize("stop", TOUR, ids=lambda stop: stop.name)
def test_page_is_accessible_and_fits_the_window(people, gallery, stop):
    page = people(stop.login)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer) if answer.request.is_navigation_request() else None)
    page.goto(stop.address)
    for step in stop.steps:
        step(page)
        page.wait_for_load_state()
    last = answers[-1]
    assert last.status == stop.status
    assert gallery.look(page, stop.name) == []
    if stop.status != 200:  # a browser tells of every answer that is an error
        told = f"{page.url}: Failed to load resource: the server responded with a status of {last.status}"
        assert people.complaints == [f"{told} ({last.status_text})"]
        people.complaints.clear()
    page.close()
