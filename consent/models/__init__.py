from consent.models.events import ConsentEvent
from consent.models.holds import LegalHold
from consent.models.notices import Notice, Purpose
from consent.models.subjects import DataSubject

__all__ = ["ConsentEvent", "DataSubject", "LegalHold", "Notice", "Purpose"]
