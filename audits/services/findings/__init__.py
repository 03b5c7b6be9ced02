"""Every write to a finding but its verification and signature, which have modules of their own."""

from audits.services.findings.claiming import finding_claim, finding_release
from audits.services.findings.ownership import finding_assign, finding_comment
from audits.services.findings.proof import finding_verification_decided
from audits.services.findings.raising import finding_raise
from audits.services.findings.risk import finding_accept_risk, risk_acceptances_expire
from audits.services.findings.triage import finding_confirm, finding_dismiss, finding_mark_duplicate

__all__ = [
    "finding_accept_risk",
    "finding_assign",
    "finding_claim",
    "finding_comment",
    "finding_confirm",
    "finding_dismiss",
    "finding_mark_duplicate",
    "finding_raise",
    "finding_release",
    "finding_verification_decided",
    "risk_acceptances_expire",
]
