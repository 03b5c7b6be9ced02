from consent.models.events import ConsentEvent
from consent.models.notices import Notice, Purpose
from consent.models.subjects import DataSubject

__all__ = ["ConsentEvent", "DataSubject", "Notice", "Purpose"]
