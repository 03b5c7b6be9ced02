"""Which scope of an API key opens which operation, for the documentation; what opens it is asked of each object."""

from __future__ import annotations

from portal.core.roles import Scope

_OPENED: dict[Scope, str] = {
    Scope.CONVERSATIONS_WRITE: "conversations_push",
    Scope.DATASETS_WRITE: "datasets_rows_push",
    Scope.ASSISTANTS_READ: (
        "assistants_list assistants_read datasets_list datasets_read training_exports_list training_exports_read"
    ),
    Scope.AUDITS_READ: (
        "cycles_list cycles_read cycle_check_runs_list findings_list findings_read fairness_read exposure_read "
        "patterns_list connectors_list probes_list probes_read probe_sets_list probe_sets_read consent_coverage "
        "reveals_list"
    ),
    Scope.AUDITS_RUN: "cycles_open probes_start probe_sets_create probe_sets_change",
    Scope.FLAGS_WRITE: "flags_raise",
    Scope.FLAGS_READ: "flags_list flags_read",
    Scope.CONSENT_READ: (
        "consent_evaluate consent_evaluate_batch consent_receipt retention_rules retention_runs legal_holds"
    ),
    Scope.CONSENT_WRITE: (
        "consents_push consent_events_record consent_merge_propose consent_merge_undo consent_age_note "
        "consent_restriction_impose consent_restriction_lift"
    ),
    Scope.REQUESTS_READ: "subject_requests_list subject_request",
    Scope.REQUESTS_WRITE: "subject_request_receive",
}
SCOPES: dict[str, Scope] = {operation: scope for scope, opened in _OPENED.items() for operation in opened.split()}
"""The scope of every operation that a key opens; all others are for people who are signed in."""
