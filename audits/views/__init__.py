"""Pages of the audits: queue, findings, conversations, flags, cycles."""
