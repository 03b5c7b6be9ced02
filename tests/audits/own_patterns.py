"""An assistant's own pattern of order numbers, drafted or live."""

from __future__ import annotations

from audits.models import DetectionPattern
from audits.services.patterns import pattern_activate, pattern_draft, pattern_try

ORDER = (
    ("customer", "Where is BW-1234567? Call me on +1 415 555 2671."),
    ("assistant", "BW-1234567 is on its way, and so is BW-7654321."),
)


def draft(assistant, actor, **changes) -> DetectionPattern:
    values = {
        "type": "ORDER_NUMBER",
        "name": "Order number",
        "pattern": r"BW-\d{7}",
        "context": {},
        "must_match": ["Where is BW-1111111?"],
        "must_not_match": ["BW-12 is a road"],
        "score": 0.8,
    }
    return pattern_draft(assistant_id=assistant.pk, actor=actor, **{**values, **changes})


def live(assistant, actor, *, rescan_since=None, **changes) -> DetectionPattern:
    tried = pattern_try(pattern_id=draft(assistant, actor, **changes).pk, actor=actor)
    return pattern_activate(pattern_id=tried.pk, actor=actor, rescan_since=rescan_since)
