"""Addresses of the audits' pages. They carry ids and filters, never personal data."""

from django.urls import path

from audits.views import (
    conversations,
    coverage,
    cycles,
    exposure,
    findings,
    flags,
    patterns,
    queue,
    reveal_lists,
    reveals,
    sign_off,
    training,
)

app_name = "audits"

urlpatterns = [
    path("queue/", queue.queue, name="queue"),
    path("findings/", findings.findings, name="findings"),
    path("findings/<int:pk>/", findings.finding, name="finding"),
    path("findings/<int:pk>/sign-off/", sign_off.sign_off, name="finding-sign-off"),
    path("findings/<int:pk>/<slug:name>/", findings.finding_decide, name="finding-decide"),
    path("flags/<int:pk>/", flags.flag, name="flag"),
    path("flags/<int:pk>/<slug:name>/", flags.flag_decide, name="flag-decide"),
    path("conversations/<uuid:public_id>/", conversations.conversation, name="conversation"),
    path("conversations/<uuid:public_id>/flag/", conversations.conversation_flag, name="conversation-flag"),
    path(
        "conversations/<uuid:public_id>/reveal/<int:revision>/<int:turn>/<int:start>/<int:end>/",
        reveals.conversation_reveal,
        name="conversation-reveal",
    ),
    path("conversations/<uuid:public_id>/mask/", reveals.conversation_mask, name="conversation-mask"),
    path("access/", reveal_lists.reveal_list, name="reveals"),
    path("access/reveals.csv", reveal_lists.reveal_csv, name="reveals-csv"),
    path("access/transcripts/", reveal_lists.transcript_reads, name="transcript-reads"),
    path("cycles/", cycles.cycles, name="cycles"),
    path("cycles/new/", cycles.cycle_new, name="cycle-new"),
    path("cycles/<int:pk>/", cycles.cycle, name="cycle"),
    path("cycles/<int:pk>/progress/", cycles.cycle_progress, name="cycle-progress"),
    path("cycles/<int:pk>/close/", cycles.cycle_end, name="cycle-close"),
    path("checks/<int:pk>/", cycles.check_run, name="check-run"),
    path("checks/<int:pk>/retry/", cycles.check_retry, name="check-retry"),
    path("assistants/<slug:slug>/consent/", coverage.consent_coverage, name="consent-coverage"),
    path(
        "assistants/<slug:slug>/consent/conversations.csv", coverage.consent_coverage_csv, name="consent-coverage-csv"
    ),
    path("assistants/<slug:slug>/exposure/", exposure.exposure, name="exposure"),
    path("assistants/<slug:slug>/exposure/download/", exposure.exposure_download, name="exposure-download"),
    path("assistants/<slug:slug>/exposure/leaks/", exposure.exposure_leaks, name="exposure-leaks"),
    path("assistants/<slug:slug>/exposure/rescan/", exposure.exposure_rescan, name="exposure-rescan"),
    path("assistants/<slug:slug>/exposure/patterns/new/", patterns.pattern_new, name="pattern-new"),
    path("assistants/<slug:slug>/exposure/patterns/<int:pk>/", patterns.pattern, name="pattern"),
    path("assistants/<slug:slug>/exposure/patterns/<int:pk>/edit/", patterns.pattern_edit, name="pattern-edit"),
    path("assistants/<slug:slug>/exposure/patterns/<int:pk>/<slug:name>/", patterns.pattern_step, name="pattern-step"),
    path("datasets/<slug:slug>/audit/", training.dataset_audit_now, name="dataset-audit"),
    path("datasets/<slug:slug>/exports/", training.export_new, name="training-export-new"),
    path("training-exports/<uuid:public_id>/", training.export, name="training-export"),
    path("training-exports/<uuid:public_id>/progress/", training.export_progress_part, name="training-export-progress"),
    path("training-exports/<uuid:public_id>/manifest/", training.export_manifest, name="training-export-manifest"),
    path("training-exports/<uuid:public_id>/download/", training.export_download, name="training-export-download"),
]
