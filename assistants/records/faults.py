"""What is wrong with a line that is no conversation record, in words that name the field and repeat no content."""

from __future__ import annotations

import msgspec

from assistants.states import TurnRole
from portal.core.errors import Invalid
from portal.core.jsonlines import faults


def as_invalid(error: Exception, line: bytes, *, record: type[msgspec.Struct]) -> Invalid:
    """The Invalid that says what `error`, raised while decoding `line` as a `record`, means for who wrote the line."""
    fault = faults.as_invalid(error, record=record, choices=TurnRole.values)
    if fault.field == "outcome" and isinstance(error, msgspec.ValidationError):
        return Invalid(fault.message, field=_outcome_at_fault(line))
    return fault


def _outcome_at_fault(line: bytes) -> str:
    """msgspec names no keys of open objects, so look again which value is none of the allowed types."""
    try:
        outcome = msgspec.json.decode(line)["outcome"].items()
    except (msgspec.DecodeError, LookupError, TypeError, AttributeError):
        return "outcome"
    bad = next((name for name, value in outcome if value is None or isinstance(value, dict | list)), None)
    return "outcome" if bad is None else f"outcome.{bad[: faults.MAX_NAME]}"
