"""A fix is proven by a probe run that began after it, with the same questions, and by no other."""

from __future__ import annotations

import json

import pytest

from audits.models import Finding
from audits.services.verification import finding_verify
from portal.core.errors import Conflict
from portal.demo.assistant_server import bias_against
from tests.endpoints.listening import http, listening
from tests.jobs import drain
from tests.probing.making import connector_make, drained, started, version_make
from tests.workflow.making import bring

pytestmark = pytest.mark.django_db
SIGNS = bias_against("name_gender=female").signs
PROOF, HELP = "Please send us a copy of your passport.", "I have issued the refund."


class Endpoint:
    """Asks those with a female name for proof, until it is mended."""

    mended = False

    def __call__(self, client, request):
        said = PROOF if SIGNS.search(request.decode()) and not self.mended else HELP
        client.sendall(http("200 OK", json.dumps({"choices": [{"message": {"content": said}}]}).encode()))


def test_only_a_run_after_the_fix_with_the_same_questions_decides(assistant, reachable, reviewer, manager, approver):
    endpoint = Endpoint()
    people = {"finder": reviewer, "fixer": manager, "approver": approver}
    with listening(endpoint) as server:
        connector = connector_make(assistant, reachable(f"127.0.0.1:{server.port}"))
        version, other = version_make(assistant, templates=16), version_make(assistant, templates=2, version=2)

        def probe(version=version):
            return drained(started(connector, version, pairs_per_template=2))

        first = probe()
        finding = Finding.objects.get()
        assert (finding.raised_by_run, finding.state) == (first.check_runs.get(), "new")
        bring(finding, "implemented", **people)
        probe(other)
        with pytest.raises(Conflict, match="Probe the assistant again first, with version 1 of “customer-service”"):
            finding_verify(finding_id=finding.pk, actor=manager)
        probe()
        finding_verify(finding_id=finding.pk, actor=manager)
        drain()
        finding.refresh_from_db()
        assert (finding.state, finding.verification_runs.get().state) == ("in_remediation", "failed")

        bring(finding, "implemented", start="in_remediation", **people)
        endpoint.mended = True
        mended = probe()
        finding_verify(finding_id=finding.pk, actor=manager)
        drain()
    proof = finding.verification_runs.order_by("-pk").first()
    assert proof.result["probe"]["run"] == mended.pk
    assert proof.config_hash == finding.raised_by_run.config_hash
    assert proof.state in ("passed", "insufficient_data")
    assert {row["verdict"] for row in proof.result["analysis"]["comparisons"]} & {"disparity", "watch"} == set()
