from consent.queries.decisions import PurposeTerms, Use, evaluate, evaluate_many, named_use
from consent.queries.subjects import reference_index, subject_by_public_id, subject_by_reference
from consent.queries.timelines import decisions_by_purpose, timeline
from consent.queries.training import TrainingDecision, TrainingUse, training_decisions

__all__ = [
    "PurposeTerms",
    "TrainingDecision",
    "TrainingUse",
    "Use",
    "decisions_by_purpose",
    "evaluate",
    "evaluate_many",
    "named_use",
    "reference_index",
    "subject_by_public_id",
    "subject_by_reference",
    "timeline",
    "training_decisions",
]
