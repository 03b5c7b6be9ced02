"""Rules come into force after a dry run, and the night does what the dry run said, and nothing that is held."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from assistants.models import AuditAttributes, Conversation, ConversationRevision
from audits.models import ConversationScan, CountCell, Detection
from audits.services.counting import day_fold, stale_days_fold
from audits.services.scanning import conversations_scan
from consent.models import DataSubject, RetentionRule, RetentionRun
from consent.queries.retention_due import due_rows, free
from consent.retention import classes
from consent.services.holds import hold_place, hold_release
from consent.services.restrictions import restriction_impose
from consent.services.retention_rules import (
    retention_rule_activate,
    retention_rule_add,
    retention_rule_change,
    retention_rule_preview,
    retention_rule_retire,
)
from consent.services.retention_runs import retention_nights_begin, retention_run_continue, retention_run_now
from consent.tasks import retention_tick
from portal.core.actors import SYSTEM
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from portal.core.models import LedgerEntry
from tests.audits.conversations import Told, conversation_revise, conversations_make
from tests.consent.retaining import rule_make
from tests.factories import AssistantFactory, DataSubjectFactory, PurposeFactory
from tests.jobs import drain

LEAKY = (("customer", "I am ada@mail.example"), ("assistant", "Thank you, ada@mail.example."))


@pytest.fixture
def assistant(home):
    return AssistantFactory(team=home, name="Ava")


def told(days_ago: int, **more):
    return Told(day=(timezone.now() - timedelta(days=days_ago)).date(), attributes={"age": "65+"}, **more)


def ledger_actions(action: str) -> int:
    return LedgerEntry.objects.filter(action=action).count()


def cells():
    """The cube as everybody reads it: sums, whatever rows they are made of."""
    found = {}
    for cell in CountCell.objects.all():
        key = (cell.day, cell.measure, cell.value, str(cell.attributes), cell.language)
        found[key] = found.get(key, 0) + cell.n
    return found


def scanned(assistant, rows):
    made = conversations_make(assistant, rows)
    conversations_scan(assistant_id=assistant.pk, shard=0)
    stale_days_fold(assistant_id=assistant.pk)
    return made


def test_a_rule_is_drafted_previewed_and_then_in_force(home, assistant, privacy_officer):
    conversations_make(assistant, [told(400), told(350), told(10)])
    asked = {"team": home, "data_class": "transcript", "anchor": "conversation_ended", "justification": "Limitation."}
    draft = retention_rule_add(**asked, period="p1y", actor=privacy_officer)
    with pytest.raises(Conflict, match="preview"):
        retention_rule_activate(rule_id=draft.pk, actor=privacy_officer)
    draft = retention_rule_preview(rule_id=draft.pk, actor=privacy_officer)
    [group] = draft.preview["groups"]
    assert (group["label"], group["due"], group["soon"], group["due_without"]) == ("Ava", 1, 2, 0)
    active = retention_rule_activate(rule_id=draft.pk, actor=privacy_officer)
    assert active.state == "active"
    assert Conversation.objects.filter(sealed__isnull=True).count() == 0

    second = retention_rule_add(**asked, period="P2Y", actor=privacy_officer)
    retention_rule_preview(rule_id=second.pk, actor=privacy_officer)
    with pytest.raises(Conflict, match="Another rule in force"):
        retention_rule_activate(rule_id=second.pk, actor=privacy_officer)
    changed = retention_rule_change(
        rule_id=active.pk,
        period="P5D",
        grace="P1D",
        justification="Less.",
        anchor="last_contact",
        actor=privacy_officer,
    )
    changed = retention_rule_preview(rule_id=changed.pk, actor=privacy_officer)
    assert (changed.version, changed.preview["due"], changed.preview["due_without"]) == (2, 3, 1)
    RetentionRule.objects.filter(pk=changed.pk).update(previewed_at=timezone.now() - timedelta(hours=2))
    with pytest.raises(Conflict, match="old"):
        retention_rule_activate(rule_id=changed.pk, actor=privacy_officer)
    retention_rule_preview(rule_id=changed.pk, actor=privacy_officer)
    retention_rule_activate(rule_id=changed.pk, actor=privacy_officer)
    assert RetentionRule.objects.get(pk=active.pk).state == "retired"
    retention_rule_retire(rule_id=changed.pk, actor=privacy_officer)
    with pytest.raises(Conflict):
        retention_rule_retire(rule_id=changed.pk, actor=privacy_officer)
    actions = LedgerEntry.objects.filter(object_type="consent.retentionrule").order_by("seq")
    assert [one.action.removeprefix("retention.rule_") for one in actions] == [
        "drafted", "activated", "drafted", "drafted", "activated", "retired",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("data_class", "gossip"),
        ("anchor", "superseded"),
        ("period", "a year"),
        ("grace", "P1"),
        ("jurisdiction", "Germany"),
        ("justification", " "),
    ],
)
def test_a_rule_that_says_nothing_names_the_field(home, privacy_officer, field, value):
    given = {"data_class": "transcript", "anchor": "conversation_ended", "period": "P1Y", "justification": "j"}
    with pytest.raises(Invalid) as refused:
        retention_rule_add(team=home, actor=privacy_officer, **(given | {field: value}))
    assert refused.value.field == field


def test_a_rule_names_a_purpose_of_its_own_team(home, away, privacy_officer):
    with pytest.raises(Invalid, match="purpose"):
        rule_make(home, privacy_officer, purpose=PurposeFactory(team=away))


def test_only_the_privacy_officer_of_the_team_changes_rules(
    home, privacy_officer, reviewer, approver, manager, auditor, administrator, outsider
):
    rule = rule_make(home, privacy_officer)
    change = {"rule_id": rule.pk, "period": "P1D", "grace": "P0D", "justification": "j", "anchor": rule.anchor}
    for person, refusal in [(one, Denied) for one in (reviewer, approver, manager, auditor, administrator)] + [
        (outsider, NotFound)
    ]:
        for service, given in (
            (retention_rule_change, change),
            (retention_rule_preview, {"rule_id": rule.pk}),
            (retention_rule_activate, {"rule_id": rule.pk}),
            (retention_rule_retire, {"rule_id": rule.pk}),
            (retention_run_now, {"team": home, "dry": False}),
        ):
            with pytest.raises(refusal):
                service(actor=person, **given)
    assert retention_run_now(team=home, dry=True, actor=auditor).dry
    with pytest.raises(Denied):
        retention_run_now(team=home, dry=True, actor=reviewer)


def test_run_disposes_of_what_the_dry_run_counted_and_the_counts_stay(home, assistant, privacy_officer):
    rows = scanned(assistant, [told(400, turns=LEAKY, outcome={"resolved": True}), told(400), told(10)])
    conversation_revise(rows[0], turns=LEAKY)
    ConversationRevision.objects.create(
        conversation=rows[0], revision=1, content_hash=b"x", sealed=b"x",
        received_at=rows[0].received_at, superseded_at=timezone.now(),
    )  # fmt: skip
    conversations_scan(assistant_id=assistant.pk, shard=0)
    stale_days_fold(assistant_id=assistant.pk)
    for name in ("transcript", "attributes", "detection"):
        rule_make(home, privacy_officer, name)
    before = cells()
    assert before[rows[0].day, "scan.pii_echoed", "true", "{'age': '65+'}", "en"] == 1
    dry = retention_run_now(team=home, dry=True, actor=privacy_officer)
    due = {one["data_class"]: one["due"] for one in dry.figures}
    assert due == {"transcript": 2, "revision": 0, "attributes": 2, "customer": 0, "detection": 2, "conversation": 0}
    assert Conversation.objects.filter(sealed=None).count() == 0

    run = retention_run_now(team=home, dry=False, actor=SYSTEM)
    assert run.disposed == sum(due.values())
    assert {one["data_class"]: one["due"] for one in run.figures} == dict.fromkeys(due, 0)
    entries = list(LedgerEntry.objects.filter(action="retention.disposed").order_by("seq"))
    assert len(entries) == 3
    assert str(rows[0].public_id) not in "".join(entry.body for entry in entries)
    old = Conversation.objects.get(pk=rows[0].pk)
    assert (old.state, old.sealed, old.revisions.get().sealed) == ("disposed", None, None)
    assert set(AuditAttributes.objects.values_list("pk", flat=True)) == {rows[2].pk}
    assert set(ConversationScan.objects.values_list("pk", flat=True)) == {rows[2].pk}
    assert not Detection.objects.exists()
    assert Conversation.objects.get(pk=rows[2].pk).sealed
    assert cells() == before
    day_fold(assistant_id=assistant.pk, day=rows[0].day)  # a late conversation makes the day stale
    assert cells() == before
    again = retention_run_now(team=home, dry=False, actor=SYSTEM)
    assert again.disposed == 0
    assert cells() == before


def test_a_late_conversation_joins_the_counts_of_a_day_that_was_disposed_of(home, assistant, privacy_officer):
    scanned(assistant, [told(400)] * 3)
    rule_make(home, privacy_officer, "attributes")
    retention_run_now(team=home, dry=False, actor=SYSTEM)
    scanned(assistant, [told(400)])
    assert sum(n for key, n in cells().items() if key[1] == "total") == 4


def test_whole_conversations_leave_a_row_and_their_counts(home, assistant, privacy_officer):
    [row] = scanned(assistant, [told(400, turns=LEAKY, outcome={"resolved": True}, intent="parcel")])
    before = cells()
    rule_make(home, privacy_officer, "conversation")
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 1
    row.refresh_from_db()
    assert (row.state, row.sealed, row.outcome, row.intent) == ("disposed", None, {}, "")
    assert row.cleared_at is not None
    assert (Detection.objects.count(), ConversationScan.objects.count(), AuditAttributes.objects.count()) == (0, 0, 0)
    assert cells() == before


def test_what_is_held_or_restricted_is_never_disposed_of(home, assistant, privacy_officer):
    held, restricted, free = (DataSubjectFactory(team=home) for _ in range(3))
    spared = AssistantFactory(team=home, name="Bea")
    rows = conversations_make(assistant, [told(400, subject=one) for one in (held, restricted, free)])
    rows += conversations_make(spared, [told(400, subject=free)])
    placed = {"team": home, "matter": "m", "reason": "r", "actor": privacy_officer}
    holds = [hold_place(**placed, subject=held), hold_place(**placed, assistant_id=spared.pk)]
    restriction_impose(
        subject_id=restricted.pk, ground="legal_claims", imposed_at=timezone.now(), source="test", actor=privacy_officer
    )
    rule_make(home, privacy_officer)
    dry = retention_run_now(team=home, dry=True, actor=SYSTEM)
    assert [(one["label"], one["due"], one["held"]) for one in dry.figures if one["data_class"] == "transcript"] == [
        ("Ava", 1, 2),
        ("Bea", 0, 1),
    ]
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 1
    kept = set(Conversation.objects.filter(sealed__isnull=False).values_list("pk", flat=True))
    assert kept == {rows[0].pk, rows[1].pk, rows[3].pk}
    whole = hold_place(**placed)
    for hold in holds:
        hold_release(hold_id=hold.pk, reason="over", actor=privacy_officer)
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 0
    hold_release(hold_id=whole.pk, reason="over", actor=privacy_officer)
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 2


def test_customers_are_erased_a_while_after_their_last_contact_unless_held(home, assistant, privacy_officer):
    gone, held, met, back = (DataSubjectFactory(team=home) for _ in range(4))
    spared = AssistantFactory(team=home, name="Bea")
    conversations_make(assistant, [told(900, subject=one) for one in (gone, held, back)] + [told(10, subject=back)])
    conversations_make(spared, [told(900, subject=met)])
    placed = {"team": home, "matter": "m", "reason": "Jane Roe sues.", "actor": privacy_officer}
    hold = hold_place(**placed, subject=held)
    hold_place(**placed, assistant_id=spared.pk)
    rule_make(home, privacy_officer, "customer", anchor="last_contact", period="P2Y")
    dry = retention_run_now(team=home, dry=True, actor=SYSTEM)
    [figures] = [one for one in dry.figures if one["data_class"] == "customer"]
    assert (figures["due"], figures["held"]) == (1, 2)
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 1
    assert set(DataSubject.objects.filter(erased_at__isnull=False)) == {gone}
    assert DataSubject.objects.get(pk=gone.pk).data_key.wrapped is None
    assert ledger_actions("subject.erased") == 1
    hold_release(hold_id=hold.pk, reason="Jane Roe settled.", actor=privacy_officer)
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 1
    hold.refresh_from_db()
    assert (hold.matter, hold.reason, hold.release_reason, hold.in_force) == ("", "", "", False)


def test_a_purpose_without_a_rule_keeps_the_data(home, assistant, privacy_officer):
    support, training = PurposeFactory(team=home), PurposeFactory(team=home)
    assistant.purposes.set([support, training])
    conversations_make(assistant, [told(400)])
    rule_make(home, privacy_officer, purpose=support)
    run = retention_run_now(team=home, dry=False, actor=SYSTEM)
    assert run.disposed == 0
    assert [one["governed"] for one in run.figures if one["data_class"] == "transcript"] == [False]
    rule_make(home, privacy_officer, period="P13M")
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 1


def test_night_runs_once_in_batches_and_goes_on_where_it_was_cut_short(home, assistant, privacy_officer, monkeypatch):
    conversations_make(assistant, [told(400)] * 5)
    rule_make(home, privacy_officer)
    monkeypatch.setitem(classes._classes, "transcript", replace(classes.data_class("transcript"), batch=2))
    now = timezone.now()
    assert retention_nights_begin(now=now.replace(hour=1), hour=2) == 0
    assert retention_nights_begin(now=now.replace(hour=2), hour=2) == 1
    assert retention_nights_begin(now=now.replace(hour=23), hour=2) == 0
    RetentionRun.objects.update(started_at=now)
    run = RetentionRun.objects.get()
    assert retention_run_continue(run_id=run.pk, seconds=0) is False
    run.refresh_from_db()
    assert (run.disposed, run.position[:2], run.finished_at) == (2, ["transcript", assistant.pk], None)
    drain()
    run.refresh_from_db()
    assert run.disposed == 5
    assert run.finished_at is not None
    assert LedgerEntry.objects.filter(action="retention.disposed").count() == 3
    assert retention_run_continue(run_id=run.pk) is True


def test_the_clock_asks_for_the_hour_of_the_settings(home, privacy_officer, settings):
    rule_make(home, privacy_officer)
    settings.PROBITY_RETENTION_HOUR = 24
    retention_tick()
    assert not RetentionRun.objects.exists()
    settings.PROBITY_RETENTION_HOUR = 0
    retention_tick()
    assert RetentionRun.objects.count() == 1


def test_what_is_no_longer_due_once_it_is_locked_stays(home, assistant, privacy_officer, monkeypatch):
    """A customer who comes back, or whose data is restricted, between the night's question and its locks."""
    customer = DataSubjectFactory(team=home)
    conversations_make(assistant, [told(100, subject=customer)])
    rule_make(home, privacy_officer, data_class="customer", anchor="last_contact", period="P30D")
    asked = []

    def seen_before(*args, **kwargs):
        found = due_rows(*args, **kwargs)
        if not asked:
            asked.append(list(found))
            restriction_impose(subject_id=customer.pk, ground="accuracy_contested", actor=privacy_officer)
            return DataSubject.objects.filter(pk=customer.pk)
        return found

    monkeypatch.setattr("consent.services.retention_runs.due_rows", seen_before)
    monkeypatch.setattr("consent.services.retention_runs.free", stale(free))
    retention_run_now(team=home, dry=False, actor=SYSTEM)
    customer.refresh_from_db()
    assert asked == [[customer]]
    assert customer.erased_at is None


def stale(function):
    """The first call answers as if nothing was held yet."""
    calls = []

    def call(rows, *args):
        calls.append(args)
        return rows if len(calls) == 1 else function(rows, *args)

    return call


def test_a_rule_retired_while_a_run_is_under_way_stops_it(home, assistant, privacy_officer, monkeypatch):
    conversations_make(assistant, [told(400), told(400)])
    rule = rule_make(home, privacy_officer)
    kind = classes.data_class("transcript")

    def retire_after(ids, now):
        disposed = kind.dispose(ids, now)
        retention_rule_retire(rule_id=rule.pk, actor=privacy_officer)
        return disposed

    monkeypatch.setitem(classes._classes, "transcript", replace(kind, batch=1, dispose=retire_after))
    assert retention_run_now(team=home, dry=False, actor=SYSTEM).disposed == 1
    assert Conversation.objects.filter(sealed__isnull=False).count() == 1
