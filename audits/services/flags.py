"""Doubts about single conversations: raised by anyone, looked at by a reviewer, promoted where they need a remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from assistants.models import Conversation
from assistants.states import ConversationState
from audits.fingerprints import fingerprint_of
from audits.models import CheckRun, Finding, Flag
from audits.queries.flags import checks_that_can_prove
from audits.services.findings.claiming import CLAIM_LASTS
from audits.services.findings.raising import finding_raise_as
from audits.services.findings.records import claim_conflict
from audits.services.notes import written
from audits.states import FLAG, DismissReason, FlagKind, FlagSource, FlagState, Severity
from portal.accounts.models import User
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import Conflict, Invalid, NotFound

WAITING = frozenset({FlagState.OPEN, FlagState.CLAIMED})


@transaction.atomic
def flag_raise(
    *,
    conversation: Conversation,
    kind: str,
    source: str,
    actor: Actor,
    source_id: str = "",
    turn: int | None = None,
    note: str = "",
) -> Flag:
    """Raise a doubt about a conversation; repeating it gives the flag that is there.

    The same `source_id` of a source is the same flag whatever became of it. While a flag of this source and kind
    waits on the conversation, another one is that flag: nothing is queued twice. A person raises flags as a reviewer,
    all other sources come through an integration. Raises NotFound, Denied, Conflict for an erased conversation, and
    Invalid naming the field. Writes `flag.raised`.
    """
    # One at a time per conversation, so that two deliveries of one complaint find each other.
    locked = (
        Conversation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("assistant")
        .defer("sealed")
        .filter(pk=conversation.pk)
        .first()
    )
    if locked is None:
        raise NotFound("There is no such item.")
    require(actor, "flags.raise", locked)
    _require_sensible(locked, kind=kind, source=source, source_id=source_id, turn=turn, actor=actor)
    text = written(note, required=False)
    known = _known(locked, kind=kind, source=source, source_id=source_id)
    if known is not None:
        return known
    if locked.state == ConversationState.ERASED:
        raise Conflict("This conversation has been erased.", code="erased")
    if locked.state == ConversationState.DISPOSED:
        raise Conflict("This conversation was disposed of under a retention rule.", code="disposed")
    flag = Flag.objects.create(
        conversation=locked,
        kind=kind,
        source=source,
        source_id=source_id,
        turn=turn,
        note=text,
        raised_by=actor.actor_ref,
        raised_at=timezone.now(),
    )
    _append("flag.raised", flag, actor, {"kind": kind, "source": source})
    return flag


@transaction.atomic
def flag_claim(*, flag_id: int, actor: User) -> Flag:
    """Claim a waiting flag for five minutes; claiming one's own again starts them anew.

    One conditional UPDATE: of two people exactly one wins. Raises NotFound, Denied, and Conflict where the flag is
    decided or a colleague, named by name, holds it. Writes `flag.claimed`.
    """
    _visible(flag_id, actor)
    now = timezone.now()
    free = Q(state=FlagState.OPEN) | Q(state=FlagState.CLAIMED) & (Q(claimed_by=actor) | Q(claimed_until__lte=now))
    won = Flag.objects.filter(free, pk=flag_id).update(
        state=FlagState.CLAIMED, claimed_by=actor, claimed_until=now + CLAIM_LASTS
    )
    flag = _visible(flag_id, actor)
    if not won:
        if flag.state not in WAITING:
            raise _moved_on(flag)
        raise claim_conflict(flag.claimed_by)
    _append("flag.claimed", flag, actor)
    return flag


@transaction.atomic
def flag_release(*, flag_id: int, actor: User) -> Flag:
    """Give one's claim back undecided. Raises NotFound, Denied, Conflict. Writes `flag.released`."""
    flag = _claimed(flag_id, actor)
    flag_reopen(flag, actor=actor)
    return flag


def flag_reopen(flag: Flag, *, actor: Actor, expired: bool = False) -> None:
    """Put a locked, claimed flag back into the queue. Writes `flag.released`."""
    flag.claimed_by = None
    flag.claimed_until = None
    _move(flag, FlagState.OPEN, "claimed_by", "claimed_until")
    _append("flag.released", flag, actor, {"expired": expired})


@transaction.atomic
def flag_confirm(*, flag_id: int, actor: User, note: str = "") -> Flag:
    """Say that the doubt in a claimed flag is right. Raises NotFound, Denied, Conflict. Writes `flag.confirmed`."""
    flag = _claimed(flag_id, actor)
    _decide(flag, FlagState.CONFIRMED, written(note, required=False), actor)
    _append("flag.confirmed", flag, actor)
    return flag


@transaction.atomic
def flag_dismiss(*, flag_id: int, reason: str, note: str, actor: User) -> Flag:
    """Say that the doubt in a claimed flag is wrong, and why.

    Raises NotFound, Denied, Conflict, Invalid. Writes `flag.dismissed`.
    """
    flag = _claimed(flag_id, actor)
    if reason not in DismissReason.values:
        raise Invalid("Choose why it is dismissed.", field="reason")
    flag.dismiss_reason = reason
    _decide(flag, FlagState.DISMISSED, written(note), actor, "dismiss_reason")
    _append("flag.dismissed", flag, actor, {"reason": reason})
    return flag


