"""Training data sets: registered, filled from files or conversations, frozen, and named as what a release learned."""

from assistants.services.datasets.reference import dataset_reference_declare
from assistants.services.datasets.registry import (
    dataset_change,
    dataset_freeze,
    dataset_register,
    dataset_withdraw,
    release_trained_on,
)
from assistants.services.datasets.rows import RowsReport, dataset_rows_import
from assistants.services.datasets.selecting import Selection, dataset_rows_select, dataset_rows_select_batches

__all__ = [
    "RowsReport",
    "Selection",
    "dataset_change",
    "dataset_freeze",
    "dataset_reference_declare",
    "dataset_register",
    "dataset_rows_import",
    "dataset_rows_select",
    "dataset_rows_select_batches",
    "dataset_withdraw",
    "release_trained_on",
]
