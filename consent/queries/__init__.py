from consent.queries.decisions import Use, evaluate, evaluate_many
from consent.queries.subjects import reference_index, subject_by_public_id, subject_by_reference
from consent.queries.timelines import decisions_by_purpose, timeline

__all__ = [
    "Use",
    "decisions_by_purpose",
    "evaluate",
    "evaluate_many",
    "reference_index",
    "subject_by_public_id",
    "subject_by_reference",
    "timeline",
]
