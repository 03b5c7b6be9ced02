from consent.models.ages import SubjectAgeNote
from consent.models.conflicts import SourceConflict
from consent.models.erasures import Certificate, ErasedReference, Erasure
from consent.models.events import ConsentEvent
from consent.models.holds import LegalHold
from consent.models.links import SubjectLinkEvent
from consent.models.notices import Notice, Purpose
from consent.models.requests import AccessPackage, Correction, SubjectRequest, SubjectRequestEvent
from consent.models.restrictions import ProcessingRestriction
from consent.models.retention import RetentionRule, RetentionRun
from consent.models.subjects import DataSubject

__all__ = [
    "AccessPackage",
    "Certificate",
    "ConsentEvent",
    "Correction",
    "DataSubject",
    "ErasedReference",
    "Erasure",
    "LegalHold",
    "Notice",
    "ProcessingRestriction",
    "Purpose",
    "RetentionRule",
    "RetentionRun",
    "SourceConflict",
    "SubjectAgeNote",
    "SubjectLinkEvent",
    "SubjectRequest",
    "SubjectRequestEvent",
]
