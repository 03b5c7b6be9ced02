from portal.core.models.jobs import Job, JobState
from portal.core.models.keys import DataKey
from portal.core.models.ledger import LedgerEntry
from portal.core.models.rotations import KeyRotation, RetiredKey

__all__ = ["DataKey", "Job", "JobState", "KeyRotation", "LedgerEntry", "RetiredKey"]
