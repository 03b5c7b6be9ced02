"""The words of the consent ledger (ISO/IEC TS 27560, W3C Data Privacy Vocabulary)."""

from django.db import models

from portal.core.states import Transitions


class ConsentState(models.TextChoices):
    GIVEN = "given", "Given"
    RENEWED = "renewed", "Renewed"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"
    REVOKED = "revoked", "Revoked"
    EXPIRED = "expired", "Expired"
    INVALIDATED = "invalidated", "Invalidated"
    OBJECTED = "objected", "Objected"
    OBJECTION_LIFTED = "objection_lifted", "Objection lifted"


class LawfulBasis(models.TextChoices):
    CONSENT = "consent", "Consent (Art. 6(1)(a))"
    CONTRACT = "contract", "Contract (Art. 6(1)(b))"
    LEGAL_OBLIGATION = "legal_obligation", "Legal obligation (Art. 6(1)(c))"
    VITAL_INTEREST = "vital_interest", "Vital interest (Art. 6(1)(d))"
    PUBLIC_TASK = "public_task", "Public task (Art. 6(1)(e))"
    LEGITIMATE_INTEREST = "legitimate_interest", "Legitimate interest (Art. 6(1)(f))"


class ConsentActor(models.TextChoices):
    SUBJECT = "subject", "The data subject"
    GUARDIAN = "guardian", "A guardian"
    AGENT = "agent", "An agent on their behalf"
    CONTROLLER = "controller", "The controller"


class SubjectKind(models.TextChoices):
    IDENTIFIED = "identified", "Known by a reference"
    ANONYMOUS = "anonymous", "Anonymous"


class HoldScope(models.TextChoices):
    SUBJECT = "subject", "One customer"
    ASSISTANT = "assistant", "One assistant"
    TEAM = "team", "The whole team"


class LinkState(models.TextChoices):
    """The life of a merge of two data subjects."""

    PROPOSED = "proposed", "Proposed"
    CONFIRMED = "confirmed", "Confirmed"
    UNDONE = "undone", "Undone"


class LinkReason(models.TextChoices):
    """Why two data subjects are held to be one person, or no longer. Free text would hold personal data."""

    IDENTITY_CHECKED = "identity_checked", "Their identity was checked"
    SUBJECT_SAID = "subject_said", "The customer said so"
    SAME_CONTACT = "same_contact", "They share contact data"
    SOURCE_MERGED = "source_merged", "The source merged them"
    DIFFERENT_PEOPLE = "different_people", "They are different people"
    MISTAKE = "mistake", "The merge was a mistake"


class AgeEvidence(models.TextChoices):
    """What an age note rests on. Free text would hold personal data."""

    SUBJECT_SAID = "subject_said", "The customer said so"
    GUARDIAN_SAID = "guardian_said", "A guardian said so"
    ACCOUNT = "account", "The customer's account says so"
    DOCUMENT = "document", "A document was seen"
    ESTIMATE = "estimate", "The service is used by children, or age was estimated"
    EARLIER_MARK = "earlier_mark", "Marked before evidence was kept"


class RestrictionGround(models.TextChoices):
    """Why processing is restricted, GDPR Art. 18(1)."""

    ACCURACY_CONTESTED = "accuracy_contested", "The accuracy of the data is contested (Art. 18(1)(a))"
    UNLAWFUL = "unlawful", "The processing is unlawful and erasure is not wanted (Art. 18(1)(b))"
    LEGAL_CLAIMS = "legal_claims", "The data subject needs the data for legal claims (Art. 18(1)(c))"
    OBJECTION_PENDING = "objection_pending", "An objection is being examined (Art. 18(1)(d))"


class RuleState(models.TextChoices):
    DRAFT = "draft", "Draft"
    ACTIVE = "active", "In force"
    RETIRED = "retired", "Retired"


RETENTION_RULE = Transitions(
    RuleState,
    {RuleState.DRAFT: [RuleState.ACTIVE, RuleState.RETIRED], RuleState.ACTIVE: [RuleState.RETIRED]},
)


class Anchor(models.TextChoices):
    """What a retention period is counted from."""

    CONVERSATION_ENDED = "conversation_ended", "The conversation ended"
    LAST_CONTACT = "last_contact", "The customer's last contact"
    CONSENT_WITHDRAWN = "consent_withdrawn", "The customer withdrew consent"
    SUPERSEDED = "superseded", "A revision took its place"
    REQUEST_CLOSED = "request_closed", "The request was closed"
    CREATED = "created", "It was made"
    COLLECTED = "collected", "It was collected"


class ConsentStatus(models.TextChoices):
    """What an evaluation answers."""

    PERMITTED = "permitted", "Permitted"
    DENIED = "denied", "Denied"
    UNKNOWN = "unknown", "Unknown"


class Reason(models.TextChoices):
    """Why an evaluation answers as it does. The codes are stable; the labels are what people read."""

    GRANTED = "granted", "Consent was given and in force"
    LAWFUL_BASIS = "lawful_basis", "Allowed on another lawful basis; nobody objected"
    OBJECTION_LIFTED = "objection_lifted", "Allowed on another lawful basis; an earlier objection was lifted"
    REFUSED = "refused", "Consent was refused"
    WITHDRAWN = "withdrawn", "Consent had been withdrawn"
    REVOKED = "revoked", "Consent had been revoked"
    EXPIRED = "expired", "Consent had expired"
    INVALIDATED = "invalidated", "The consent was declared invalid from its beginning"
    OBJECTED = "objected", "The data subject had objected"
    NOT_YET_IN_FORCE = "not_yet_in_force", "Consent was not yet certainly in force"
    ORDER_UNCERTAIN = "order_uncertain", "Clocks cannot tell whether consent or its withdrawal came last"
    PURPOSE_NOT_COVERED = "purpose_not_covered", "The notice that was consented to does not name this purpose"
    NOTICE_CHANGED = "notice_changed", "The notice changed materially and consent was not renewed"
    GUARDIAN_MISSING = "guardian_missing", "The data subject is a minor and no guardian consented"
    GUARDIANSHIP_ENDED = "guardianship_ended", "A guardian consented for somebody who was of age by then"
    RESTRICTED = "restricted", "Processing is restricted at the data subject's request"
    ERASED = "erased", "The data subject had been erased"
    NO_EVENT = "no_event", "Nothing is recorded about this purpose at that time"
    NO_SUBJECT = "no_subject", "It is not known whose data this is"


PERMITTING = frozenset({Reason.GRANTED, Reason.LAWFUL_BASIS, Reason.OBJECTION_LIFTED})
GRANTS = frozenset({ConsentState.GIVEN, ConsentState.RENEWED})
RESTRICTIONS = frozenset(
    {
        ConsentState.REFUSED,
        ConsentState.WITHDRAWN,
        ConsentState.REVOKED,
        ConsentState.EXPIRED,
        ConsentState.OBJECTED,
    }
)
# GDPR Art. 21(1): only processing on these two bases can be objected to.
OBJECTABLE = frozenset({LawfulBasis.LEGITIMATE_INTEREST, LawfulBasis.PUBLIC_TASK})
# GDPR Art. 18(2): what may go on under a restriction protects somebody's life, or serves legal claims (of a purpose).
UNRESTRICTED = frozenset({LawfulBasis.VITAL_INTEREST})
LINK_STATES = Transitions(
    LinkState,
    {
        LinkState.PROPOSED: {LinkState.CONFIRMED, LinkState.UNDONE},
        LinkState.CONFIRMED: {LinkState.UNDONE},
    },
)
