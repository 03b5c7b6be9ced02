from assistants.models.conversations import (
    AuditAttributes,
    ConsentSnapshot,
    Conversation,
    ConversationRevision,
)
from assistants.models.datasets import (
    Dataset,
    DatasetReference,
    DatasetRow,
    DatasetRowAttributes,
    ReferenceKind,
    TrainedOn,
)
from assistants.models.registry import Assistant, AuditedAttribute, DataSource, Release

__all__ = [
    "Assistant",
    "AuditAttributes",
    "AuditedAttribute",
    "ConsentSnapshot",
    "Conversation",
    "ConversationRevision",
    "DataSource",
    "Dataset",
    "DatasetReference",
    "DatasetRow",
    "DatasetRowAttributes",
    "ReferenceKind",
    "Release",
    "TrainedOn",
]