@transaction.atomic
def flag_promote(*, flag_id: int, severity: str, check_run_id: int, actor: User) -> Finding:
    """Make a finding of a confirmed flag, with the conversation as its evidence.

    `check_run_id` names the check of the same assistant whose re-run on newer data is to prove the fix
    (audits.queries.flags.checks_that_can_prove): without one, a finding could never close by proof. A flag whose
    conversation already has an open finding of the same kind joins it. Raises NotFound, Denied, Conflict, Invalid.
    Writes `flag.promoted` and `finding.raised`; mails after commit.
    """
    flag = _locked(flag_id, actor)
    FLAG.require(flag.state, FlagState.PROMOTED)
    if severity not in Severity.values:
        raise Invalid("Choose how severe it is.", field="severity")
    assistant_id = flag.conversation.assistant_id
    run = _proving_run(flag, check_run_id)
    kind = FlagKind(flag.kind).label
    finding = finding_raise_as(
        fingerprint=fingerprint_of(
            assistant_id=assistant_id, kind="flag", target=f"{flag.kind} {flag.conversation.public_id}"
        ),
        kind="flag",
        run=run,
        title=f"{kind} in a flagged conversation",
        sentence=f"A flag raised by {FlagSource(flag.source).raiser} was confirmed: {kind.lower()}.",
        severity=severity,
        evidence=[(flag.conversation_id, f"Flagged: {kind.lower()}")],
        actor=actor,
        saw=False,
    )
    flag.finding = finding
    _move(flag, FlagState.PROMOTED, "finding")
    _append("flag.promoted", flag, actor, {"finding": finding.pk, "proof": run.pk})
    return finding


def _require_sensible(
    conversation: Conversation, *, kind: str, source: str, source_id: str, turn: int | None, actor: Actor
) -> None:
    if kind not in FlagKind.values:
        raise Invalid(f"Unknown kind: one of {', '.join(FlagKind.values)}.", field="kind")
    if source not in FlagSource.values:
        raise Invalid(f"Unknown source: one of {', '.join(FlagSource.values)}.", field="source")
    if isinstance(actor, User) != (source == FlagSource.REVIEWER):
        raise Invalid("A person flags as reviewer, an integration as anything else.", field="source")
    if len(source_id) > 120:
        raise Invalid("At most 120 characters.", field="source_id")
    if turn is not None and not 0 <= turn < conversation.turn_count:
        raise Invalid(f"This conversation has {conversation.turn_count} turns, counted from 0.", field="turn")


def _known(conversation: Conversation, *, kind: str, source: str, source_id: str) -> Flag | None:
    of_source = Flag.objects.select_related("conversation__assistant").filter(conversation=conversation, source=source)
    if source_id:
        same = of_source.filter(source_id=source_id).first()
        if same is not None:
            return same
    return of_source.filter(kind=kind, state__in=WAITING).first()


def _visible(flag_id: int, actor: User) -> Flag:
    flag = Flag.objects.select_related("conversation__assistant", "claimed_by").filter(pk=flag_id).first()
    if flag is None:
        raise NotFound("There is no such item.")
    require(actor, "flags.triage", flag)
    return flag


def _locked(flag_id: int, actor: User) -> Flag:
    flag = (
        Flag.objects.select_for_update(of=("self",))
        .select_related("conversation__assistant", "claimed_by")
        .filter(pk=flag_id)
        .first()
    )
    if flag is None:
        raise NotFound("There is no such item.")
    require(actor, "flags.triage", flag)
    return flag


def _claimed(flag_id: int, actor: User) -> Flag:
    """The flag, locked, if the actor has claimed it; a claim that ran out counts until somebody else takes it."""
    flag = _locked(flag_id, actor)
    if flag.state == FlagState.OPEN:
        raise Conflict("Claim this flag first.", code="not_claimed")
    if flag.state != FlagState.CLAIMED:
        raise _moved_on(flag)
    if flag.claimed_by_id != actor.pk:
        raise claim_conflict(flag.claimed_by)
    return flag


def _moved_on(flag: Flag) -> Conflict:
    return Conflict(f"This flag is {flag.get_state_display().lower()} already.", code="transition_not_allowed")


def _proving_run(flag: Flag, check_run_id: int) -> CheckRun:
    run = checks_that_can_prove(flag).filter(pk=check_run_id).first()
    if run is None:
        raise Invalid("Choose a finished check of this assistant that can prove the fix.", field="check_run")
    return run


def _decide(flag: Flag, to: FlagState, note: str, actor: User, *fields: str) -> None:
    flag.decided_by = actor
    flag.decided_at = timezone.now()
    flag.decision = note
    flag.claimed_by = None
    flag.claimed_until = None
    _move(flag, to, "decided_by", "decided_at", "decision", "claimed_by", "claimed_until", *fields)


def _move(flag: Flag, to: FlagState, *fields: str) -> None:
    FLAG.require(flag.state, to)
    flag.state = to
    flag.save(update_fields=["state", *fields])


def _append(action: str, flag: Flag, actor: Actor, data: Mapping[str, Any] | None = None) -> None:
    ledger.append(
        action=action,
        actor=actor,
        obj=flag,
        team_id=flag.owning_team_id,
        data={"state": flag.state, "conversation": str(flag.conversation.public_id), **(data or {})},
    )
