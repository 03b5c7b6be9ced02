"""What people write when they decide something."""

from __future__ import annotations

from portal.core.errors import Invalid

NOTE_LIMIT = 5000  # code points; a reason, not an attachment


def written(note: str, *, required: bool = True, field: str = "note") -> str:
    """The note without surrounding blanks. Raises Invalid where a required one is missing, or it is too long."""
    text = note.strip()
    if required and not text:
        raise Invalid("Write down why.", field=field, code="note_missing")
    if len(text) > NOTE_LIMIT:
        raise Invalid(f"At most {NOTE_LIMIT} characters.", field=field, code="note_too_long")
    return text
