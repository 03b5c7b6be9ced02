"""The words of data-subject requests, and what may follow what."""

from django.db import models

from portal.core.states import Transitions


class RequestKind(models.TextChoices):
    ACCESS = "access", "Access (Art. 15)"
    PORTABILITY = "portability", "Portability (Art. 20)"
    ERASURE = "erasure", "Erasure (Art. 17)"
    RECTIFICATION = "rectification", "Rectification (Art. 16)"
    RESTRICTION = "restriction", "Restriction (Art. 18)"
    OBJECTION = "objection", "Objection (Art. 21)"


# Those that end with a package of the subject's data.
PACKAGED = frozenset({RequestKind.ACCESS, RequestKind.PORTABILITY})

# Those that are answered from what is kept: until then it must not be disposed of.
ANSWERED_FROM_DATA = PACKAGED | {RequestKind.RECTIFICATION, RequestKind.RESTRICTION}


class Jurisdiction(models.TextChoices):
    GDPR = "gdpr", "GDPR (EU, EEA, UK)"
    CCPA = "ccpa", "CCPA (California)"


class RequestState(models.TextChoices):
    RECEIVED = "received", "Received"
    IDENTITY_VERIFIED = "identity_verified", "Identity verified"
    IN_PROGRESS = "in_progress", "In progress"
    ON_HOLD = "on_hold", "On hold"
    FULFILLED = "fulfilled", "Fulfilled"
    REFUSED = "refused", "Refused"


# A request on hold goes back to where it was held.
REQUEST = Transitions(
    RequestState,
    {
        RequestState.RECEIVED: [RequestState.IDENTITY_VERIFIED, RequestState.ON_HOLD, RequestState.REFUSED],
        RequestState.IDENTITY_VERIFIED: [RequestState.IN_PROGRESS, RequestState.ON_HOLD, RequestState.REFUSED],
        RequestState.IN_PROGRESS: [RequestState.ON_HOLD, RequestState.FULFILLED, RequestState.REFUSED],
        RequestState.ON_HOLD: [
            RequestState.RECEIVED,
            RequestState.IDENTITY_VERIFIED,
            RequestState.IN_PROGRESS,
            RequestState.REFUSED,
        ],
    },
)
CLOSED = sorted(REQUEST.terminal)
# Nothing is done for a person before it is known that they are who they say.
IDENTIFIED = [RequestState.IDENTITY_VERIFIED, RequestState.IN_PROGRESS, RequestState.FULFILLED]


class RequestChannel(models.TextChoices):
    EMAIL = "email", "E-mail"
    FORM = "form", "Web form"
    CHAT = "chat", "Chat with an assistant"
    PHONE = "phone", "Telephone"
    LETTER = "letter", "Letter"
    IN_PERSON = "in_person", "In person"
    API = "api", "Another system"


class HoldReason(models.TextChoices):
    IDENTITY = "identity", "Waiting for proof of identity"
    CLARIFICATION = "clarification", "Waiting for the customer to say more"
    LEGAL_HOLD = "legal_hold", "A legal hold forbids it for now"
    THIRD_PARTY = "third_party", "Waiting for somebody else"


class IdentityMethod(models.TextChoices):
    SIGNED_IN = "signed_in", "Signed in to their account"
    CALL_BACK = "call_back", "Called back on a number on file"
    MAIL_BACK = "mail_back", "Answered from an address on file"
    KNOWLEDGE = "knowledge", "Answered questions about their account"
    DOCUMENT = "document", "Showed a document"
    REPRESENTATIVE = "representative", "A representative with a mandate"


class ExtensionReason(models.TextChoices):
    COMPLEXITY = "complexity", "The request is complex"
    NUMBER = "number", "The number of requests"


class RefusalReason(models.TextChoices):
    IDENTITY = "identity", "The person could not be identified (Art. 11, 12(2))"
    UNFOUNDED = "unfounded", "Manifestly unfounded (Art. 12(5))"
    EXCESSIVE = "excessive", "Excessive, above all because repeated (Art. 12(5))"
    NO_DATA = "no_data", "Nothing is held about this person"
    OTHERS_RIGHTS = "others_rights", "It would harm the rights of others (Art. 15(4))"
    EXPRESSION = "expression", "Freedom of expression and information (Art. 17(3)(a))"
    LEGAL_OBLIGATION = "legal_obligation", "A legal obligation to keep the data (Art. 17(3)(b))"
    PUBLIC_HEALTH = "public_health", "Public health (Art. 17(3)(c))"
    ARCHIVING = "archiving", "Archiving, research or statistics (Art. 17(3)(d))"
    LEGAL_CLAIMS = "legal_claims", "Legal claims (Art. 17(3)(e))"
    NOT_OBJECTABLE = "not_objectable", "The lawful basis cannot be objected to (Art. 21(1))"
    COMPELLING = "compelling", "Compelling legitimate grounds (Art. 21(1))"
    WITHDRAWN = "withdrawn", "The customer took the request back"
