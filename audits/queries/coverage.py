"""Consent coverage: the conversations whose use was not permitted, why, and contradictions of consent sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from assistants.models import Assistant, ConsentSnapshot, Conversation
from assistants.states import ConversationState
from audits.queries.counts import total, value_counts
from audits.queries.windows import Window
from consent.models import Purpose, SourceConflict
from consent.states import ConsentStatus, Reason

NOT_EVALUATED = "not_evaluated"
NOT_EVALUATED_WORDS = "Taken in before the assistant named the purpose"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many conversations were permitted, denied or unknown for a purpose, and why not, from counts."""

    n: int
    permitted: int
    denied: int
    unknown: int
    not_evaluated: int
    reasons: dict[str, int]


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A conversation outside the consent; `reason` is a code of consent.states.Reason or `not_evaluated`."""

    conversation: Conversation
    status: str
    reason: str
    event_ids: list[int]
    known_at: datetime | None

    @property
    def reason_words(self) -> str:
        return reason_words(self.reason)


def coverage(*, assistant: Assistant, purpose: str, window: Window) -> Coverage:
    """Three sums over the cube, whatever the number of conversations. `unknown` includes those not evaluated."""
    n = total(assistant=assistant, window=window)
    values = value_counts(assistant=assistant, measure=f"consent.{purpose}", window=window)
    reasons = value_counts(assistant=assistant, measure=f"consent_reason.{purpose}", window=window)
    permitted, denied = values.get("permitted", 0), values.get("denied", 0)
    not_evaluated = n - sum(values.values())
    if not_evaluated:
        reasons = reasons | {NOT_EVALUATED: not_evaluated}
    by_size = dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))
    return Coverage(n, permitted, denied, n - permitted - denied, not_evaluated, by_size)


def uncovered(
    *, assistant: Assistant, purpose: Purpose, window: Window, reason: str = "", before: int | None = None, most: int
) -> list[Uncovered]:
    """The latest conversations outside the consent for the purpose, by descending id below `before`. One query.

    Erased conversations are in no list. `reason` narrows to one code.
    """
    conversations = _in(window, assistant)
    if before is not None:
        conversations = conversations.filter(pk__lt=before)
    if reason == NOT_EVALUATED:
        snapshot = ConsentSnapshot.objects.filter(conversation=OuterRef("pk"), purpose=purpose)
        missing = conversations.filter(~Exists(snapshot)).defer("sealed").select_related("release").order_by("-pk")
        return [Uncovered(one, ConsentStatus.UNKNOWN, NOT_EVALUATED, [], None) for one in missing[:most]]
    found = ConsentSnapshot.objects.filter(purpose=purpose, conversation__in=conversations).exclude(
        status=ConsentStatus.PERMITTED
    )
    if reason:
        found = found.filter(reason=reason)
    rows = found.select_related("conversation__release").defer("conversation__sealed").order_by("-conversation_id")
    return [
        Uncovered(row.conversation, row.status, row.reason, list(row.event_ids), row.known_at) for row in rows[:most]
    ]


def source_conflicts(*, assistant: Assistant, window: Window) -> dict[str, int]:
    """How many consent events of the assistant's team each source has contradicted in the window. One query."""
    since, until = (datetime.combine(day, time(), tzinfo=UTC) for day in (window.since, window.until))
    found = SourceConflict.objects.filter(team=assistant.team_id, recorded_at__gte=since, recorded_at__lt=until)
    return dict(found.values_list("source").annotate(n=Count("pk")).order_by("source"))


def reason_words(code: str) -> str:
    """The reason in words; a code that is no longer known stands for itself."""
    if code == NOT_EVALUATED:
        return NOT_EVALUATED_WORDS
    return str(Reason(code).label) if code in Reason.values else code


def _in(window: Window, assistant: Assistant) -> QuerySet[Conversation]:
    conversations = Conversation.objects.filter(
        Q(assistant=assistant), day__gte=window.since, day__lt=window.until
    ).exclude(state=ConversationState.ERASED)
    return conversations if window.release is None else conversations.filter(release=window.release)
