"""What audits and exports of training data keep of a data subject, and how it goes when the subject is erased."""

from __future__ import annotations

from django.db.models import QuerySet

from audits.models import DatasetRowScan, TrainingExport, TrainingExportExclusion, TrainingExportRow
from audits.services.training.withdrawals import exports_block_of
from audits.states import ExportState
from consent.traces import Subjects, Trace, register_trace


def _scans(subjects: Subjects) -> QuerySet[DatasetRowScan]:
    return DatasetRowScan.objects.filter(row__subject__in=list(subjects))


def _lines(subjects: Subjects) -> QuerySet[TrainingExportRow]:
    return TrainingExportRow.objects.filter(row__subject__in=list(subjects))


def _lines_purge(subjects: Subjects) -> int:
    """Block the exports and take the subject's lines out."""
    exports_block_of(subjects)
    return int(_lines(subjects).delete()[0])


def _lines_look(subjects: Subjects) -> int:
    ready = TrainingExport.objects.filter(state=ExportState.READY, rows__row__subject__in=list(subjects))
    return _lines(subjects).count() + ready.count()


def _exclusions(subjects: Subjects) -> QuerySet[TrainingExportExclusion]:
    return TrainingExportExclusion.objects.filter(row__subject__in=list(subjects))


register_trace(
    Trace(
        name="audits.dataset_scans",
        label="Results of scans of training rows",
        purge=lambda subjects: int(_scans(subjects).delete()[0]),
        look=lambda subjects: _scans(subjects).count(),
    )
)
register_trace(
    Trace(name="audits.training_exports", label="Lines of training exports", purge=_lines_purge, look=_lines_look)
)
register_trace(
    Trace(
        name="audits.training_exclusions",
        label="Reasons for which training rows were not exported",
        purge=lambda subjects: int(_exclusions(subjects).delete()[0]),
        look=lambda subjects: _exclusions(subjects).count(),
    )
)
