from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from django.utils import timezone

from audits.models import Finding
from audits.services.findings import finding_accept_risk, finding_confirm, risk_acceptances_expire
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from tests.workflow.making import ledger_of, steps


def _day(days: int):
    return timezone.now().astimezone(UTC).date() + timedelta(days=days)


@pytest.fixture
def confirmed(finding, reviewer):
    finding_confirm(finding_id=finding.pk, actor=reviewer)
    finding.refresh_from_db()
    return finding


def _accept(finding, actor, *, days=90, note="Small group, fix in May."):
    finding_accept_risk(finding_id=finding.pk, until=_day(days), note=note, actor=actor)
    finding.refresh_from_db()
    return finding


def test_finding_accept_risk_until_a_day(noon, confirmed, approver):
    _accept(confirmed, approver)
    assert (confirmed.state, confirmed.risk_accepted_by) == ("risk_accepted", approver)
    assert confirmed.risk_accepted_until == _day(90)
    assert steps(confirmed, after="finding.confirmed") == [
        ("finding.risk_accepted", approver.actor_ref, "confirmed", "risk_accepted")
    ]
    data = {"from": "confirmed", "to": "risk_accepted", "until": _day(90).isoformat()}
    assert ledger_of(confirmed, after="finding.confirmed") == [("finding.risk_accepted", approver.actor_ref, data)]


def test_finding_accept_risk_by_whoever_confirmed_it_is_denied(finding, approver, member):
    finding_confirm(finding_id=finding.pk, actor=approver)
    with pytest.raises(Denied, match="You confirmed this finding"):
        _accept(finding, approver)
    assert _accept(finding, member("approver")).state == "risk_accepted"


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_finding_accept_risk_needs_a_day_within_a_year(confirmed, approver, days):
    with pytest.raises(Invalid) as refused:
        _accept(confirmed, approver, days=days)
    assert refused.value.field == "until"


def test_finding_accept_risk_needs_a_reason(confirmed, approver):
    with pytest.raises(Invalid) as refused:
        _accept(confirmed, approver, note="")
    assert refused.value.field == "note"


def test_finding_accept_risk_without_the_role_of_another_team_in_another_state(
    finding, manager, member, away, approver
):
    with pytest.raises(Denied):
        _accept(finding, manager)
    with pytest.raises(NotFound):
        _accept(finding, member("approver", team=away))
    with pytest.raises(Conflict):
        _accept(finding, approver)


def test_risk_acceptances_expire_after_their_day_and_bring_the_cycle_back(confirmed, approver):
    _accept(confirmed, approver)
    cycle = confirmed.raised_by_run.cycle
    cycle.refresh_from_db()
    assert (cycle.state, risk_acceptances_expire()) == ("awaiting_sign_off", 0)
    Finding.objects.filter(pk=confirmed.pk).update(risk_accepted_until=_day(0))
    assert risk_acceptances_expire() == 0
    Finding.objects.filter(pk=confirmed.pk).update(risk_accepted_until=_day(-1))
    assert (risk_acceptances_expire(), risk_acceptances_expire()) == (1, 0)
    confirmed.refresh_from_db()
    cycle.refresh_from_db()
    assert (confirmed.state, confirmed.risk_accepted_by, confirmed.risk_accepted_until) == ("confirmed", None, None)
    assert cycle.state == "remediation"
    assert steps(confirmed, after="finding.risk_accepted") == [
        ("finding.risk_expired", "system", "risk_accepted", "confirmed")
    ]
