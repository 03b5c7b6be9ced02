"""A check that failed raises a finding, or is seen in the one that is already open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from assistants.models import Assistant
from audits.fingerprints import fingerprint_of
from audits.models import CheckRun, Finding, FindingEvidence
from audits.models.findings import CLOSED_STATES
from audits.services.findings.records import record
from audits.states import DUE_DAYS, SEVERITY_RANK, FindingState, Severity
from portal.core.actors import SYSTEM, Actor


def finding_raise(
    *,
    run: CheckRun,
    title: str,
    sentence: str,
    severity: str,
    evidence: Sequence[tuple[int, str]],
) -> Finding:
    """Raise the finding of a failed run, or update the open one, inside the caller's transaction.

    `evidence` holds conversation ids and why each one shows it; the texts must not hold personal data. What is open,
    a risk accepted included, is seen again: counted, its sentence and latest run renewed, its severity raised where
    the run is graver, which also takes back a proposal to dismiss it. A duplicate counts as its original. Where the
    last finding of this fingerprint is closed or dismissed, a new one is raised that names it as `regression_of`:
    the old decision stays as it was made, and whoever reviews the new one sees it.

    Call it before the caller's own ledger entries. Safe to repeat for one run. Writes `finding.raised` or
    `finding.seen_again`; mails about a raised one after commit.
    """
    fingerprint = fingerprint_of(assistant_id=run.assistant_id, kind=run.kind, target=run.target)
    return finding_raise_as(
        fingerprint=fingerprint,
        kind=run.kind,
        run=run,
        title=title,
        sentence=sentence,
        severity=severity,
        evidence=evidence,
        actor=SYSTEM,
    )


def finding_raise_as(
    *,
    fingerprint: str,
    kind: str,
    run: CheckRun,
    title: str,
    sentence: str,
    severity: str,
    evidence: Sequence[tuple[int, str]],
    actor: Actor,
    saw: bool = True,
) -> Finding:
    """What `finding_raise` does, for any fingerprint and actor.

    `run` is the check that can prove the fix; `saw` says whether it is also what found it.
    """
    with transaction.atomic():
        # One at a time per assistant, so that two runs never both find none open.
        Assistant.objects.select_for_update(no_key=True).get(pk=run.assistant_id)
        last = _last(assistant_id=run.assistant_id, fingerprint=fingerprint)
        if last is not None and last.state not in CLOSED_STATES:
            if saw:
                _see_again(last, run=run, sentence=sentence, severity=severity, evidence=evidence, actor=actor)
            return last
        now = timezone.now()
        finding = Finding.objects.create(
            assistant_id=run.assistant_id,
            fingerprint=fingerprint,
            kind=kind,
            title=title[:200],
            sentence=sentence,
            severity=severity,
            raised_by_run=run,
            latest_run=run,
            raised_at=now,
            last_seen_at=now,
            due_at=now + timedelta(days=DUE_DAYS[Severity(severity)]),
            regression_of=last,
        )
        if saw:
            finding.seen_in.add(run)
        _add_evidence(finding, evidence)
        record(
            finding=finding,
            actor=actor,
            action="finding.raised",
            data={
                "run": run.pk,
                "severity": severity,
                "regression_of": None if last is None else last.pk,
                "evidence": len(evidence),
            },
        )
        return finding


def findings_lock(*, assistant_id: int, fingerprints: Collection[str]) -> None:
    """Lock in one order what raising findings of these fingerprints locks one after the other.

    For a transaction that raises several, before its first ledger entry: whoever decides on one of them has it locked
    and waits for the ledger.
    """
    Assistant.objects.select_for_update(no_key=True).get(pk=assistant_id)
    same = Finding.objects.filter(assistant=assistant_id, fingerprint__in=fingerprints)
    wanted, originals = set[int](), set(same.values_list("pk", flat=True))
    while originals:
        wanted |= originals
        further = Finding.objects.filter(pk__in=originals, duplicate_of__isnull=False)
        originals = set(further.values_list("duplicate_of_id", flat=True)) - wanted
    list(Finding.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk"))


def _last(*, assistant_id: int, fingerprint: str) -> Finding | None:
    """The latest finding of this fingerprint, locked; of a duplicate, its original."""
    findings = Finding.objects.select_for_update(of=("self",)).select_related("assistant")
    last = findings.filter(assistant=assistant_id, fingerprint=fingerprint).order_by("-pk").first()
    while last is not None and last.duplicate_of_id is not None and last.state == FindingState.DUPLICATE:
        last = findings.get(pk=last.duplicate_of_id)
    return last


def _see_again(
    finding: Finding,
    *,
    run: CheckRun,
    sentence: str,
    severity: str,
    evidence: Sequence[tuple[int, str]],
    actor: Actor,
) -> None:
    if finding.latest_run_id == run.pk:
        return
    fields = ["times_seen", "last_seen_at", "latest_run", "sentence"]
    finding.times_seen += 1
    finding.last_seen_at = timezone.now()
    finding.latest_run = run
    finding.sentence = sentence
    data: dict[str, object] = {"run": run.pk, "times_seen": finding.times_seen}
    if SEVERITY_RANK[severity] > SEVERITY_RANK[finding.severity]:
        data["severity"] = {"from": finding.severity, "to": severity}
        finding.severity = severity
        finding.due_at = min(finding.due_at, timezone.now() + timedelta(days=DUE_DAYS[Severity(severity)]))
        finding.dismissal_proposed_by = None
        finding.dismiss_reason = ""
        fields += ["severity", "due_at", "dismissal_proposed_by", "dismiss_reason"]
    finding.save(update_fields=fields)
    finding.seen_in.add(run)
    _add_evidence(finding, evidence)
    record(finding=finding, actor=actor, action="finding.seen_again", data=data)


def _add_evidence(finding: Finding, evidence: Sequence[tuple[int, str]]) -> None:
    FindingEvidence.objects.bulk_create(
        [FindingEvidence(finding=finding, conversation_id=pk, why=why[:200]) for pk, why in evidence],
        ignore_conflicts=True,
    )
