"""Training data under audit: questions on demand, exports with their gate, and what a withdrawal means for both."""

from audits.services.training.auditing import dataset_audit
from audits.services.training.downloads import training_export_lines
from audits.services.training.exports import training_export_request, training_export_run
from audits.services.training.withdrawals import training_restricted

__all__ = [
    "dataset_audit",
    "training_export_lines",
    "training_export_request",
    "training_export_run",
    "training_restricted",
]
