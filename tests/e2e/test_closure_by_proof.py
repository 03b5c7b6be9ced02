"""One finding from discovery to signature, by the people whose work it is, in their browsers."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import psycopg
import pytest
from playwright.sync_api import Page, expect

from portal import embedded
from portal.embedded.patience import wait_until
from tests.e2e.newer_data import fair_conversations

TITLE = "Resolved differs by age group"
PLAN = "Write the contract pages in plain words and let Aria repeat an answer on request. Mona reads 50 dialogues."
FIXING_RELEASE = "2.1"
VERIFIED_WITHIN = 90.0
CHAIN = [  # what the auditor must find, newest first
    "Finding signed off",
    "Fix verified",
    "Verification started",
    "Remediation implemented",
    "Remediation approved",
    "Remediation submitted",
    "Remediation drafted",
    "Finding confirmed",
    "Finding claimed",
    "Finding raised",
]
# Rita stands in as an approver from here on, so that it is not her role that keeps her from signing.
STAND_IN = """
from portal.accounts.models import Membership, Team, User
from portal.core.roles import Role
user, team = User.objects.get(email="rita@demo.example"), Team.objects.get(slug="brightwater-care")
Membership.objects.create(user=user, team=team, role=Role.APPROVER)
"""


def test_finding_closes_by_proof_and_by_the_signature_of_somebody_else(people, portal, gallery, tmp_path):
    rita, mona, abel, otto = people("rita"), people("mona"), people("abel"), people("otto")

    finding = rita_claims_and_confirms(rita)
    wrong = gallery.look(open_finding(rita, finding), "finding-confirmed")

    mona_plans(mona, finding)
    abel.goto("/")
    abel.get_by_role("link", name="To approve").click()
    abel.get_by_role("link", name=TITLE).click()
    decide(abel, "Approve the plan", note="Measurable, and soon.")
    expect_said(abel, "The plan is approved.")

    release_the_fix(portal)
    mona_implements(mona, finding)
    import_newer_conversations(portal, tmp_path)
    decide(mona, "Start the verification")
    expect_said(mona, "The same check runs again on newer data.")
    assert wait_until(lambda: state_of(mona, finding) == "Verified", seconds=VERIFIED_WITHIN, interval=0.5), (
        mona.locator("main").inner_text()
    )
    wrong += gallery.look(mona, "finding-verified")

    rita_cannot_sign(rita, finding, portal)
    mona_cannot_sign(mona, finding)
    wrong += abel_signs(abel, finding, gallery, portal)
    wrong += gallery.look(open_finding(abel, finding), "finding-closed")
    wrong += otto_sees_the_chain(otto, finding, gallery)
    assert wrong == []


def test_ledger_is_green_and_red_after_one_row_is_changed(portal):
    found = json.loads(portal.manage("verify_ledger", "--json"))
    assert found["intact"] is True
    with psycopg.connect(embedded.addresses(portal.var).database_url, autocommit=True) as database:
        table = "core_ledgerentry"
        seq, body = database.execute(f"SELECT seq, body FROM {table} ORDER BY seq DESC OFFSET 5 LIMIT 1").fetchone()
        with pytest.raises(psycopg.errors.DatabaseError, match="append-only"):
            database.execute(f"UPDATE {table} SET body = %s WHERE seq = %s", [body, seq])
        database.execute("SET session_replication_role = replica")
        forged = body.replace('"actor":', '"actor" :', 1)
        assert forged != body
        try:
            database.execute(f"UPDATE {table} SET body = %s WHERE seq = %s", [forged, seq])
            told = portal.manage("verify_ledger", exit_code=1)
        finally:
            database.execute(f"UPDATE {table} SET body = %s WHERE seq = %s", [body, seq])
    assert f"The ledger is broken at entry {seq}:" in told
    assert json.loads(portal.manage("verify_ledger", "--json"))["intact"] is True


def rita_claims_and_confirms(page: Page) -> int:
    """From the home page through the queue, by keyboard where there are keys; the finding's number."""
    page.goto("/")
    page.get_by_role("link", name="To triage").click()
    page.get_by_role("link").filter(has=page.get_by_text(TITLE, exact=True)).first.click()
    heading = page.get_by_role("heading", name=TITLE, exact=True)
    expect(heading).to_be_visible()
    page.wait_for_load_state()  # a key means nothing before the scripts have run
    address = heading.get_by_role("link").get_attribute("href")
    page.keyboard.press("c")
    expect_said(page, "It is yours while you work on it, and for five minutes after.")
    page.keyboard.press("y")
    form = page.locator("details[open] form")
    form.get_by_label("Who sees to it").select_option(label="Mona Castillo")
    form.get_by_label("Note").fill("Seen in both channels.")
    form.get_by_role("button", name="Confirm").click()
    expect_said(page, "Confirmed.")
    expect(page.locator("[data-key-list] .item__title").get_by_text(TITLE, exact=True)).to_have_count(0)
    return int(re.fullmatch(r"/findings/(\d+)/", address or "")[1])


def mona_plans(page: Page, finding: int) -> None:
    page.goto("/")
    page.get_by_role("link", name="To remediate").click()
    page.get_by_role("link", name=TITLE).click()
    expect(page).to_have_url(re.compile(rf"/findings/{finding}/$"))
    form = open_decision(page, "Plan a remediation")
    form.get_by_label("Plan").fill(PLAN)
    form.get_by_role("button", name="Plan a remediation").click()
    expect_said(page, "The plan is kept as a draft.")
    decide(page, "Submit the plan")
    expect_said(page, "Submitted. Somebody else approves it.")


