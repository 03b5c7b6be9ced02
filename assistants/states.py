"""States of assistants and conversations, and what may follow what."""

from django.db import models

from portal.core.states import Transitions


class AssistantState(models.TextChoices):
    PROPOSED = "proposed", "Proposed"
    IN_REVIEW = "in_review", "In review"
    APPROVED = "approved", "Approved"
    LIVE = "live", "Live"
    RESTRICTED = "restricted", "Restricted"
    RETIRED = "retired", "Retired"
    REJECTED = "rejected", "Rejected"


ASSISTANT = Transitions(
    AssistantState,
    {
        AssistantState.PROPOSED: [AssistantState.IN_REVIEW],
        AssistantState.IN_REVIEW: [AssistantState.APPROVED, AssistantState.REJECTED],
        AssistantState.APPROVED: [AssistantState.LIVE],
        AssistantState.LIVE: [AssistantState.RESTRICTED, AssistantState.RETIRED],
        AssistantState.RESTRICTED: [AssistantState.LIVE, AssistantState.RETIRED],
    },
)


class ConversationState(models.TextChoices):
    RECEIVED = "received", "Received, not yet scanned"
    SCANNED = "scanned", "Scanned"
    UNSCANNABLE = "unscannable", "Unscannable"
    DISPOSED = "disposed", "Disposed of under a retention rule"
    ERASED = "erased", "Erased"


# A revision is received anew, so that it is scanned anew.
CONVERSATION = Transitions(
    ConversationState,
    {
        ConversationState.RECEIVED: [
            ConversationState.SCANNED,
            ConversationState.UNSCANNABLE,
            ConversationState.DISPOSED,
            ConversationState.ERASED,
        ],
        ConversationState.SCANNED: [ConversationState.RECEIVED, ConversationState.DISPOSED, ConversationState.ERASED],
        ConversationState.UNSCANNABLE: [
            ConversationState.RECEIVED,
            ConversationState.DISPOSED,
            ConversationState.ERASED,
        ],
        ConversationState.DISPOSED: [ConversationState.ERASED],
    },
)


class RiskTier(models.TextChoices):
    MINIMAL = "minimal", "Minimal"
    LIMITED = "limited", "Limited"
    HIGH = "high", "High"


class DataSourceKind(models.TextChoices):
    TRAINING = "training", "Training data"
    FINE_TUNING = "fine_tuning", "Fine-tuning data"
    EVALUATION = "evaluation", "Evaluation data"
    KNOWLEDGE_BASE = "knowledge_base", "Knowledge base"
    LIVE = "live", "Live customer data"


class TurnRole(models.TextChoices):
    CUSTOMER = "customer", "Customer"
    ASSISTANT = "assistant", "Assistant"
    AGENT = "agent", "Human agent"
    SYSTEM = "system", "System"


class DatasetState(models.TextChoices):
    DRAFT = "draft", "Draft"
    FROZEN = "frozen", "Frozen"
    WITHDRAWN = "withdrawn", "Out of use"


# What a release has learned from stays as it was; a data set that must not be used any more is withdrawn.
DATASET = Transitions(
    DatasetState,
    {
        DatasetState.DRAFT: [DatasetState.FROZEN, DatasetState.WITHDRAWN],
        DatasetState.FROZEN: [DatasetState.WITHDRAWN],
    },
)


class RewriteMode(models.TextChoices):
    REDACT = "redact", "Redact: the type of what was there"
    PSEUDONYMISE = "pseudonymise", "Pseudonymise: the same token for the same value"


class DuplicateRule(models.TextChoices):
    """Which rows count as repeated."""

    EXACT = "exact", "Rows with the same text"
    NEAR = "near", "Rows with the same words, whatever their case, punctuation and numbers"
    ALLOW = "allow", "None: repetitions are allowed"
