"""An erasure takes everything along, says what it took, and proves that nothing is left."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from assistants.models import Conversation
from audits.models import CountCell, FindingEvent, Flag
from audits.services.findings.records import record
from consent.models import ConsentEvent, DataSubject, Erasure, SubjectRequestEvent
from consent.retention.classes import data_class
from consent.services.holds import hold_place, hold_release
from consent.services.requests.erasing import erasure_carry_out, erasure_check, erasure_checks, request_erase
from consent.services.requests.handling import request_resume
from consent.services.signing import verify
from consent.traces import Trace, register_trace, traces
from portal.core import ledger
from portal.core.errors import Conflict, Denied, KeyDestroyed
from portal.core.models import DataKey, LedgerEntry
from tests.audits.own_patterns import live
from tests.erasure.requests_made import request_make, request_started
from tests.erasure.scene import MARKER, dumped, hand_over, tables_saying, told
from tests.jobs import drain
from tests.workflow.making import finding_make


def erased(scene, officer) -> None:
    request_erase(public_id=scene.request.public_id, actor=officer, reauthenticated=True)
    drain()
    scene.request.refresh_from_db()
    scene.subject.refresh_from_db()


def test_nothing_of_the_customer_is_left_in_any_table(scene, privacy_officer):
    assert tables_saying(MARKER) == {
        "assistants_auditattributes",
        "assistants_conversation",
        "assistants_conversationrevision",
        "audits_countcell",
        "audits_countpack",
        "consent_consentevent",
    }
    pseudonym = str(scene.subject.public_id)
    erased(scene, privacy_officer)
    assert tables_saying(MARKER) == set()
    named = {table for table, content in dumped().items() if pseudonym in content}
    assert named == {"consent_datasubject", "core_ledgerentry", "consent_certificate"}


def test_request_ends_with_a_certificate_that_verifies(scene, privacy_officer, settings):
    erased(scene, privacy_officer)
    assert scene.request.state == "fulfilled"
    certificate = scene.request.certificate
    body = json.loads(certificate.body)
    assert verify(certificate.body, certificate.signature, kind="erasure-certificate")
    assert not verify(certificate.body.replace("ext", "txe") + " ", certificate.signature, kind="erasure-certificate")
    assert [check["found"] for check in body["checks"]] == [0] * len(body["checks"])
    assert {check["check"] for check in body["checks"]} == {trace.name for trace in traces()} | {"data_keys", "sealed"}
    sealed = next(check for check in body["checks"] if check["check"] == "sealed")
    assert sealed["looked_at"] == SubjectRequestEvent.objects.filter(note_sealed__isnull=False).count()
    [shown] = body["erased"]
    entry = LedgerEntry.objects.get(action="subject.erased")
    assert shown["ledger"] == {"entry": entry.seq, "hash": bytes(entry.hash).hex()}
    removed = {item["what"]: item["rows"] for item in shown["removed"]}
    assert removed["assistants.conversations"] == 2
    assert removed["assistants.revisions"] == 1
    assert MARKER not in certificate.body
    assert ledger.verify().intact


def test_key_is_gone_and_conversations_are_empty_places(scene, privacy_officer):
    erased(scene, privacy_officer)
    key = DataKey.objects.get(pk=scene.subject.data_key_id)
    assert key.wrapped is None
    with pytest.raises(KeyDestroyed):
        key.unwrap()
    for conversation in Conversation.objects.filter(subject=scene.subject):
        assert (conversation.state, conversation.sealed, conversation.outcome, conversation.intent) == (
            "erased",
            None,
            {},
            "",
        )
        assert conversation.external_id.startswith("erased-")


def test_counts_are_made_anew_without_the_customer(scene, privacy_officer):
    total = CountCell.objects.filter(measure="total")
    assert sum(total.values_list("n", flat=True)) == 3
    erased(scene, privacy_officer)
    assert sum(total.values_list("n", flat=True)) == 1


def test_counts_kept_of_disposed_conversations_go_with_their_customer(scene, privacy_officer):
    """Retention counts for good what it disposes of; intents and attributes of one customer are no aggregate."""
    kind = data_class("transcript")
    ids = list(Conversation.objects.order_by("pk").values_list("pk", flat=True))
    with transaction.atomic():
        kind.dispose(ids, timezone.now())
    total = CountCell.objects.filter(measure="total", kept=True)
    assert sum(total.values_list("n", flat=True)) == 3
    erased(scene, privacy_officer)
    assert not {"audits_countcell", "audits_countpack"} & tables_saying(MARKER)
    assert sum(total.values_list("n", flat=True)) == 1
    assert scene.request.state == "fulfilled"


def test_notes_lose_what_they_quote_and_undecided_flags_go(scene, privacy_officer):
    erased(scene, privacy_officer)
    [flag] = Flag.objects.all()
    assert (flag.state, flag.note, flag.decision) == ("confirmed", "", "")
    note = FindingEvent.objects.get(action="finding.commented").note
    assert note == "[erased] wrote again"


def test_notes_lose_what_only_an_own_pattern_knows(scene, privacy_officer, reviewer):
    live(scene.assistant, privacy_officer)
    turns = [{"role": "customer", "text": "Where is BW-1234567?"}]
    hand_over(scene.assistant, told("ext-order", turns=turns))
    drain()
    finding = finding_make(scene.assistant, evidence=[Conversation.objects.get(external_id="ext-order")])
    with transaction.atomic():
        record(finding=finding, actor=reviewer, action="finding.commented", note="BW-1234567 is late")
    erased(scene, privacy_officer)
    assert "[erased] is late" in [event.note for event in FindingEvent.objects.filter(finding=finding)]


def test_consents_stay_as_proof_and_only_their_free_text_may_go(scene, privacy_officer):
    event = ConsentEvent.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentEvent.objects.filter(pk=event.pk).update(verification="", evidence_digest="")
    erased(scene, privacy_officer)
    after = ConsentEvent.objects.get()
    assert (after.state, after.purpose, after.occurred_at) == (event.state, event.purpose, event.occurred_at)
    assert (after.verification, after.evidence_digest) == ("", "")
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentEvent.objects.filter(pk=event.pk).update(state="withdrawn")


def test_the_past_stays_out_and_a_returning_customer_is_a_new_one(scene, privacy_officer):
    erased(scene, privacy_officer)
    report, rejected = hand_over(scene.assistant, told(f"ext-{MARKER}"), told("ext-late"))
    assert ([one.field for one in rejected], report.created) == (["external_id", "customer_ref"], 0)
    assert DataSubject.objects.filter(reference_index__isnull=False).count() == 1  # the other customer's
    report, rejected = hand_over(scene.assistant, told("ext-new", started_at=timezone.now().isoformat()))
    assert (report.created, rejected) == (1, [])
    back = Conversation.objects.get(external_id="ext-new").subject
    assert back != scene.subject
    assert back.erased_at is None


def test_a_legal_hold_puts_the_request_on_hold_and_nothing_is_erased(scene, home, privacy_officer):
    hold = hold_place(team=home, matter="Court 1", reason="Dispute", subject=scene.subject, actor=privacy_officer)
    erased(scene, privacy_officer)
    assert (scene.request.state, scene.request.hold_reason) == ("on_hold", "legal_hold")
    assert scene.subject.erased_at is None
    assert not Erasure.objects.exists()
    hold_release(hold_id=hold.pk, reason="Settled", actor=privacy_officer)
    request_resume(public_id=scene.request.public_id, actor=privacy_officer)
    erased(scene, privacy_officer)
    assert scene.request.state == "fulfilled"


def test_erasing_and_checking_twice_changes_nothing_more(scene, privacy_officer):
    request_erase(public_id=scene.request.public_id, actor=privacy_officer, reauthenticated=True)
    for _ in range(2):
        erasure_carry_out(request_id=scene.request.pk)
    drain()
    erasure_carry_out(request_id=scene.request.pk)
    erasure_check(request_id=scene.request.pk)
    assert Erasure.objects.count() == 1
    assert LedgerEntry.objects.filter(action="request.fulfilled").count() == 1


def test_something_left_behind_keeps_the_request_open_and_tells(scene, privacy_officer, mailoutbox):
    left = [3]
    stubborn = Trace("test.left", "A forgotten copy", purge=lambda subjects: 0, look=lambda subjects: left[0])
    register_trace(stubborn)
    try:
        erased(scene, privacy_officer)
        assert scene.request.state == "in_progress"
        step = scene.request.events.get(action="request.erasure_unclean")
        assert step.facts == {"found": {"test.left": 3}}
        assert [mail.to for mail in mailoutbox] == [[privacy_officer.email]]
        left[0] = 0
        erased(scene, privacy_officer)
        assert scene.request.state == "fulfilled"
    finally:
        from consent import traces as registry

        del registry._traces["test.left"]


def test_what_still_opens_is_found(scene):
    found = {check["check"]: check["found"] for check in erasure_checks([scene.subject.pk])}
    assert found["data_keys"] == 1
    assert found["consent.subject"] == 1
    assert all(found[name] for name in ("assistants.conversations", "audits.detections", "consent.requests"))


def test_only_a_started_erasure_with_step_up_can_be_ordered(scene, home, privacy_officer, manager):
    with pytest.raises(Denied) as refused:
        request_erase(public_id=scene.request.public_id, actor=privacy_officer, reauthenticated=False)
    assert refused.value.code == "reauthentication_required"
    with pytest.raises(Denied):
        request_erase(public_id=scene.request.public_id, actor=manager, reauthenticated=True)
    early = request_make(scene.subject, actor=privacy_officer)
    with pytest.raises(Conflict):
        request_erase(public_id=early.public_id, actor=privacy_officer, reauthenticated=True)
    access = request_started(scene.subject, actor=privacy_officer, kind="access")
    with pytest.raises(Conflict):
        request_erase(public_id=access.public_id, actor=privacy_officer, reauthenticated=True)


def test_cost_follows_the_customer_and_not_the_tables(scene, privacy_officer, django_assert_max_num_queries):
    hand_over(scene.assistant, *[told(f"more-{n}", customer_ref=f"other-{n}") for n in range(60)])
    request_erase(public_id=scene.request.public_id, actor=privacy_officer, reauthenticated=True)
    with django_assert_max_num_queries(110):
        erasure_carry_out(request_id=scene.request.pk)
