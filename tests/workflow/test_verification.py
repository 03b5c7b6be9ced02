"""The same frozen check has to pass on data that the failed one has not looked at."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from audits.models import CheckRun, Remediation
from audits.queries.newer_data import release_is_newer, verification_window
from audits.services.findings import finding_verification_decided
from audits.services.verification import finding_verify
from portal.core.errors import Conflict, Denied, NotFound
from tests.factories import ReleaseFactory
from tests.workflow.making import UNTIL, bring, ledger_of, run_make, steps, verification_make

NOW = datetime(2025, 5, 20, 15, tzinfo=UTC)


@pytest.fixture
def implemented(finding, reviewer, manager, approver):
    return bring(finding, "implemented", finder=reviewer, fixer=manager, approver=approver)


@pytest.fixture
def verifying(implemented, manager):
    finding_verify(finding_id=implemented.pk, actor=manager)
    implemented.refresh_from_db()
    return implemented


def _decide(finding, state: str) -> CheckRun:
    run = finding.verification_runs.latest("pk")
    run.state, run.sentence, run.finished_at = state, f"It is {state}.", timezone.now()
    run.save(update_fields=["state", "sentence", "finished_at"])
    finding_verification_decided(run=run)
    finding.refresh_from_db()
    return run


def test_verification_window_starts_on_the_day_of_implementation(assistant):
    window = verification_window(
        baseline=run_make(assistant), implemented_at=NOW - timedelta(days=3), release=None, now=NOW
    )
    assert window == (date(2025, 5, 17), date(2025, 5, 21))


def test_verification_window_never_holds_a_day_of_the_failed_check(assistant):
    baseline = run_make(assistant, window_until=date(2025, 5, 19))
    window = verification_window(baseline=baseline, implemented_at=NOW - timedelta(days=9), release=None, now=NOW)
    assert window == (date(2025, 5, 19), date(2025, 5, 21))


def test_verification_window_without_newer_data_says_when(assistant):
    baseline = run_make(assistant, window_until=date(2025, 5, 21))
    with pytest.raises(Conflict, match="no newer data before 21 May 2025"):
        verification_window(baseline=baseline, implemented_at=NOW, release=None, now=NOW)


def test_verification_window_of_a_fixing_release_is_its_own_time(assistant):
    release = ReleaseFactory(assistant=assistant, released_at=datetime(2025, 5, 2, 23, tzinfo=UTC))
    window = verification_window(baseline=run_make(assistant), implemented_at=NOW, release=release, now=NOW)
    assert window == (date(2025, 5, 2), date(2025, 5, 21))


@pytest.mark.parametrize(
    ("released", "newer"),
    [
        (datetime(2025, 3, 31, 23, 59, tzinfo=UTC), False),
        (datetime(2025, 4, 1, tzinfo=UTC), True),
    ],
)
def test_release_is_newer_if_the_failed_check_cannot_have_seen_it(assistant, released, newer):
    release = ReleaseFactory(assistant=assistant, released_at=released)
    assert release_is_newer(release, baseline=run_make(assistant)) is newer


def test_release_is_newer_if_it_came_out_after_the_check_ran(assistant):
    baseline = run_make(assistant, window_until=date(2025, 6, 1), finished_at=NOW)
    release = ReleaseFactory(assistant=assistant, released_at=NOW + timedelta(hours=1))
    assert release_is_newer(release, baseline=baseline) is True


def test_finding_verify_runs_the_frozen_check_again(noon, verifying, manager):
    run = verifying.verification_runs.get()
    baseline = verifying.raised_by_run
    frozen = ["kind", "target", "params", "config_hash"]
    assert [getattr(run, name) for name in frozen] == [getattr(baseline, name) for name in frozen]
    today = noon.date()
    assert (run.state, run.cycle_id, run.window_from, run.window_until) == (
        "queued",
        None,
        today,
        today + timedelta(days=1),
    )
    assert run.window_from >= UNTIL
    assert (verifying.state, verifying.remediations.get().state) == ("verifying", "verifying")
    assert steps(verifying, after="remediation.implemented") == [
        ("finding.verification_started", manager.actor_ref, "in_remediation", "verifying")
    ]


def test_finding_verify_follows_the_fixing_release(finding, reviewer, manager, approver):
    bring(finding, "implemented", finder=reviewer, fixer=manager, approver=approver)
    release = ReleaseFactory(assistant=finding.assistant)
    Remediation.objects.filter(finding=finding).update(release=release)
    finding_verify(finding_id=finding.pk, actor=manager)
    run = finding.verification_runs.get()
    assert (run.release, run.window_from) == (release, release.released_at.astimezone(UTC).date())


def test_finding_verified_by_a_pass(verifying):
    run = _decide(verifying, "passed")
    assert (verifying.state, verifying.verified_by_run) == ("verified", run)
    assert verifying.remediations.get().state == "verifying"
    assert verifying.raised_by_run.cycle.state == "awaiting_sign_off"
    data = {"from": "verifying", "to": "verified", "run": run.pk, "verdict": "passed"}
    assert ledger_of(verifying, after="finding.verification_started") == [("finding.verified", "system", data)]
    assert verifying.events.get(action="finding.verified").note == "It is passed."


@pytest.mark.parametrize("verdict", ["failed", "watch"])
def test_finding_goes_back_to_remediation_without_a_clear_pass(verifying, verdict):
    _decide(verifying, verdict)
    assert (verifying.state, verifying.verified_by_run, verifying.remediated_by) == ("in_remediation", None, None)
    assert verifying.remediations.get().state == "failed"
    assert steps(verifying, after="finding.verification_started") == [
        ("finding.verification_failed", "system", "verifying", "in_remediation")
    ]


@pytest.mark.parametrize("verdict", ["insufficient_data", "error"])
def test_finding_stays_where_the_run_cannot_decide_and_is_verified_again(verifying, manager, verdict):
    _decide(verifying, verdict)
    assert (verifying.state, verifying.remediations.get().state) == ("verifying", "verifying")
    assert steps(verifying, after="finding.verification_started") == [
        ("finding.verification_undecided", "system", "", "")
    ]
    finding_verify(finding_id=verifying.pk, actor=manager)
    assert verifying.verification_runs.count() == 2
    _decide(verifying, "passed")
    assert verifying.state == "verified"


def test_finding_verify_twice_is_a_conflict(verifying, manager):
    with pytest.raises(Conflict, match="under way"):
        finding_verify(finding_id=verifying.pk, actor=manager)


def test_finding_verification_decided_of_an_older_run_changes_nothing(verifying, manager):
    older = _decide(verifying, "error")
    finding_verify(finding_id=verifying.pk, actor=manager)
    older.state = "passed"
    assert finding_verification_decided(run=older) is None
    verifying.refresh_from_db()
    assert verifying.state == "verifying"


def test_finding_verification_decided_twice_counts_once(verifying):
    run = _decide(verifying, "passed")
    assert finding_verification_decided(run=run) is None
    assert [action for action, *_ in steps(verifying)].count("finding.verified") == 1


def test_finding_verification_decided_refuses_a_cycles_run(assistant):
    with pytest.raises(ValueError, match="verifies no finding"):
        finding_verification_decided(run=run_make(assistant))


def test_finding_verify_needs_an_implemented_remediation(finding, reviewer, manager, approver):
    with pytest.raises(Conflict, match="This finding is new"):
        finding_verify(finding_id=finding.pk, actor=manager)
    bring(finding, "in_remediation", finder=reviewer, fixer=manager, approver=approver)
    with pytest.raises(Conflict, match="no implemented remediation"):
        finding_verify(finding_id=finding.pk, actor=manager)


def test_finding_verify_without_the_role_or_of_another_team(implemented, approver, outsider):
    with pytest.raises(Denied):
        finding_verify(finding_id=implemented.pk, actor=approver)
    with pytest.raises(NotFound):
        finding_verify(finding_id=implemented.pk, actor=outsider)


def test_verification_make_belongs_to_the_finding_and_no_cycle(finding):
    run = verification_make(finding, state="passed")
    assert (run.verifies, run.cycle) == (finding, None)
