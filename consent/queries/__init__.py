from consent.queries.decisions import PurposeTerms, Use, UseName, evaluate, evaluate_many, named_use, named_uses
from consent.queries.receipts import receipt, receipt_text
from consent.queries.subjects import reference_index, subject_by_public_id, subject_by_reference
from consent.queries.timelines import decisions_by_purpose, timeline
from consent.queries.training import TrainingDecision, TrainingUse, training_decisions

__all__ = [
    "PurposeTerms",
    "TrainingDecision",
    "TrainingUse",
    "Use",
    "UseName",
    "decisions_by_purpose",
    "evaluate",
    "evaluate_many",
    "named_use",
    "named_uses",
    "receipt",
    "receipt_text",
    "reference_index",
    "subject_by_public_id",
    "subject_by_reference",
    "timeline",
    "training_decisions",
]
