from consent.queries.decisions import Use, evaluate, evaluate_many
from consent.queries.subjects import reference_index, subject_by_public_id, subject_by_reference

__all__ = [
    "Use",
    "evaluate",
    "evaluate_many",
    "reference_index",
    "subject_by_public_id",
    "subject_by_reference",
]
