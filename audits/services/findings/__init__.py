"""Every write to a finding but its verification and signature, which have modules of their own."""

from audits.services.findings.proof import finding_verification_decided
from audits.services.findings.raising import finding_raise

__all__ = ["finding_raise", "finding_verification_decided"]
