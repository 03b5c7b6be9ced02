"""How long claims last, of findings and flags alike: prolonged while their holder reads, ended by beat's tick."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from assistants.models import Conversation
from audits.models import Finding, Flag
from audits.services.findings.claiming import CLAIM_LASTS
from audits.services.findings.records import drop_claim, record
from audits.services.flags import flag_reopen
from audits.states import FlagState
from portal.accounts.models import User
from portal.core.access import can
from portal.core.actors import SYSTEM

SPENT = timedelta(minutes=1)  # of a claim, before it is worth a write to prolong it


def claim_prolong(*, item: Finding | Flag, actor: User) -> bool:
    """Start the minutes of one's own claim anew, because its holder is still at it. Returns whether they hold it.

    A claim that has run out is not taken again: a colleague may be deciding by now. No step of the item: neither its
    history nor the ledger gets an entry, which have when the claim began and how it ended. Sets `item.claimed_until`.
    """
    now = timezone.now()
    if item.claimed_by_id != actor.pk or item.claimed_until is None or item.claimed_until <= now:
        return False
    if not can(actor, "audits.finding_triage" if isinstance(item, Finding) else "flags.triage", item):
        return False
    if item.claimed_until <= now + CLAIM_LASTS - SPENT:
        rows = Finding.objects if isinstance(item, Finding) else Flag.objects
        if not _prolong(rows.filter(pk=item.pk), actor):
            return False
        item.claimed_until = now + CLAIM_LASTS
    return True


def claims_prolong_about(*, conversation: Conversation, actor: User) -> None:
    """The same for every claim of theirs that this conversation belongs to: they are reading what it is about."""
    if can(actor, "flags.triage", conversation):
        _prolong(Flag.objects.filter(conversation=conversation), actor)
    if can(actor, "audits.finding_triage", conversation):
        _prolong(Finding.objects.filter(evidence__conversation=conversation), actor)


def _prolong(rows: QuerySet[Finding] | QuerySet[Flag], actor: User) -> int:
    """Those of `rows` that the actor holds and that have spent a part of their time."""
    now = timezone.now()
    held = rows.filter(claimed_by=actor, claimed_until__gt=now, claimed_until__lte=now + CLAIM_LASTS - SPENT)
    return held.update(claimed_until=now + CLAIM_LASTS)


def claims_expire() -> int:
    """Release every claim whose time is over; returns how many. Safe to repeat at any time.

    Each in a transaction of its own; one that somebody is deciding on is left alone. Writes `finding.released` and
    `flag.released`.
    """
    now = timezone.now()
    findings = Finding.objects.filter(claimed_until__lte=now).order_by("pk").values_list("pk", flat=True)
    flags = (
        Flag.objects.filter(state=FlagState.CLAIMED, claimed_until__lte=now).order_by("pk").values_list("pk", flat=True)
    )
    return sum(_release_finding(pk) for pk in findings) + sum(_release_flag(pk) for pk in flags)


@transaction.atomic
def _release_finding(finding_id: int) -> bool:
    finding = (
        Finding.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("assistant")
        .filter(pk=finding_id, claimed_until__lte=timezone.now())
        .first()
    )
    if finding is None:
        return False
    finding.save(update_fields=drop_claim(finding))
    record(finding=finding, actor=SYSTEM, action="finding.released", data={"expired": True})
    return True


@transaction.atomic
def _release_flag(flag_id: int) -> bool:
    flag = (
        Flag.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("conversation__assistant")
        .filter(pk=flag_id, state=FlagState.CLAIMED, claimed_until__lte=timezone.now())
        .first()
    )
    if flag is None:
        return False
    flag_reopen(flag, actor=SYSTEM, expired=True)
    return True
