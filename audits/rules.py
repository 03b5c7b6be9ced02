"""Who may see audits, run them, decide about findings, and sign."""

from portal.core.access import permit
from portal.core.roles import Role, Scope

permit("audits.view", *Role, Scope.AUDITS_READ)
permit("audits.cycle_open", Role.REVIEWER, Role.APPROVER, Role.MANAGER, Role.ADMINISTRATOR, Scope.AUDITS_RUN)
permit("audits.programme_change", Role.MANAGER, Role.ADMINISTRATOR)
permit("probes.change", Role.REVIEWER, Role.APPROVER, Role.MANAGER, Role.ADMINISTRATOR, Scope.AUDITS_RUN)
permit("audits.pattern_change", Role.PRIVACY_OFFICER, Role.ADMINISTRATOR)
permit(
    "audits.rescan",
    Role.PRIVACY_OFFICER,
    Role.REVIEWER,
    Role.APPROVER,
    Role.MANAGER,
    Role.ADMINISTRATOR,
    Scope.AUDITS_RUN,
)
permit("audits.finding_triage", Role.REVIEWER, Role.APPROVER)
permit("audits.finding_assign", Role.REVIEWER, Role.APPROVER, Role.MANAGER)
permit(
    "audits.finding_comment",
    Role.REVIEWER,
    Role.APPROVER,
    Role.PRIVACY_OFFICER,
    Role.MANAGER,
    Role.ADMINISTRATOR,
)
permit("audits.finding_remediate", Role.REVIEWER, Role.MANAGER, Role.ADMINISTRATOR)
permit("audits.remediation_approve", Role.APPROVER)
permit("audits.finding_sign", Role.APPROVER)
permit("audits.risk_accept", Role.APPROVER)
permit("audits.cycle_close", Role.APPROVER)
permit("conversations.reveal", Role.REVIEWER, Role.PRIVACY_OFFICER)
permit("reveals.view", Role.PRIVACY_OFFICER, Role.MANAGER, Role.AUDITOR, Scope.AUDITS_READ)
permit("reveals.reason_view", Role.PRIVACY_OFFICER)
permit("transcript_reads.view", Role.PRIVACY_OFFICER)
permit("coverage.view", Role.REVIEWER, Role.APPROVER, Role.PRIVACY_OFFICER, Role.AUDITOR, Scope.AUDITS_READ)
permit("flags.view", Role.REVIEWER, Role.APPROVER, Role.PRIVACY_OFFICER, Role.AUDITOR, Scope.FLAGS_READ)
permit("flags.raise", Role.REVIEWER, Role.APPROVER, Role.PRIVACY_OFFICER, Scope.FLAGS_WRITE)
permit("flags.triage", Role.REVIEWER, Role.APPROVER)
permit("datasets.audit", Role.REVIEWER, Role.APPROVER, Role.PRIVACY_OFFICER, Role.MANAGER, Role.ADMINISTRATOR)
permit("datasets.export", Role.PRIVACY_OFFICER)
permit("probes.connector_change", Role.MANAGER, Role.ADMINISTRATOR)
permit("probes.start", Role.REVIEWER, Role.APPROVER, Role.MANAGER, Role.ADMINISTRATOR, Scope.AUDITS_RUN)
permit("probes.answers_view", Role.REVIEWER, Role.APPROVER, Role.PRIVACY_OFFICER, Role.MANAGER, Role.AUDITOR)
