"""What the audits app writes to the ledger."""

from portal.core.ledger import register_actions

register_actions(
    {
        "conversations.scanned": "Conversations scanned",
        "programme.changed": "Audit programme changed",
        "cycle.opened": "Audit cycle opened",
        "cycle.checked": "All checks of the cycle finished",
        "cycle.moved": "Audit cycle moved to another state",
        "cycle.closed": "Audit cycle closed",
        "check.decided": "Check finished",
        "finding.raised": "Finding raised",
        "finding.seen_again": "Finding seen again",
        "finding.claimed": "Finding claimed",
        "finding.released": "Claim released",
        "finding.confirmed": "Finding confirmed",
        "finding.dismissal_proposed": "Dismissal proposed",
        "finding.dismissed": "Finding dismissed",
        "finding.marked_duplicate": "Finding marked as a duplicate",
        "finding.assigned": "Finding assigned",
        "finding.commented": "Comment added",
        "finding.risk_accepted": "Risk accepted",
        "finding.risk_expired": "Risk acceptance expired",
        "finding.verification_started": "Verification started",
        "finding.verified": "Fix verified",
        "finding.verification_failed": "Verification failed",
        "finding.verification_undecided": "Verification could not decide",
        "finding.sent_back": "Finding sent back to remediation",
        "finding.signed_off": "Finding signed off",
        "remediation.drafted": "Remediation drafted",
        "remediation.submitted": "Remediation submitted",
        "remediation.changes_requested": "Changes to the remediation requested",
        "remediation.approved": "Remediation approved",
        "remediation.implemented": "Remediation implemented",
        "flag.raised": "Flag raised",
        "flag.claimed": "Flag claimed",
        "flag.released": "Flag released",
        "flag.confirmed": "Flag confirmed",
        "flag.dismissed": "Flag dismissed",
        "flag.promoted": "Flag promoted to a finding",
    }
)
