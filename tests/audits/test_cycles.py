"""A cycle from opening to review, by calling what the jobs call."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.utils import timezone

from assistants.models import AuditedAttribute
from audits.checks import CHECKS
from audits.models import CheckRun, Cycle, Finding
from audits.programmes import checks_validated
from audits.services import checking
from audits.services.checking import check_run_execute, check_run_queue_verification, cycle_checks_execute
from audits.services.cycles import cycle_advance, cycle_open
from audits.services.programmes import programme_ensure
from audits.services.scanning import conversations_scan
from audits.states import CHECK_DECIDED, CheckKind, CheckState, CycleState
from portal.core import ledger
from portal.core.actors import SYSTEM
from portal.core.errors import Denied, Invalid, NotFound
from portal.core.models import Job, JobState, LedgerEntry
from tests.audits.conversations import DAY, Told, conversations_make
from tests.audits.told import MARCH, group
from tests.factories import PurposeFactory
from tests.jobs import drain
from tests.other_session import other_session

pytestmark = pytest.mark.django_db

#: What a cycle does with its checks does not depend on how many kinds there are.
KINDS = (
    "data_sufficiency",
    "outcome_gap",
    "service_quality",
    "error_parity",
    "monitoring",
    "personal_data",
    "consent_coverage",
    "disclosure",
    "retention",
)
NEWER = DAY.replace(month=4)


def opened(assistant, **changes) -> Cycle:
    return cycle_open(
        **{
            "assistant": assistant,
            "period_from": MARCH.since,
            "period_until": MARCH.until,
            "actor": SYSTEM,
            **changes,
        }
    )


def verdicts(cycle: Cycle) -> dict[str, str]:
    return {f"{run.kind}: {run.target}": run.state for run in cycle.check_runs.all()}


@pytest.fixture
def planted(assistant):
    """German customers are resolved 30 points less often; everything else is even."""
    AuditedAttribute.objects.create(assistant=assistant, name="age")
    told = [
        one
        for age in ("young", "old")
        for language, resolved in (("en", 160), ("de", 100))
        for one in group(200, resolved=resolved, language=language, attributes={"age": age})
    ]
    conversations_make(assistant, told)
    programme = programme_ensure(assistant=assistant)
    programme.checks = checks_validated([{"kind": kind} for kind in KINDS])
    programme.save()
    return assistant


def test_a_cycle_waits_for_that_of_an_earlier_period_and_is_woken_by_its_end(planted):
    """What the earlier one nominates is tested on the days after it, so it has to be known first."""
    later = opened(planted)
    earlier = opened(planted, period_until=DAY)
    conversations_scan(assistant_id=planted.pk, shard=0)
    assert cycle_advance(cycle_id=later.pk) == CycleState.SCHEDULED
    Job.objects.all().delete()
    cycle_advance(cycle_id=earlier.pk)
    for run in earlier.check_runs.all():
        check_run_execute(run_id=run.pk)
    Job.objects.all().delete()
    assert cycle_advance(cycle_id=earlier.pk) == CycleState.AWAITING_SIGN_OFF
    woken = Job.objects.get(task="audits.advance_cycle")
    assert woken.payload == {"cycle_id": later.pk}
    assert cycle_advance(cycle_id=later.pk) == CycleState.RUNNING


def test_a_cycle_goes_from_opening_to_review(planted):
    cycle = opened(planted)
    assert cycle.state == CycleState.SCHEDULED
    drain()
    cycle.refresh_from_db()
    assert cycle.state == CycleState.IN_REVIEW
    assert cycle.checked_at is not None
    assert verdicts(cycle) == {
        "data_sufficiency: conversations of the period": "passed",
        "outcome_gap: resolved by age": "insufficient_data",
        "outcome_gap: resolved by language": "failed",
        "personal_data: originated by the assistant": "passed",
        "personal_data: repeated by the assistant": "passed",
        "personal_data: typed by customers": "passed",
        "disclosure: first assistant turn": "failed",
        "service_quality: turns by age": "passed",
        "service_quality: turns by language": "passed",
        "monitoring: groups watched every day": "insufficient_data",
    }
    raised = Finding.objects.order_by("kind").values_list("kind", "title", "raised_by_run__cycle")
    assert list(raised) == [
        ("disclosure", "Not every customer is told that they talk to a machine", cycle.pk),
        ("outcome_gap", "Resolved differs by language", cycle.pk),
    ]


def test_every_step_of_a_cycle_is_in_the_ledger(planted, reviewer):
    cycle = opened(planted, actor=reviewer)
    drain()
    entries = LedgerEntry.objects.filter(object_type="audits.cycle").order_by("seq")
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("cycle.opened", reviewer.actor_ref),
        ("cycle.moved", "system"),
        ("cycle.checked", "system"),
    ]
    checked = json.loads(entries[2].body)["data"]
    assert checked["verdicts"] == {"passed": 6, "failed": 2, "insufficient_data": 2}
    assert LedgerEntry.objects.filter(action="check.decided").count() == 10
    assert cycle.opened_by == reviewer


def test_a_second_cycle_sees_the_same_findings_again(planted):
    opened(planted)
    drain()
    opened(planted)
    drain()
    assert list(Finding.objects.order_by("pk").values_list("times_seen", flat=True)) == [2, 2]


def test_a_cycle_freezes_what_it_audits(planted):
    purpose = PurposeFactory(team=planted.team, code="service")
    planted.purposes.add(purpose)
    cycle = opened(planted)
    planted.purposes.clear()
    planted.programme.checks = []
    planted.programme.save()
    drain()
    assert cycle.context["purposes"] == ["service"]
    assert "consent_coverage: service" in verdicts(cycle)
    assert cycle.check_runs.count() == 11


def test_a_cycle_waits_for_scans_and_counts(planted):
    cycle = opened(planted)
    assert cycle_advance(cycle_id=cycle.pk) == CycleState.SCHEDULED
    assert not cycle.check_runs.exists()
    conversations_scan(assistant_id=planted.pk, shard=0)
    assert cycle_advance(cycle_id=cycle.pk) == CycleState.RUNNING


def test_a_cycle_goes_on_without_conversations_whose_scan_was_given_up(planted):
    cycle = opened(planted)
    Job.objects.filter(task="audits.scan").update(state=JobState.FAILED)
    assert cycle_advance(cycle_id=cycle.pk) == CycleState.RUNNING
    drain()
    found = verdicts(cycle)
    assert found["data_sufficiency: conversations of the period"] == "failed"
    assert found["personal_data: originated by the assistant"] == "insufficient_data"
    assert found["disclosure: first assistant turn"] == "insufficient_data"


def test_advancing_again_changes_nothing(planted):
    cycle = opened(planted)
    drain()
    entries = LedgerEntry.objects.count()
    assert cycle_advance(cycle_id=cycle.pk) == CycleState.IN_REVIEW
    assert LedgerEntry.objects.count() == entries


def test_advancing_a_running_cycle_doubles_no_job(planted):
    cycle = opened(planted)
    conversations_scan(assistant_id=planted.pk, shard=0)
    for _ in range(3):
        cycle_advance(cycle_id=cycle.pk)
    Job.objects.filter(task="audits.run_checks").update(state=JobState.RUNNING)
    cycle_advance(cycle_id=cycle.pk)
    kinds = set(cycle.check_runs.values_list("kind", flat=True))
    assert Job.objects.filter(task="audits.run_checks").count() == len(kinds) < cycle.check_runs.count()


def test_a_check_whose_job_was_given_up_is_an_error_and_the_cycle_ends(planted):
    cycle = opened(planted, kinds=["disclosure"])
    conversations_scan(assistant_id=planted.pk, shard=0)
    cycle_advance(cycle_id=cycle.pk)
    Job.objects.filter(task="audits.run_checks").update(state=JobState.FAILED, error="MemoryError")
    cycle_advance(cycle_id=cycle.pk)
    run = cycle.check_runs.get()
    assert (run.state, run.error) == ("error", "MemoryError")
    cycle.refresh_from_db()
    assert cycle.state == CycleState.AWAITING_SIGN_OFF


def test_a_check_that_raises_is_an_error_with_the_class_only(planted, monkeypatch):
    cycle = opened(planted, kinds=["disclosure"])
    conversations_scan(assistant_id=planted.pk, shard=0)
    cycle_advance(cycle_id=cycle.pk)

    class Broken:
        @staticmethod
        def answer(contexts):
            raise ValueError("a customer's name")

    monkeypatch.setattr(checking, "CHECKS", {**CHECKS, CheckKind.DISCLOSURE: Broken})
    run = check_run_execute(run_id=cycle.check_runs.get().pk)
    assert (run.state, run.error, run.sentence) == ("error", "ValueError", "")


def test_a_question_that_raises_leaves_the_others_of_its_kind_answered(planted, monkeypatch):
    cycle = opened(planted, kinds=["outcome_gap"])
    conversations_scan(assistant_id=planted.pk, shard=0)
    cycle_advance(cycle_id=cycle.pk)
    original = CHECKS[CheckKind.OUTCOME_GAP].answer

    class Broken:
        @staticmethod
        def answer(contexts):
            if any(context.target == "resolved by language" for context in contexts):
                raise ValueError("a customer's name")
            return original(contexts)

    monkeypatch.setattr(checking, "CHECKS", {**CHECKS, CheckKind.OUTCOME_GAP: Broken})
    drain()
    states = dict(cycle.check_runs.values_list("target", "state"))
    assert len(states) > 1
    assert {target for target, state in states.items() if state == "error"} == {"resolved by language"}


def test_a_verdict_that_cannot_be_stored_leaves_the_others_of_its_kind_decided(planted, monkeypatch):
    cycle = opened(planted, kinds=["outcome_gap"])
    conversations_scan(assistant_id=planted.pk, shard=0)
    cycle_advance(cycle_id=cycle.pk)
    first, original = cycle.check_runs.order_by("pk").first(), ledger.append

    def append(*, obj, **entry):
        if obj == first:
            raise ValueError("a customer's name")
        return original(obj=obj, **entry)

    with monkeypatch.context() as broken:
        broken.setattr(ledger, "append", append)
        with pytest.raises(ValueError, match="a customer's name"):
            cycle_checks_execute(cycle_id=cycle.pk, kind="outcome_gap")
    assert [run.pk for run in cycle.check_runs.exclude(state__in=CHECK_DECIDED)] == [first.pk]
    assert [run.pk for run in cycle_checks_execute(cycle_id=cycle.pk, kind="outcome_gap")] == [first.pk]
    decided = LedgerEntry.objects.filter(action="check.decided").count()
    assert decided == cycle.check_runs.count() > 1


def test_a_check_runs_again_after_its_worker_died_and_decides_once(planted):
    cycle = opened(planted, kinds=["outcome_gap"])
    conversations_scan(assistant_id=planted.pk, shard=0)
    cycle_advance(cycle_id=cycle.pk)
    run = cycle.check_runs.get(target="resolved by language")
    CheckRun.objects.filter(pk=run.pk).update(state=CheckState.RUNNING, started_at=timezone.now())
    assert check_run_execute(run_id=run.pk).state == CheckState.FAILED
    assert check_run_execute(run_id=run.pk) is None
    assert Finding.objects.get().times_seen == 1
    assert LedgerEntry.objects.filter(action="check.decided").count() == 1


def test_only_some_kinds_are_run_where_asked(planted):
    cycle = opened(planted, kinds=["disclosure", "data_sufficiency"])
    drain()
    assert sorted(cycle.check_runs.values_list("kind", flat=True)) == ["data_sufficiency", "disclosure"]


def test_opening_needs_the_permission(assistant, auditor, outsider, reviewer):
    with pytest.raises(Denied):
        opened(assistant, actor=auditor)
    with pytest.raises(NotFound):
        opened(assistant, actor=outsider)
    assert opened(assistant, actor=reviewer).opened_by == reviewer


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"period_until": MARCH.since}, "period_until"), ({"kinds": ["astrology"]}, "check")],
)
def test_a_wrong_opening_is_refused_with_the_field(assistant, changes, field):
    with pytest.raises(Invalid) as caught:
        opened(assistant, **changes)
    assert caught.value.field == field
    assert not Cycle.objects.exists()


def test_a_verification_asks_the_same_question_of_newer_data(planted):
    opened(planted)
    drain()
    finding = Finding.objects.get(kind="outcome_gap")
    Finding.objects.filter(pk=finding.pk).update(state="verifying")
    fixed = [one for language in ("en", "de") for one in group(900, resolved=720, language=language, day=NEWER)]
    conversations_make(planted, fixed)
    run = check_run_queue_verification(
        finding=finding,
        window_from=NEWER,
        window_until=date(2025, 5, 1),
        release=None,
        actor=SYSTEM,
    )
    raised_by = finding.raised_by_run
    assert (run.kind, run.target, run.params, run.config_hash) == (
        raised_by.kind,
        raised_by.target,
        raised_by.params,
        raised_by.config_hash,
    )
    assert check_run_execute(run_id=run.pk) is None  # its conversations are not scanned yet
    drain()
    run.refresh_from_db()
    finding.refresh_from_db()
    assert (run.state, run.n, finding.state) == ("passed", 1800, "verified")
    assert finding.verified_by_run == run


@pytest.mark.django_db(transaction=True)
def test_two_workers_decide_a_check_once(planted):
    cycle = opened(planted, kinds=["disclosure"])
    conversations_scan(assistant_id=planted.pk, shard=0)
    cycle_advance(cycle_id=cycle.pk)
    run = cycle.check_runs.get()
    original = CHECKS[CheckKind.DISCLOSURE].answer

    def answer_while_another_decides(contexts):
        with other_session() as other:
            other.execute("UPDATE audits_checkrun SET state = 'passed' WHERE id = %s", [run.pk])
        return original(contexts)

    class Slow:
        answer = staticmethod(answer_while_another_decides)

    checks = checking.CHECKS
    checking.CHECKS = {**CHECKS, CheckKind.DISCLOSURE: Slow}
    try:
        assert check_run_execute(run_id=run.pk) is None
    finally:
        checking.CHECKS = checks
    assert not Finding.objects.exists()


def test_a_period_without_conversations_says_so(assistant):
    cycle = opened(assistant)
    conversations_make(assistant, [Told(day=date(2024, 1, 1))])
    drain()
    assert set(verdicts(cycle).values()) == {"insufficient_data"}
    cycle.refresh_from_db()
    assert cycle.state == CycleState.AWAITING_SIGN_OFF
