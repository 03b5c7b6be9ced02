from portal.core.models.jobs import Job, JobState
from portal.core.models.keys import DataKey
from portal.core.models.ledger import LedgerEntry

__all__ = ["DataKey", "Job", "JobState", "LedgerEntry"]
