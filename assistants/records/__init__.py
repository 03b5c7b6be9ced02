"""The conversation record: one JSON object a line, decoded, validated and numbered."""

from assistants.records.content import attributes_split, content_hash
from assistants.records.conversation import ConversationRecord, Limits, RecordParser
from assistants.records.lines import Numbered, NumberedRecord, Rejection, numbered_records
from assistants.records.mapping import FieldMap

__all__ = [
    "ConversationRecord",
    "FieldMap",
    "Limits",
    "Numbered",
    "NumberedRecord",
    "RecordParser",
    "Rejection",
    "attributes_split",
    "content_hash",
    "numbered_records",
]
