"""A conversation as pages may show it: figures, and the transcript only where it can be masked for certain."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from assistants.models import Conversation
from assistants.queries import transcripts_open
from assistants.states import ConversationState
from assistants.transcripts import Transcript
from audits.models import ConversationScan, Detection
from audits.queries.masking import MaskedTurn, MaskingError, Place, Span, masked_turns
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import KeyDestroyed, NotFound


@dataclass(frozen=True, slots=True)
class ShownTranscript:
    """The masked turns, or why there are none (`withheld`, in words; `erased` where they are gone for good)."""

    turns: list[MaskedTurn] = field(default_factory=list)
    withheld: str = ""
    erased: bool = False


def conversation_with_scan(*, public_id: uuid.UUID, actor: Actor) -> Conversation:
    """The conversation with its scan and its spans, read in one statement and so never of two revisions.

    Raises NotFound for another team's, Denied without the role.
    """
    spans = Detection.objects.filter(conversation=OuterRef("pk")).values(
        span=JSONObject(turn="turn", start="start", end="end", type="type", origin="origin", value_hash="value_hash")
    )
    conversation = (
        Conversation.objects.select_related("assistant", "release", "scan", "subject__data_key")
        .annotate(spans=ArraySubquery(spans))
        .filter(public_id=public_id)
        .first()
    )
    if conversation is None:
        raise NotFound("There is no such item.")
    require(actor, "conversations.view", conversation)
    return conversation


def transcript_shown(
    conversation: Conversation, *, revealed: Mapping[Place, datetime] | None = None
) -> ShownTranscript:
    """The masked transcript of a `conversation_with_scan`; withheld unless its very revision was scanned.

    `revealed` names the values that the viewer may see for now (`audits.queries.reveals.places_open_to`).
    """
    opened = transcript_checked(conversation)
    if isinstance(opened, ShownTranscript):
        return opened
    try:
        return ShownTranscript(turns=masked_turns(opened.turns, spans_of(conversation), revealed=revealed))
    except MaskingError:
        return ShownTranscript(withheld="The scan does not fit the transcript. It has to be scanned again.")


def transcript_checked(conversation: Conversation) -> Transcript | ShownTranscript:
    """The open transcript where its very revision was scanned, in clear and not for showing; or why it is withheld."""
    if conversation.state == ConversationState.DISPOSED:
        return ShownTranscript(
            withheld="It was kept for as long as the retention rules say, and then deleted. Its counts stay.",
            erased=True,
        )
    if conversation.state == ConversationState.ERASED or conversation.sealed is None:
        return _erased()
    if conversation.state == ConversationState.UNSCANNABLE:
        reason = conversation.unscannable_reason or "no reason was recorded"
        return ShownTranscript(
            withheld=f"It could not be scanned ({reason}), so nothing says what would have to be masked."
        )
    scan = scan_of(conversation)
    if conversation.state == ConversationState.SCANNED and getattr(conversation, "scan", None) is None:
        return ShownTranscript(
            withheld="Its detections are no longer kept, so nothing says what would have to be masked."
        )
    if conversation.state != ConversationState.SCANNED or scan is None:
        return ShownTranscript(withheld="It has not been scanned yet, so nothing says what would have to be masked.")
    opened = transcripts_open([conversation])[conversation.pk]
    if isinstance(opened, KeyDestroyed):
        return _erased()
    if not isinstance(opened, Transcript):
        return ShownTranscript(withheld="It does not open: what is stored is not what was sealed.")
    return opened


def scan_of(conversation: Conversation) -> ConversationScan | None:
    """The scan of the conversation's current revision."""
    scan: ConversationScan | None = getattr(conversation, "scan", None)
    return scan if scan is not None and scan.revision == conversation.revision else None


def spans_of(conversation: Conversation) -> list[Span]:
    """What `conversation_with_scan` read along."""
    return [Span(**span) for span in getattr(conversation, "spans", [])]


def _erased() -> ShownTranscript:
    return ShownTranscript(withheld="It was erased and can no longer be read by anyone.", erased=True)
