"""Who signs is neither finder nor planner nor fixer, has just signed in again, and signs exactly what stands there."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audits.models import CheckRun, Finding, Remediation, SignOff
from audits.queries.signing import sign_off_still_matches, signed_hash, signed_statement
from audits.services.findings import finding_comment
from audits.services.sign_off import MEANING, finding_send_back, finding_sign_off
from portal.accounts.models import Membership
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from tests.workflow.making import UNTIL, bring, finding_make, ledger_of, run_make, steps


@pytest.fixture
def verified(finding, reviewer, manager, approver):
    return bring(finding, "verified", finder=reviewer, fixer=manager, approver=approver)


def _sign(finding, actor, *, reauthenticated=True):
    finding_sign_off(finding_id=finding.pk, actor=actor, reauthenticated=reauthenticated, note="Seen.")
    finding.refresh_from_db()
    return finding


def _also_approver(user, team):
    Membership.objects.create(user=user, team=team, role="approver")
    return type(user).objects.get(pk=user.pk)


def test_finding_sign_off_closes_it(verified, approver):
    expected = signed_hash(verified.pk)
    _sign(verified, approver)
    signature = SignOff.objects.get(finding=verified)
    assert (verified.state, verified.signed_by, verified.closed_at) == ("closed", approver, signature.signed_at)
    assert (signature.signer, signature.meaning, signature.note) == (approver, MEANING, "Seen.")
    assert signature.signed_hash == expected
    assert verified.remediations.get().state == "signed_off"
    assert steps(verified, after="finding.verified") == [
        ("finding.signed_off", approver.actor_ref, "verified", "closed")
    ]
    data = {
        "from": "verified",
        "to": "closed",
        "signed_hash": expected,
        "raised_by_run": verified.raised_by_run_id,
        "verified_by_run": verified.verified_by_run_id,
        "remediation": verified.remediations.get().pk,
    }
    assert ledger_of(verified, after="finding.verified") == [("finding.signed_off", approver.actor_ref, data)]


def test_finding_sign_off_by_the_finder_is_denied_in_words(verified, reviewer, home):
    with pytest.raises(Denied) as refused:
        _sign(verified, _also_approver(reviewer, home))
    assert refused.value.message == "You confirmed this finding: somebody else signs."


def test_finding_sign_off_by_planner_and_fixer_is_denied_in_words(verified, manager, home):
    with pytest.raises(Denied) as refused:
        _sign(verified, _also_approver(manager, home))
    assert refused.value.message == (
        "You planned its remediation and carried out its remediation: somebody else signs."
    )


def test_finding_sign_off_by_the_fixer_of_a_failed_attempt_is_denied(
    verified, manager, administrator, reviewer, approver, home
):
    finding_send_back(finding_id=verified.pk, note="Not enough.", actor=approver)
    bring(verified, "verified", finder=reviewer, fixer=administrator, approver=approver, start="in_remediation")
    with pytest.raises(Denied, match="carried out its remediation"):
        _sign(verified, _also_approver(manager, home))


def test_finding_sign_off_needs_a_fresh_sign_in(verified, approver):
    with pytest.raises(Denied) as refused:
        _sign(verified, approver, reauthenticated=False)
    assert refused.value.code == "reauthentication_required"
    assert SignOff.objects.count() == 0


def test_finding_sign_off_without_the_role_of_another_team_in_another_state(
    assistant, verified, manager, member, away, approver
):
    with pytest.raises(Denied):
        _sign(verified, manager)
    with pytest.raises(NotFound):
        _sign(verified, member("approver", team=away))
    with pytest.raises(Conflict):
        _sign(finding_make(assistant, run=run_make(assistant, target="other")), approver)


def test_finding_sign_off_twice_is_a_conflict(verified, approver, member):
    _sign(verified, approver)
    with pytest.raises(Conflict):
        _sign(verified, member("approver"))


def test_finding_sign_off_is_refused_once_the_check_fails_again(verified, assistant, approver):
    later = run_make(
        assistant,
        window_from=UNTIL + timedelta(days=1),
        window_until=UNTIL + timedelta(days=30),
        finished_at=timezone.now() + timedelta(minutes=1),
    )
    finding_make(assistant, run=later)
    with pytest.raises(Conflict, match="failed again"):
        _sign(verified, approver)


def test_finding_send_back_fails_the_remediation(verified, approver):
    with pytest.raises(Invalid):
        finding_send_back(finding_id=verified.pk, note="", actor=approver)
    finding_send_back(finding_id=verified.pk, note="Too few cases.", actor=approver)
    verified.refresh_from_db()
    assert (verified.state, verified.verified_by_run, verified.remediated_by) == ("in_remediation", None, None)
    assert verified.remediations.get().state == "failed"
    assert steps(verified, after="finding.verified") == [
        ("finding.sent_back", approver.actor_ref, "verified", "in_remediation")
    ]
    with pytest.raises(Conflict):
        finding_send_back(finding_id=verified.pk, note="Again.", actor=approver)


def test_finding_send_back_without_the_role_or_of_another_team(verified, manager, outsider):
    with pytest.raises(Denied):
        finding_send_back(finding_id=verified.pk, note="No.", actor=manager)
    with pytest.raises(NotFound):
        finding_send_back(finding_id=verified.pk, note="No.", actor=outsider)


def test_sign_off_still_matches_until_something_material_changes(verified, approver, reviewer):
    assert sign_off_still_matches(verified) is False
    _sign(verified, approver)
    finding_comment(finding_id=verified.pk, note="Well done.", actor=reviewer)
    assert sign_off_still_matches(verified) is True


@pytest.mark.parametrize(
    "tamper",
    [
        lambda f: Finding.objects.filter(pk=f.pk).update(severity="low"),
        lambda f: Finding.objects.filter(pk=f.pk).update(sentence="Nothing to see."),
        lambda f: CheckRun.objects.filter(pk=f.raised_by_run_id).update(result={}),
        lambda f: CheckRun.objects.filter(pk=f.verified_by_run_id).update(config_hash="b" * 64),
        lambda f: CheckRun.objects.filter(pk=f.verified_by_run_id).update(n=1),
        lambda f: Remediation.objects.filter(finding=f).update(implemented_at=timezone.now()),
        lambda f: f.events.filter(action="finding.verified").delete(),
        lambda f: f.events.filter(action="remediation.approved").update(actor="user:0"),
    ],
)
def test_sign_off_still_matches_is_false_after_a_material_change(verified, approver, tamper):
    _sign(verified, approver)
    tamper(verified)
    assert sign_off_still_matches(verified) is False


def test_signed_statement_is_plain_json_and_holds_both_runs(verified):
    statement = signed_statement(verified.pk)
    assert json.loads(json.dumps(statement)) == statement
    assert [statement["raised_by"]["state"], statement["verified_by"]["state"]] == ["failed", "passed"]
    assert statement["raised_by"]["config_hash"] == statement["verified_by"]["config_hash"]
    assert "Mend the prompt" not in json.dumps(statement)


def test_sign_off_rows_are_append_only(verified, approver):
    _sign(verified, approver)
    for change in (
        lambda: SignOff.objects.update(signed_hash="0" * 64),
        lambda: SignOff.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
