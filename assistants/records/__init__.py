"""The conversation record: one JSON object a line, decoded, validated and numbered."""

from assistants.records.content import Content, content_of
from assistants.records.conversation import ConversationRecord, Limits, RecordParser
from assistants.records.lines import Numbered, NumberedRecord, numbered_records
from portal.core.jsonlines.lines import Rejection
from portal.core.jsonlines.mapping import FieldMap

__all__ = [
    "Content",
    "ConversationRecord",
    "FieldMap",
    "Limits",
    "Numbered",
    "NumberedRecord",
    "RecordParser",
    "Rejection",
    "content_of",
    "numbered_records",
]
