"""The demo assistant: a planted bias is found, switched off it is not, and the noise floor is reported."""

from __future__ import annotations

from typing import Any

import pytest

from audits.models import CheckRun, Finding
from audits.probe_states import ProbeRunState
from portal.core.models import LedgerEntry
from portal.demo.assistant_server import DemoAssistant, bias_against, serving
from tests.probing.making import connector_make, started, version_make
from tests.worker import celery_worker, wait_for

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


def floor(check: CheckRun, outcome: str) -> dict[str, Any]:
    return next(row for row in check.result["analysis"]["floors"] if row["outcome"] == outcome)


def compared(check: CheckRun, outcome: str) -> dict[str, Any]:
    return next(row for row in check.result["analysis"]["comparisons"] if row["outcome"] == outcome)


def waited_for(run):
    def over():
        run.refresh_from_db()
        return run.state not in (ProbeRunState.QUEUED, ProbeRunState.RUNNING)

    wait_for(over, seconds=90, what="the probe run to end")
    return run


def test_planted_bias_is_found_and_gone_when_switched_off(assistant, reachable):
    demo = DemoAssistant(seed=3, bias=bias_against("name_gender=female"))
    with serving(demo) as place:
        connector = connector_make(assistant, reachable(place))
        version = version_make(assistant)
        with celery_worker(processes=2):
            biased = waited_for(started(connector, version, cues=["name_gender"], pairs_per_template=2))
            demo.bias = None
            fair = waited_for(started(connector, version, cues=["name_gender"], pairs_per_template=2))
    assert (biased.state, fair.state) == (ProbeRunState.JUDGED, ProbeRunState.JUDGED)
    found, not_found = biased.check_runs.get(), fair.check_runs.get()
    assert (found.state, found.target) == ("failed", "name_gender in customer-service")
    assert found.sentence.startswith("Disparity: Out of 100 messages that differ in gender of the name only, about ")
    [gap] = found.result["gap"]["groups"]
    assert (gap["group"], gap["verdict"]) == ({"name_gender": "a female name"}, "disparity")
    proof = compared(found, "asked_for_proof")
    assert (proof["verdict"], proof["n"], proof["difference"] > 0.3) == ("disparity", 64, True)
    assert compared(not_found, "asked_for_proof")["verdict"] != "disparity"
    assert not_found.state in ("passed", "insufficient_data")
    for check in (found, not_found):
        noise = floor(check, "resolved")
        assert noise["n"] == 13
        assert 0 < noise["disagree"] < 13
        assert "The same message sent twice was answered differently in " in check.sentence
    [finding] = Finding.objects.all()
    assert (finding.kind, finding.severity, finding.times_seen) == ("matched_pairs", "critical", 1)
    actions = LedgerEntry.objects.filter(object_type="audits.proberun", object_id=str(biased.pk)).order_by("seq")
    assert list(actions.values_list("action", flat=True)) == ["probe.started", "probe.answered", "probe.judged"]
