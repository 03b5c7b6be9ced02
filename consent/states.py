"""The words of the consent ledger (ISO/IEC TS 27560, W3C Data Privacy Vocabulary)."""

from django.db import models


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


class ConsentStatus(models.TextChoices):
    """What an evaluation answers."""

    PERMITTED = "permitted", "Permitted"
    DENIED = "denied", "Denied"
    UNKNOWN = "unknown", "Unknown"