def release_the_fix(portal) -> None:
    said = portal.manage(
        *("register_assistant", "aria", "--team", "brightwater-care", "--name", "Aria"),
        *("--release", FIXING_RELEASE, "--model", "brightwater-chat-large", "--algorithm", "As 2.0, in plain words."),
    )
    assert said == "aria (Aria) is live.\n"


def mona_implements(page: Page, finding: int) -> None:
    form = open_decision(open_finding(page, finding), "Mark as carried out")
    form.get_by_label("Release that carries the fix").select_option(label=FIXING_RELEASE)
    form.get_by_role("button", name="Mark as carried out").click()
    expect_said(page, "Recorded as carried out.")


def import_newer_conversations(portal, directory) -> None:
    file = directory / "newer.jsonl"
    count = fair_conversations(file, release=FIXING_RELEASE, started_at=datetime.now(UTC))
    report = json.loads(portal.manage("import_conversations", str(file), "--assistant", "aria", "--json"))
    assert {name: report[name] for name in ("read", "created", "revised", "unchanged", "rejected")} == {
        "read": count,
        "created": count,
        "revised": 0,
        "unchanged": 0,
        "rejected": 0,
    }


def rita_cannot_sign(page: Page, finding: int, portal) -> None:
    """The page says why; a request of her own making is refused as well, after the step-up login."""
    portal.manage("shell", "--command", STAND_IN)
    open_finding(page, finding)
    expect(page.get_by_role("button", name="Sign off")).to_be_disabled()
    reason = "You confirmed this finding: somebody else signs."
    expect(page.get_by_text(f"Sign off: {reason}")).to_be_visible()
    page.goto(f"/findings/{finding}/sign-off/")
    expect(page.get_by_text(reason)).to_be_visible()
    expect(page.get_by_role("button", name="Sign and close")).to_have_count(0)
    page.goto(f"/accounts/reauthenticate/?next=/findings/{finding}/")
    confirm_identity(page, portal)
    statement = page.request.get(f"/findings/{finding}/sign-off/").text()
    answer = page.request.post(
        f"/findings/{finding}/sign-off/",
        form={
            "csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', statement)[1],
            "statement": re.search(r"<code>([0-9a-f]{64})</code>", statement)[1],
            "agreed": "on",
            "note": "",
        },
    )
    assert answer.status == 200  # after the redirect to the finding's page
    assert reason in answer.text()
    assert state_of(page, finding) == "Verified"


def mona_cannot_sign(page: Page, finding: int) -> None:
    """A manager's role does not sign; there is no button, and no way round it."""
    open_finding(page, finding)
    expect(page.get_by_text("Sign off")).to_have_count(0)
    assert page.request.get(f"/findings/{finding}/sign-off/").status == 403
    assert state_of(page, finding) == "Verified"


def abel_signs(page: Page, finding: int, gallery, portal) -> list[str]:
    """He approved the plan, but neither found nor fixed it. Signing asks once more who he is."""
    page.goto("/")
    page.get_by_role("link", name="To sign").click()
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name="Sign off").click()
    wrong = gallery.look(page, "sign-off")
    page.get_by_label("I sign this statement.").check()
    page.get_by_label("Note").fill("Both runs read.")
    page.get_by_role("button", name="Sign and close").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    wrong += gallery.look(page, "reauthenticate")
    confirm_identity(page, portal)
    expect_said(page, "Signed. The finding is closed.")
    expect(page).to_have_url(re.compile(rf"/findings/{finding}/$"))
    assert state_of(page, finding) == "Closed"
    return wrong


def otto_sees_the_chain(page: Page, finding: int, gallery) -> list[str]:
    """From the finding's page to all its entries, whose chain he has verified."""
    open_finding(page, finding).get_by_role("link", name="Every step, chained").click()
    expect(page.locator("tbody th[scope=row]")).to_have_text(CHAIN, use_inner_text=True)
    wrong = gallery.look(page, "ledger-of-a-finding")
    page.get_by_role("button", name="Verify the whole chain").click()
    expect_said(page, "The ledger is intact:")
    return wrong


def open_finding(page: Page, finding: int) -> Page:
    page.goto(f"/findings/{finding}/")
    return page


def state_of(page: Page, finding: int) -> str:
    return open_finding(page, finding).locator(".finding-head .pill").nth(1).inner_text().strip()


def open_decision(page: Page, label: str):
    """The form behind a decision that asks something."""
    page.locator("summary", has_text=label).click()
    return page.locator("details[open] form")


def decide(page: Page, label: str, *, note: str | None = None) -> None:
    if note is not None:
        open_decision(page, label).get_by_label("Note").fill(note)
    page.get_by_role("button", name=label).click()


def confirm_identity(page: Page, portal) -> None:
    page.get_by_label("Password").fill(portal.password)
    page.get_by_role("button", name="Confirm").click()
    expect(page).not_to_have_url(re.compile("/reauthenticate/"))


def expect_said(page: Page, text: str) -> None:
    expect(page.get_by_role("status").filter(has_text=text)).to_be_visible()
