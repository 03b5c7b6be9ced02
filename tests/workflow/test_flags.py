"""Doubts about single conversations: raised once, claimed, decided, promoted with the check that can prove the fix."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audits.models import Flag
from audits.services.claims import claims_expire
from audits.services.flags import (
    flag_claim,
    flag_confirm,
    flag_dismiss,
    flag_promote,
    flag_raise,
    flag_release,
)
from portal.accounts.models import ApiKey
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from portal.core.roles import Scope
from tests.factories import AssistantFactory, ConversationFactory
from tests.workflow.making import bring, ledger_of, run_make


@pytest.fixture
def conversation(assistant):
    return ConversationFactory(assistant=assistant)


@pytest.fixture
def key(api_key) -> ApiKey:
    api_key(Scope.FLAGS_WRITE)
    return ApiKey.objects.latest("pk")


@pytest.fixture
def flag(conversation, key) -> Flag:
    return flag_raise(
        conversation=conversation,
        kind="privacy",
        source="customer",
        source_id="ticket-7",
        turn=1,
        note="It told me Ann's address.",
        actor=key,
    )


@pytest.fixture
def confirmed(flag, reviewer) -> Flag:
    flag_claim(flag_id=flag.pk, actor=reviewer)
    return flag_confirm(flag_id=flag.pk, actor=reviewer, note="Right.")


def test_flag_raise_is_recorded_without_its_words(flag, conversation, key):
    flag.refresh_from_db()
    assert (flag.state, flag.note, flag.turn) == ("open", "It told me Ann's address.", 1)
    data = {
        "state": "open",
        "conversation": str(conversation.public_id),
        "kind": "privacy",
        "source": "customer",
    }
    assert ledger_of(flag) == [("flag.raised", key.actor_ref, data)]


def test_flag_raise_with_the_same_source_id_is_the_same_flag_whatever_became_of_it(flag, conversation, key, reviewer):
    flag_claim(flag_id=flag.pk, actor=reviewer)
    flag_dismiss(flag_id=flag.pk, reason="explained", note="It was hers.", actor=reviewer)
    again = flag_raise(conversation=conversation, kind="privacy", source="customer", source_id="ticket-7", actor=key)
    assert (again.pk, Flag.objects.count()) == (flag.pk, 1)


def test_flag_raise_queues_nothing_twice(flag, conversation, key, reviewer):
    def again(**values):
        return flag_raise(**{"conversation": conversation, "kind": "privacy", "source": "customer", **values})

    assert again(actor=key, source_id="ticket-8").pk == flag.pk
    assert again(actor=key).pk == flag.pk
    others = {
        again(actor=key, kind="wrong").pk,
        again(actor=key, source="agent").pk,
        again(actor=reviewer, source="reviewer").pk,
    }
    assert len(others - {flag.pk}) == 3


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "odd"}, "kind"),
        ({"source": "odd"}, "source"),
        ({"source": "reviewer"}, "source"),
        ({"turn": 2}, "turn"),
        ({"turn": -1}, "turn"),
        ({"source_id": "x" * 121}, "source_id"),
        ({"note": "x" * 5001}, "note"),
    ],
)
def test_flag_raise_names_the_field_at_fault(conversation, key, values, field):
    with pytest.raises(Invalid) as refused:
        flag_raise(**{"conversation": conversation, "kind": "privacy", "source": "customer", "actor": key, **values})
    assert (refused.value.field, Flag.objects.count()) == (field, 0)


def test_flag_raise_of_a_person_is_a_reviewers(conversation, reviewer):
    with pytest.raises(Invalid) as refused:
        flag_raise(conversation=conversation, kind="wrong", source="customer", actor=reviewer)
    assert refused.value.field == "source"


def test_flag_raise_without_the_role_or_of_another_team_or_erased(
    conversation, key, api_key, manager, outsider, reviewer
):
    def raise_by(actor, source):
        return flag_raise(conversation=conversation, kind="wrong", source=source, actor=actor)

    with pytest.raises(Denied):
        raise_by(manager, "reviewer")
    with pytest.raises(NotFound):
        raise_by(outsider, "reviewer")
    api_key(Scope.FLAGS_READ)
    with pytest.raises(Denied):
        raise_by(ApiKey.objects.latest("pk"), "customer")
    type(conversation).objects.filter(pk=conversation.pk).update(state="erased")
    with pytest.raises(Conflict, match="erased"):
        raise_by(reviewer, "reviewer")


def test_flag_claim_release_and_claim_again(flag, reviewer, approver):
    flag_claim(flag_id=flag.pk, actor=reviewer)
    with pytest.raises(Conflict, match=r"^Rita Reviewer is working on this right now"):
        flag_claim(flag_id=flag.pk, actor=approver)
    with pytest.raises(Conflict):
        flag_release(flag_id=flag.pk, actor=approver)
    flag_release(flag_id=flag.pk, actor=reviewer)
    flag.refresh_from_db()
    assert (flag.state, flag.claimed_by, flag.claimed_until) == ("open", None, None)
    assert flag_claim(flag_id=flag.pk, actor=approver).claimed_by == approver
    assert [action for action, *_ in ledger_of(flag)] == [
        "flag.raised",
        "flag.claimed",
        "flag.released",
        "flag.claimed",
    ]


def test_flag_claims_run_out_by_the_clock(flag, reviewer, approver):
    flag_claim(flag_id=flag.pk, actor=reviewer)
    Flag.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert (claims_expire(), claims_expire()) == (1, 0)
    flag.refresh_from_db()
    assert (flag.state, flag.claimed_by) == ("open", None)


def test_flag_decisions_take_a_claim(flag, reviewer):
    with pytest.raises(Conflict, match="Claim this flag first"):
        flag_confirm(flag_id=flag.pk, actor=reviewer)
    with pytest.raises(Conflict, match="Claim this flag first"):
        flag_dismiss(flag_id=flag.pk, reason="explained", note="Hm.", actor=reviewer)


def test_flag_dismiss_says_why(flag, reviewer):
    flag_claim(flag_id=flag.pk, actor=reviewer)
    with pytest.raises(Invalid):
        flag_dismiss(flag_id=flag.pk, reason="odd", note="Hm.", actor=reviewer)
    with pytest.raises(Invalid):
        flag_dismiss(flag_id=flag.pk, reason="explained", note="", actor=reviewer)
    flag_dismiss(flag_id=flag.pk, reason="explained", note="It was her own.", actor=reviewer)
    flag.refresh_from_db()
    assert (flag.state, flag.dismiss_reason, flag.decision) == ("dismissed", "explained", "It was her own.")
    assert (flag.decided_by, flag.claimed_by) == (reviewer, None)
    with pytest.raises(Conflict, match="dismissed already"):
        flag_claim(flag_id=flag.pk, actor=reviewer)


def test_flag_promote_makes_a_finding_that_can_close_by_proof(
    confirmed, assistant, conversation, reviewer, manager, approver
):
    run = run_make(assistant, state="passed", target="originated")
    finding = flag_promote(flag_id=confirmed.pk, severity="high", check_run_id=run.pk, actor=reviewer)
    confirmed.refresh_from_db()
    assert (confirmed.state, confirmed.finding) == ("promoted", finding)
    assert (finding.kind, finding.state, finding.severity) == ("flag", "new", "high")
    assert (finding.raised_by_run, list(finding.seen_in.all())) == (run, [])
    assert list(finding.evidence.values_list("conversation", "why")) == [(conversation.pk, "Flagged: privacy")]
    assert "Ann" not in finding.title + finding.sentence
    assert bring(finding, "closed", finder=reviewer, fixer=manager, approver=approver).state == "closed"


def test_flag_promote_joins_the_open_finding_of_the_same_doubt(confirmed, assistant, conversation, key, reviewer):
    run = run_make(assistant)
    first = flag_promote(flag_id=confirmed.pk, severity="high", check_run_id=run.pk, actor=reviewer)
    other = flag_raise(conversation=conversation, kind="privacy", source="agent", actor=key)
    flag_claim(flag_id=other.pk, actor=reviewer)
    flag_confirm(flag_id=other.pk, actor=reviewer)
    assert flag_promote(flag_id=other.pk, severity="high", check_run_id=run.pk, actor=reviewer) == first
    assert first.flags.count() == 2


def test_flag_promote_takes_a_finished_check_of_this_assistant(confirmed, assistant, home, reviewer):
    queued = run_make(assistant, state="queued")
    older = run_make(assistant, target="twice")
    run_make(assistant, target="twice")
    foreign = run_make(AssistantFactory(team=home))
    for run in (queued, older, foreign):
        with pytest.raises(Invalid) as refused:
            flag_promote(flag_id=confirmed.pk, severity="high", check_run_id=run.pk, actor=reviewer)
        assert refused.value.field == "check_run"
    with pytest.raises(Invalid) as refused:
        flag_promote(flag_id=confirmed.pk, severity="odd", check_run_id=older.pk, actor=reviewer)
    assert refused.value.field == "severity"


def test_flag_promote_is_for_confirmed_flags(flag, assistant, reviewer):
    with pytest.raises(Conflict):
        flag_promote(flag_id=flag.pk, severity="high", check_run_id=run_make(assistant).pk, actor=reviewer)


@pytest.mark.parametrize(
    ("service", "extra"),
    [
        (flag_claim, {}),
        (flag_release, {}),
        (flag_confirm, {}),
        (flag_dismiss, {"reason": "explained", "note": "Hm."}),
        (flag_promote, {"severity": "high", "check_run_id": 1}),
    ],
)
def test_flag_services_refuse_wrong_role_and_other_team(flag, privacy_officer, outsider, service, extra):
    with pytest.raises(Denied):
        service(flag_id=flag.pk, actor=privacy_officer, **extra)
    with pytest.raises(NotFound):
        service(flag_id=flag.pk, actor=outsider, **extra)


@pytest.mark.django_db(transaction=True)
def test_flag_claim_of_two_at_once_has_exactly_one_winner(flag, reviewer, approver):
    together = threading.Barrier(2, timeout=10)
    outcomes: list[str] = []

    def claim(person) -> None:
        try:
            together.wait()
            flag_claim(flag_id=flag.pk, actor=person)
            outcomes.append("won")
        except Conflict as lost:
            outcomes.append(lost.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=(person,)) for person in (reviewer, approver)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(outcomes) == ["claimed_by_another", "won"]
