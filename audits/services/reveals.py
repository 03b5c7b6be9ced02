"""Showing a masked value in clear to one person for some minutes, and writing down who opened which transcript.

Nothing here returns or keeps a value: a reveal is a permission that `audits.queries.conversations.transcript_shown`
takes into account for that person, until it expires.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import UTC, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from assistants.models import Conversation
from audits.engine.privacy import DetectionError, detect, normalise
from audits.models import Reveal, TranscriptRead
from audits.queries.conversations import ShownTranscript, conversation_with_scan, spans_of, transcript_checked
from audits.queries.masking import Mask, MaskingError, Place, asks_for_step_up, masks_of
from audits.queries.reveals import next_reveal_at, reveals_open
from audits.services.notes import written
from consent.queries.restrictions import is_restricted
from portal.accounts.models import User
from portal.core import ledger
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import Conflict, Denied, Invalid, KeyDestroyed, NotFound, TooMany

REASON_LEAST = 10  # code points: enough to say which work asks for it
REASON_MOST = 500
# A ticket's address or a place's name says why somebody looks; it is not what a reason gives away.
_FINE_IN_A_REASON = frozenset({"URL", "LOCATION"})
_TRUSTED_SCORE = 0.5


@transaction.atomic
def span_reveal(
    *,
    conversation: uuid.UUID,
    revision: int,
    turn: int,
    start: int,
    end: int,
    reason: str,
    reauthenticated: bool,
    actor: Actor,
) -> Reveal:
    """Let `actor` read one masked value for PROBITY_REVEAL_MINUTES, and the same value elsewhere in the conversation.

    `conversation` is a public id; the place is that of a mask of this `revision`, `turn` counted from 0. Asking again
    while it is open changes nothing. Raises NotFound for another team's and where no mask stands there; Denied without
    the role, for API keys, under a restriction of processing, and without the step-up login that `asks_for_step_up`
    demands; Invalid for a reason that is
    too short, too long or holds personal data; Conflict where the conversation was revised or its transcript is
    withheld; KeyDestroyed after erasure; TooMany beyond PROBITY_REVEALS_PER_HOUR. Writes `span.revealed` with a
    salted commitment to the reason; the reason stays in the row, encrypted.
    """
    if not isinstance(actor, User):
        raise Denied("Only a person can reveal a value.", code="people_only")
    # Held against an erasure and a disposal: a reason must not be written behind one that has just taken the others.
    list(Conversation.objects.select_for_update(no_key=True).filter(public_id=conversation).values_list("pk"))
    shown = conversation_with_scan(public_id=conversation, actor=actor)
    require(actor, "conversations.reveal", shown)
    if shown.revision != revision:
        raise Conflict("This conversation was handed over again meanwhile. Look at it anew.", code="revised")
    mask = mask_at(shown, Place(turn, start, end))
    if is_restricted(shown.subject_id):
        raise Denied(
            "Processing of this customer's data is restricted (GDPR Art. 18): it stays masked until that is lifted.",
            code="restricted",
        )
    if asks_for_step_up(mask.types) and not reauthenticated:
        raise Denied("Sign in again before you reveal a value of this kind.", code="reauthentication_required")
    # One at a time for each person, so that the limit holds.
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    for reveal in reveals_open(actor, shown):
        if (reveal.revision, reveal.turn, reveal.start, reveal.end) == (revision, turn, start, end):
            return reveal
    text = reason_checked(reason, mask)
    now = timezone.now()
    again_at = next_reveal_at(actor, now=now)
    if again_at is not None:
        raise TooMany(
            f"You have revealed {settings.PROBITY_REVEALS_PER_HOUR} values within the last hour. One person may not "
            "reveal more.",
            retry_after=int((again_at - now).total_seconds()) + 1,
            code="reveal_limit",
        )
    salt = secrets.token_bytes(32)
    reveal = Reveal.objects.create(
        conversation=shown,
        revision=revision,
        turn=turn,
        start=start,
        end=end,
        types=list(mask.types),
        person=actor,
        reason=text,
        salt=salt,
        revealed_at=now,
        expires_at=now + timedelta(minutes=settings.PROBITY_REVEAL_MINUTES),
    )
    ledger.append(
        action="span.revealed",
        actor=actor,
        obj=reveal,
        team_id=shown.owning_team_id,
        data={
            "conversation": str(shown.public_id),
            "revision": revision,
            "turn": turn,
            "start": start,
            "end": end,
            "types": list(mask.types),
            "minutes": settings.PROBITY_REVEAL_MINUTES,
            "reauthenticated": reauthenticated,
            "reason_commitment": reason_commitment(salt, text),
        },
    )
    return reveal


@transaction.atomic
def reveals_end(*, conversation: uuid.UUID, actor: User) -> int:
    """Mask again what `actor` has revealed in the conversation; returns how many were open.

    Raises NotFound for another team's. Writes `span.hidden` for each.
    """
    shown = conversation_with_scan(public_id=conversation, actor=actor)
    now, ended = timezone.now(), 0
    for reveal in reveals_open(actor, shown):
        if Reveal.objects.filter(pk=reveal.pk, ended_at__isnull=True).update(ended_at=now):
            ledger.append(action="span.hidden", actor=actor, obj=reveal, team_id=shown.owning_team_id)
            ended += 1
    return ended


def transcript_read(*, conversation: Conversation, actor: User) -> None:
    """Write down that `actor` opened this masked transcript today; the first time of a day counts. One insert."""
    now = timezone.now()
    TranscriptRead.objects.bulk_create(
        [TranscriptRead(conversation=conversation, person=actor, day=now.astimezone(UTC).date(), at=now)],
        ignore_conflicts=True,
    )


def mask_at(conversation: Conversation, place: Place) -> Mask:
    """The mask of a `conversation_with_scan` that stands exactly there.

    Raises NotFound where none does, Conflict where the transcript is withheld, KeyDestroyed where it was erased.
    """
    opened = transcript_checked(conversation)
    if isinstance(opened, ShownTranscript):
        raise (KeyDestroyed if opened.erased else Conflict)(f"Nothing can be revealed. {opened.withheld}")
    try:
        masks = masks_of(opened.turns, spans_of(conversation))
    except MaskingError as error:
        raise Conflict("Nothing can be revealed. The scan does not fit the transcript.") from error
    for mask in masks[place.turn] if place.turn < len(masks) else ():
        if mask.place == place:
            return mask
    raise NotFound("No masked value stands in this place.")


def reason_checked(reason: str, mask: Mask) -> str:
    """The reason as it is kept. Raises Invalid where it is too short, too long, or holds personal data itself."""
    text = written(reason, field="reason")
    if len(text) < REASON_LEAST:
        raise Invalid(f"Say in at least {REASON_LEAST} characters what you need it for.", field="reason")
    if len(text) > REASON_MOST:
        raise Invalid(f"At most {REASON_MOST} characters.", field="reason")
    try:
        spans = detect(text)
    except DetectionError as error:
        raise Invalid(
            "This text could not be checked for personal data. Write it in plain words.", field="reason"
        ) from error
    found = {span.type for span in spans if span.score >= _TRUSTED_SCORE} - _FINE_IN_A_REASON
    if found or _holds(text, mask):
        kinds = f" ({', '.join(sorted(found))})" if found else ""
        raise Invalid(
            f"The reason itself seems to hold personal data{kinds}. Say what you need it for without repeating any.",
            field="reason",
            code="personal_data_in_reason",
        )
    return text


def reason_commitment(salt: bytes, reason: str) -> str:
    """What the ledger keeps of a reason: SHA-256 of the salt and the text in UTF-8, as hexadecimal digits."""
    return hashlib.sha256(salt + reason.encode()).hexdigest()


def _holds(text: str, mask: Mask) -> bool:
    value = normalise(mask.type, mask.text)
    return len(value) > 3 and (mask.text.casefold() in text.casefold() or value.casefold() in text.casefold())
