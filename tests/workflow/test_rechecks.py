"""Every fix of a gap plans its own re-check, states what it will see, and starts it when the day has come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from audits.engine.bias.groups import GroupCount
from audits.engine.bias.outcome_gap import audit_gap
from audits.engine.bias.verdict import Policy
from audits.models import Finding, Remediation
from audits.queries.rechecks import recheck_words
from audits.queries.signing import signed_statement
from audits.services.findings import finding_confirm
from audits.services.rechecks import due_rechecks_start
from audits.services.remediations import (
    remediation_approve,
    remediation_draft,
    remediation_implement,
    remediation_submit,
)
from audits.services.verification import finding_verify
from portal.core.errors import Invalid
from tests.factories import ReleaseFactory
from tests.workflow.making import UNTIL, finding_make, ledger_of, run_make

COUNTS = [GroupCount("18-24", 1640, 2000), GroupCount("65+", 740, 1000), GroupCount(None, 20, 30)]


def gap_result(counts: list[GroupCount] = COUNTS) -> dict[str, Any]:
    policy = Policy(alpha=0.025)
    gap = audit_gap(counts, policy=policy, attribute="age_group")
    return {"tables": [], "figures": {"n": gap.n}, "gap": gap.to_json(), "policy": policy.to_json()}


@pytest.fixture
def gap_finding(assistant, reviewer) -> Finding:
    run = run_make(assistant, result=gap_result(), params={"outcome": "resolved", "dimension": "attribute:age_group"})
    finding = finding_make(assistant, run=run)
    finding_confirm(finding_id=finding.pk, actor=reviewer)
    finding.refresh_from_db()
    return finding


def implemented(finding, manager, approver, **plan) -> Remediation:
    remediation = remediation_draft(finding_id=finding.pk, plan="Mend the flow.", actor=manager, **plan)
    remediation_submit(remediation_id=remediation.pk, actor=manager)
    remediation_approve(remediation_id=remediation.pk, actor=approver)
    remediation_implement(remediation_id=remediation.pk, actor=manager)
    remediation.refresh_from_db()
    return remediation


def test_the_plan_states_what_the_recheck_will_see(gap_finding, manager):
    remediation = remediation_draft(finding_id=gap_finding.pk, plan="Mend.", remedy="mend_flow", actor=manager)
    stated = remediation.recheck
    assert (stated["group"], stated["reference"]) == ("65+", "18-24")
    assert (stated["n"], stated["reference_n"]) == (
        round(1000 / 31 * stated["days"]),
        round(2000 / 31 * stated["days"]),
    )
    assert stated["decides"]
    words = recheck_words(stated)
    assert f"About {stated['n']:,} conversations of 65+ and {stated['reference_n']:,} of 18-24 are expected" in words
    assert f"{100 * stated['detectable']:.1f} points or more would be found with a chance of 80 %" in words
    assert "(within 5 points)" in words


def test_too_short_a_recheck_says_that_it_cannot_decide(gap_finding, manager):
    remediation = remediation_draft(finding_id=gap_finding.pk, plan="Mend.", recheck_days=2, actor=manager)
    assert remediation.recheck["days"] == 2
    assert "too few to show that what is left is within 5 points" in recheck_words(remediation.recheck)


def test_a_carried_out_plan_sets_the_day_from_the_first_that_can_prove_it(gap_finding, manager, approver):
    remediation = implemented(gap_finding, manager, approver, recheck_days=10)
    assert remediation.implemented_at is not None
    assert remediation.implemented_at.date() > UNTIL
    assert remediation.recheck_on == remediation.implemented_at.astimezone(UTC).date() + timedelta(days=10)


def test_a_fixing_release_sets_the_day_by_its_own_first(gap_finding, manager, approver):
    release = ReleaseFactory(assistant=gap_finding.assistant, released_at=datetime(2025, 5, 2, 9, tzinfo=UTC))
    remediation = remediation_draft(finding_id=gap_finding.pk, plan="Mend.", recheck_days=5, actor=manager)
    remediation_submit(remediation_id=remediation.pk, actor=manager)
    remediation_approve(remediation_id=remediation.pk, actor=approver)
    remediation_implement(remediation_id=remediation.pk, actor=manager, release=release)
    remediation.refresh_from_db()
    assert remediation.recheck_on == datetime(2025, 5, 7, tzinfo=UTC).date()


def test_the_recheck_starts_on_its_day_and_only_once(gap_finding, manager, approver):
    remediation = implemented(gap_finding, manager, approver, recheck_days=1)
    assert due_rechecks_start(today=remediation.recheck_on - timedelta(days=1)) == 0
    assert due_rechecks_start(today=remediation.recheck_on) == 1
    gap_finding.refresh_from_db()
    run = gap_finding.verification_runs.get()
    assert (gap_finding.state, run.config_hash) == ("verifying", gap_finding.raised_by_run.config_hash)
    assert ledger_of(gap_finding, after="remediation.implemented")[0][:2] == ("finding.verification_started", "system")
    assert due_rechecks_start(today=remediation.recheck_on) == 0


def test_a_recheck_started_by_hand_is_not_started_again(gap_finding, manager, approver):
    remediation = implemented(gap_finding, manager, approver, recheck_days=1)
    finding_verify(finding_id=gap_finding.pk, actor=manager)
    assert due_rechecks_start(today=remediation.recheck_on) == 0
    assert gap_finding.verification_runs.count() == 1


def test_findings_that_compare_no_groups_are_rechecked_by_hand_unless_days_are_named(assistant, reviewer, manager):
    finding = finding_make(assistant, run=run_make(assistant, kind="personal_data", target="originated"))
    finding_confirm(finding_id=finding.pk, actor=reviewer)
    assert remediation_draft(finding_id=finding.pk, plan="Mend.", actor=manager).recheck == {}
    again = remediation_draft(finding_id=finding.pk, plan="Mend.", recheck_days=4, actor=manager)
    assert (again.recheck, recheck_words(again.recheck)) == ({"days": 4}, "")


@pytest.mark.parametrize(
    ("plan", "field"),
    [({"remedy": "pray"}, "remedy"), ({"recheck_days": 0}, "recheck_days"), ({"recheck_days": 366}, "recheck_days")],
)
def test_impossible_plans_are_refused_by_field(gap_finding, manager, plan, field):
    with pytest.raises(Invalid) as refused:
        remediation_draft(finding_id=gap_finding.pk, plan="Mend.", actor=manager, **plan)
    assert refused.value.field == field


def test_a_remedy_for_groups_is_refused_where_no_groups_are_compared(assistant, reviewer, manager):
    finding = finding_make(assistant, run=run_make(assistant, kind="disclosure", target="first assistant turn"))
    finding_confirm(finding_id=finding.pk, actor=reviewer)
    with pytest.raises(Invalid) as refused:
        remediation_draft(finding_id=finding.pk, plan="Mend.", remedy="reweigh", actor=manager)
    assert refused.value.field == "remedy"


def test_the_signature_covers_the_remedy_and_the_stated_recheck(gap_finding, manager, approver):
    remediation = implemented(gap_finding, manager, approver, remedy="mend_flow")
    finding_verify(finding_id=gap_finding.pk, actor=manager)
    statement = signed_statement(gap_finding.pk)["remediation"]
    assert (statement["remedy"], statement["recheck"]) == ("mend_flow", remediation.recheck)


def test_a_probe_states_what_as_many_pairs_would_show(assistant, reviewer, manager):
    compared = {"favourable": False, "n": 240, "detectable_difference": 0.081}
    result = {
        "tables": [],
        "figures": {"n": 240},
        "analysis": {"comparisons": [compared, {**compared, "detectable_difference": None}]},
        "policy": {"delta": 0.05, "power": 0.8},
    }
    finding = finding_make(assistant, run=run_make(assistant, kind="matched_pairs", target="name", result=result))
    finding_confirm(finding_id=finding.pk, actor=reviewer)
    stated = remediation_draft(finding_id=finding.pk, plan="Strip names.", actor=manager).recheck
    assert stated == {"pairs": 240, "detectable": 0.081, "delta": 0.05, "power": 0.8}
    assert "(240 a comparison) would find a gap of 8.1 points or more with a chance of 80 %" in recheck_words(stated)
