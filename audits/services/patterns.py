"""An assistant's own patterns: drafted, tried on what was scanned last, taken live, retired.

Every change of the live patterns asks for a new scan from a day on, and the ledger says which version went live when.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assistants.models import Assistant
from audits.engine.conversation import SCAN_VERSION
from audits.engine.privacy import TYPES, BadPattern
from audits.engine.privacy.own_patterns import compile_own, engine_pattern
from audits.models import DetectionPattern
from audits.programmes import config_hash
from audits.queries.patterns import declared
from audits.services.pattern_lock import patterns_take
from audits.services.pattern_trials import trial_run
from audits.services.rescans import rescan_queue
from audits.states import PATTERN, PatternState
from portal.accounts.models import User
from portal.core import ledger
from portal.core.access import require
from portal.core.blind_index import blind_index
from portal.core.errors import Conflict, Invalid, NotFound

_TYPE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")
MOST_EXAMPLES = 20
LONGEST_EXAMPLE = 300
MOST_WORDS = 20
LONGEST_WORD = 40
#: A pattern that finds something in more than every second message says nothing about it.
MOST_HIT = 0.5


def pattern_draft(
    *,
    assistant_id: int,
    type: str,
    name: str,
    pattern: str,
    context: Mapping[str, Sequence[str]],
    must_match: Sequence[str],
    must_not_match: Sequence[str],
    score: float,
    actor: User,
) -> DetectionPattern:
    """Write down a pattern, or rewrite its draft; what is live stays as it is. A rewritten draft is to be tried anew.

    Raises NotFound, Denied, and Invalid that names the field: a type that the engine has itself, a pattern that
    cannot be read in linear time or finds something everywhere, no example that must match. Writes `pattern.drafted`.
    """
    with transaction.atomic():
        assistant = Assistant.objects.select_for_update(no_key=True).filter(pk=assistant_id).first()
        if assistant is None:
            raise NotFound("There is no such item.")
        require(actor, "audits.pattern_change", assistant)
        values = pattern_validated(
            type=type,
            name=name,
            pattern=pattern,
            context=context,
            must_match=must_match,
            must_not_match=must_not_match,
            score=score,
        )
        drafts = DetectionPattern.objects.select_for_update().filter(assistant=assistant, type=type)
        draft = drafts.filter(state=PatternState.DRAFT).first()
        if draft is None:
            last = drafts.aggregate(last=Max("version"))["last"] or 0
            draft = DetectionPattern(assistant=assistant, type=type, version=last + 1)
        for field, value in {**values, "trial": {}, "tried_hash": "", "tried_at": None}.items():
            setattr(draft, field, value)
        draft.drafted_by, draft.drafted_at = actor, timezone.now()
        draft.save()
        _record(draft, "pattern.drafted", actor)
        return draft


def pattern_validated(
    *,
    type: str,
    name: str,
    pattern: str,
    context: Mapping[str, Sequence[str]],
    must_match: Sequence[str],
    must_not_match: Sequence[str],
    score: float,
) -> dict[str, Any]:
    """The values as they are kept. Raises Invalid that names the field."""
    return {
        "type": _type(type),
        "name": _name(name),
        "pattern": _pattern(pattern),
        "context": _context(context),
        "must_match": _examples(must_match, "must_match", needed=True),
        "must_not_match": _examples(must_not_match, "must_not_match", needed=False),
        "score": _score(score),
    }


def pattern_try(*, pattern_id: int, actor: User) -> DetectionPattern:
    """Run a draft on its examples and on the conversations that were scanned last, and keep the counts.

    Takes eight seconds at most. Raises NotFound, Denied, and Conflict where it is no draft, or was rewritten
    meanwhile. Writes `pattern.tried`.
    """
    draft = _found(pattern_id, actor)
    _require_draft(draft)
    tried = content_hash(draft)
    trial = trial_run(
        assistant=draft.assistant, own=compile_own([declared(draft)]), type_=draft.type, examples=draft.examples
    )
    with transaction.atomic():
        draft = _locked(pattern_id, actor)
        _require_draft(draft)
        if content_hash(draft) != tried:
            raise Conflict("The draft was changed while it was being tried; try it again.", code="pattern_changed")
        draft.trial, draft.tried_hash, draft.tried_at = trial, tried, timezone.now()
        draft.save(update_fields=["trial", "tried_hash", "tried_at"])
        figures = {name: trial[name] for name in ("conversations", "messages", "hits", "engine")}
        _record(draft, "pattern.tried", actor, content=tried, **figures)
    return draft


def pattern_activate(*, pattern_id: int, actor: User, rescan_since: date | None) -> DetectionPattern:
    """Take a tried and unchanged draft live; the version that was live is retired by it.

    Conversations from `rescan_since` on are scanned again (None: only new ones are scanned with it). Raises NotFound,
    Denied, and Conflict that says what is missing. Writes `pattern.activated`; queues the scans.
    """
    with transaction.atomic():
        draft = _locked(pattern_id, actor)
        reason = activation_refusal(draft)
        if reason:
            raise Conflict(reason, code="pattern_not_ready")
        patterns_take(assistant_id=draft.assistant_id)
        now = timezone.now()
        live = DetectionPattern.objects.select_for_update().filter(
            assistant=draft.assistant, type=draft.type, state=PatternState.LIVE
        )
        for before in live:
            _retire(before, actor, now)
        PATTERN.require(draft.state, PatternState.LIVE)
        draft.state, draft.activated_by, draft.activated_at = PatternState.LIVE, actor, now
        draft.save(update_fields=["state", "activated_by", "activated_at"])
        since = None if rescan_since is None else rescan_since.isoformat()
        _record(draft, "pattern.activated", actor, content=draft.tried_hash, rescan_since=since)
        rescan_queue(assistant=draft.assistant, since=rescan_since, actor=actor)
        return draft


def pattern_retire(*, pattern_id: int, actor: User, rescan_since: date | None = None) -> DetectionPattern:
    """Take a live pattern out of use, or throw a draft away. It stays on record.

    Raises NotFound, Denied, Conflict. Writes `pattern.retired`; a live one's conversations from `rescan_since` on are
    scanned again without it.
    """
    with transaction.atomic():
        pattern = _locked(pattern_id, actor)
        was_live = pattern.state == PatternState.LIVE
        if was_live:
            patterns_take(assistant_id=pattern.assistant_id)
        _retire(pattern, actor, timezone.now())
        if was_live:
            rescan_queue(assistant=pattern.assistant, since=rescan_since, actor=actor)
        return pattern


def activation_refusal(draft: DetectionPattern) -> str:
    """Why this version cannot go live, in words; empty where it can."""
    if draft.state != PatternState.DRAFT:
        return f"It is {draft.get_state_display().lower()}."
    if draft.type in TYPES:
        return "The engine finds values of this type itself by now."
    if not draft.tried_hash or draft.tried_hash != content_hash(draft):
        return "Try it first: it was never tried, or it or the engine has changed since."
    trial = draft.trial
    if trial["example_faults"]:
        return "An example is not as it should be."
    if not trial["complete"]:
        return "The trial ran out of time; a simpler pattern is needed."
    if trial["messages"] and trial["messages_hit"] > MOST_HIT * trial["messages"]:
        return (
            "It finds something in more than every second message; make it say more exactly what the value looks like."
        )
    return ""


def content_hash(pattern: DetectionPattern) -> str:
    """SHA-256, in hex, of what a trial tries: the pattern, its examples (keyed) and the engine."""
    examples = blind_index("pattern-examples", f"{pattern.must_match}\0{pattern.must_not_match}").hex()
    return config_hash(
        {
            "type": pattern.type,
            "pattern": pattern.pattern,
            "context": pattern.context,
            "score": str(pattern.score),
            "examples": examples,
            "engine": SCAN_VERSION,
        }
    )


def _found(pattern_id: int, actor: User) -> DetectionPattern:
    pattern = DetectionPattern.objects.select_related("assistant").filter(pk=pattern_id).first()
    if pattern is None:
        raise NotFound("There is no such item.")
    require(actor, "audits.pattern_change", pattern)
    return pattern


def _locked(pattern_id: int, actor: User) -> DetectionPattern:
    found = _found(pattern_id, actor)
    # The assistant first, as in a draft: so no two people change its patterns at once.
    Assistant.objects.select_for_update(no_key=True).get(pk=found.assistant_id)
    return DetectionPattern.objects.select_for_update(of=("self",)).select_related("assistant").get(pk=pattern_id)


def _require_draft(pattern: DetectionPattern) -> None:
    if pattern.state != PatternState.DRAFT:
        state = pattern.get_state_display().lower()
        raise Conflict(f"This version is {state}; only a draft is tried.", code="transition_not_allowed")


def _retire(pattern: DetectionPattern, actor: User, now: Any) -> None:
    PATTERN.require(pattern.state, PatternState.RETIRED)
    before, pattern.state = pattern.state, PatternState.RETIRED
    pattern.retired_by, pattern.retired_at = actor, now
    pattern.save(update_fields=["state", "retired_by", "retired_at"])
    _record(pattern, "pattern.retired", actor, was=before)


def _record(pattern: DetectionPattern, action: str, actor: User, **data: Any) -> None:
    ledger.append(
        action=action,
        actor=actor,
        obj=pattern,
        team_id=pattern.assistant.team_id,
        data={"assistant": pattern.assistant_id, "type": pattern.type, "version": pattern.version, **data},
    )


def _type(value: str) -> str:
    if not 3 <= len(value) <= 40 or not _TYPE.fullmatch(value):
        raise Invalid("Write capitals, digits and single underscores, such as CUSTOMER_NUMBER.", field="type")
    if value[2] == "_":
        raise Invalid("Two letters and an underscore are how national ids begin; choose another word.", field="type")
    if value in TYPES:
        raise Invalid("The engine has this type itself; choose another word.", field="type")
    return value


def _name(value: str) -> str:
    name = value.strip()
    if not name or len(name) > 80:
        raise Invalid("Say what it finds, in at most 80 characters.", field="name")
    return name


def _pattern(value: str) -> str:
    source = value.strip()
    try:
        engine_pattern(source)
    except BadPattern as error:
        raise Invalid(str(error), field="pattern") from error
    return source


def _context(value: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    context: dict[str, list[str]] = {}
    for language, words in value.items():
        if not _LANGUAGE.fullmatch(language):
            raise Invalid("A language is written as en or pt-BR.", field="context")
        kept = list(dict.fromkeys(word.strip().lower() for word in words if word.strip()))
        if len(kept) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in kept):
            raise Invalid(f"At most {MOST_WORDS} words a language, of {LONGEST_WORD} characters.", field="context")
        if kept:
            context[language] = kept
    return context


def _examples(value: Sequence[str], field: str, *, needed: bool) -> str:
    lines = [" ".join(line.split()) for line in value if line.strip()]
    if needed and not lines:
        raise Invalid("Write at least one message in which it must find a value; invent the value.", field=field)
    if len(lines) > MOST_EXAMPLES or any(len(line) > LONGEST_EXAMPLE for line in lines):
        raise Invalid(f"At most {MOST_EXAMPLES} examples of {LONGEST_EXAMPLE} characters.", field=field)
    return "\n".join(lines)


def _score(value: float) -> float:
    if not 0.5 <= value <= 0.95:
        raise Invalid("A score lies between 0.5 and 0.95.", field="score")
    return value
