"""The demo audits find exactly what was planted, and nothing else."""

from datetime import date

import pytest

from assistants.models import Conversation
from audits.models import CheckRun, Cycle, Detection, Finding, FindingEvidence, ProbeRun, TrainingExport
from audits.states import CheckState, CycleState
from consent.models import SubjectRequest
from portal.core import ledger
from portal.demo.assistant_server import DemoAssistant, bias_against, serving
from portal.demo.company import TOTAL_CONVERSATIONS
from portal.demo.seeding import AlreadySeeded, seed
from portal.demo.truth import ASSISTANT_BIAS, FAULTS
from tests.jobs import drain

#: Screens and first looks are never more than a watch; these see the planted gaps.
WATCHED = {
    ("aria", "impact_ratio", "resolved by every attribute"),
    ("aria", "intersections", "resolved: worst intersections"),
}
TODAY = date(2026, 3, 2)


@pytest.fixture
def company(db, settings):
    settings.PROBITY_PROBE_NETWORKS = ["127.0.0.1/32"]
    with serving(DemoAssistant(bias=bias_against(ASSISTANT_BIAS))) as place:
        settings.PROBITY_DEMO_ASSISTANT = place
        settings.PROBITY_PROBE_HOSTS = [place]
        seed(today=TODAY, password="amber-birch-cobalt-1234")
        drain()


@pytest.mark.slow
def test_cycles_find_exactly_the_planted_faults(company):
    looked, *audits = Cycle.objects.order_by("pk")
    assert {cycle.state for cycle in audits} == {CycleState.IN_REVIEW}
    assert (looked.state, looked.check_runs.get().state) == (CycleState.AWAITING_SIGN_OFF, CheckState.WATCH)
    assert Conversation.objects.exclude(state="erased").count() == TOTAL_CONVERSATIONS == 5000
    requests = sorted(SubjectRequest.objects.values_list("kind", "state"))
    assert requests == [
        ("access", "in_progress"),
        ("erasure", "fulfilled"),
        ("erasure", "in_progress"),
        ("objection", "refused"),
        ("portability", "received"),
        ("rectification", "on_hold"),
    ]
    found = {
        (finding.assistant.slug, finding.kind, finding.raised_by_run.target)
        for finding in Finding.objects.select_related("assistant", "raised_by_run")
    }
    assert found == {(fault.assistant, fault.kind, fault.target) for fault in FAULTS}
    reports = CheckRun.objects.filter(kind="monitoring", cycle__isnull=False)
    assert set(reports.values_list("assistant__slug", "state")) == {
        ("aria", CheckState.WATCH),
        ("bruno", CheckState.WATCH),
        ("clara", CheckState.PASSED),
    }
    others = CheckRun.objects.exclude(state=CheckState.FAILED).exclude(pk__in=reports).values_list("state", flat=True)
    assert set(others) == {CheckState.PASSED, CheckState.INSUFFICIENT_DATA, CheckState.WATCH}
    watched = (
        CheckRun.objects.filter(state=CheckState.WATCH)
        .exclude(pk__in=reports)
        .values_list("assistant__slug", "kind", "target")
    )
    assert set(watched) == WATCHED
    personal = FindingEvidence.objects.filter(finding__kind="personal_data")
    assert personal.filter(finding__assistant__slug="bruno").count() == 6
    rise = Finding.objects.get(kind="personal_data", assistant__slug="clara")
    assert rise.latest_run.result["figures"]["rises"] == 1
    assert "Release 2.0 shows sensitive data in 5.0 % of its conversations, release 1.4 before it in" in rise.sentence
    assert {row.conversation.release.version for row in personal.filter(finding=rise)} == {"2.0"}
    assert set(Detection.objects.filter(type="ORDER_NUMBER").values_list("origin", flat=True)) == {"volunteered"}
    probe = ProbeRun.objects.get()
    assert (probe.state, probe.used_requests) == ("judged", probe.planned)
    assert (probe.judging.state, probe.judging.used_requests) == ("done", probe.planned)
    exports = TrainingExport.objects.order_by("dataset__slug")
    assert [(one.state, one.row_count, one.manifest["excluded"]["rows"]) for one in exports] == [
        ("ready", 48, 0),
        ("ready", 132, 0),
    ]
    assert exports[1].manifest["reweighing"]["attribute"] == "age_group"
    assert ledger.verify().intact


def test_seeding_again_is_refused_and_changes_nothing(db):
    seed(today=TODAY, password="amber-birch-cobalt-1234")
    before = ledger.verify().entries
    with pytest.raises(AlreadySeeded):
        seed(today=TODAY, password="amber-birch-cobalt-1234")
    assert ledger.verify().entries == before
