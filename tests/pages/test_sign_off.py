"""Signing: what is shown, the step-up login, and what stands in the way."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audits.models import Finding, SignOff
from audits.queries.signing import signed_hash
from tests.factories import PASSWORD
from tests.workflow.making import bring


@pytest.fixture
def fixer(member):
    return member("manager", name="Fiona Fixer")


@pytest.fixture
def signer(member):
    return member("approver", name="Sina Signer")


@pytest.fixture
def verified(finding, reviewer, approver, fixer) -> Finding:
    return bring(finding, "verified", finder=reviewer, fixer=fixer, approver=approver)


@pytest.fixture
def confirmed_login(as_user):
    """A browser whose user has proved a moment ago who they are."""

    def sign_in(user):
        client = as_user(user)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        return client

    return sign_in


def _url(finding: Finding) -> str:
    return reverse("audits:finding-sign-off", args=[finding.pk])


def _signature(finding: Finding, **changes: str) -> dict[str, str]:
    return {"statement": signed_hash(finding.pk), "agreed": "on", "note": "Looks right.", **changes}


def test_page_shows_both_runs_the_remediation_the_decisions_and_the_hash(verified, signer, as_user):
    page = as_user(signer).get(_url(verified))
    text = page.content.decode()
    assert [run.label for run in page.context["runs"]] == ["Before the fix", "After the fix"]
    assert "Mend the prompt." in text
    assert signed_hash(verified.pk) in text
    assert [step.action for step in page.context["steps"]][::-1] == [
        "finding.raised",
        "finding.confirmed",
        "remediation.drafted",
        "remediation.submitted",
        "remediation.approved",
        "remediation.implemented",
        "finding.verified",
    ]


def test_signature_needs_a_step_up_login_and_then_goes_through(verified, signer, as_user):
    client = as_user(signer)
    asked = client.post(_url(verified), _signature(verified))
    assert (asked.status_code, asked.url.partition("?")[0]) == (302, reverse("account_reauthenticate"))
    assert SignOff.objects.count() == 0
    done = client.post(asked.url, {"password": PASSWORD, "next": _url(verified)})
    verified.refresh_from_db()
    assert (done.status_code, done.url) == (302, reverse("audits:finding", args=[verified.pk]))
    assert (verified.state, verified.signed_by) == ("closed", signer)
    assert SignOff.objects.get().note == "Looks right."


def test_signature_after_a_recent_step_up_login_closes_the_finding(verified, signer, confirmed_login):
    answer = confirmed_login(signer).post(_url(verified), _signature(verified), follow=True)
    text = answer.content.decode()
    assert [str(message) for message in answer.context["messages"]] == ["Signed. The finding is closed."]
    assert "Sina Signer" in text
    assert answer.context["signature"]["holds"] is True


def test_signature_over_something_else_than_was_shown_is_refused(verified, signer, confirmed_login):
    answer = confirmed_login(signer).post(_url(verified), _signature(verified, statement="0" * 64), follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "What you were about to sign has changed meanwhile. Look at it again."
    ]
    assert SignOff.objects.count() == 0


def test_signature_without_agreement_is_asked_again(verified, signer, confirmed_login):
    data = _signature(verified)
    del data["agreed"]
    answer = confirmed_login(signer).post(_url(verified), data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["agreed"])


def test_who_confirmed_cannot_sign_and_reads_why(finding, approver, fixer, signer, confirmed_login):
    bring(finding, "verified", finder=signer, fixer=fixer, approver=approver)
    client = confirmed_login(signer)
    assert "You confirmed this finding: somebody else signs." in client.get(_url(finding)).content.decode()
    answer = client.post(_url(finding), _signature(finding), follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "You confirmed this finding: somebody else signs."
    ]
    finding.refresh_from_db()
    assert finding.state == "verified"


def test_page_is_for_signers_of_the_team_while_the_finding_is_verified(verified, reviewer, outsider, signer, as_user):
    answers = [as_user(person).get(_url(verified)).status_code for person in (reviewer, outsider, signer)]
    assert answers == [403, 404, 200]
    Finding.objects.filter(pk=verified.pk).update(state="in_remediation")
    answer = as_user(signer).get(_url(verified), follow=True)
    assert answer.redirect_chain == [(reverse("audits:finding", args=[verified.pk]), 302)]
    assert [str(message) for message in answer.context["messages"]] == [
        "This finding is in remediation; only a verified finding is signed."
    ]


def test_sign_off_can_be_refused_with_a_reason(verified, signer, as_user):
    as_user(signer).post(reverse("audits:finding-decide", args=[verified.pk, "send-back"]), {"note": "Too few cases."})
    verified.refresh_from_db()
    assert verified.state == "in_remediation"


def test_person_without_a_password_cannot_slip_past_the_step_up_login(verified, signer, as_user):
    signer.set_unusable_password()
    signer.save(update_fields=["password"])
    answer = as_user(signer).post(_url(verified), _signature(verified), follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Sign in again before you sign."]
    assert SignOff.objects.count() == 0
