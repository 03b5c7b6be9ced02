"""States of cycles, check runs, findings, flags and remediations, and what may follow what."""

from django.db import models

from portal.core.states import Transitions


class CycleState(models.TextChoices):
    SCHEDULED = "scheduled", "Scheduled"
    RUNNING = "running", "Running"
    IN_REVIEW = "in_review", "In review"
    REMEDIATION = "remediation", "In remediation"
    AWAITING_SIGN_OFF = "awaiting_sign_off", "Awaiting sign-off"
    CLOSED = "closed", "Closed"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"


CYCLE = Transitions(
    CycleState,
    {
        CycleState.SCHEDULED: [CycleState.RUNNING, CycleState.CANCELLED, CycleState.FAILED],
        CycleState.RUNNING: [CycleState.IN_REVIEW, CycleState.CANCELLED, CycleState.FAILED],
        CycleState.IN_REVIEW: [CycleState.REMEDIATION, CycleState.AWAITING_SIGN_OFF, CycleState.CANCELLED],
        CycleState.REMEDIATION: [CycleState.AWAITING_SIGN_OFF, CycleState.CANCELLED],
        CycleState.AWAITING_SIGN_OFF: [CycleState.CLOSED, CycleState.REMEDIATION],
        CycleState.FAILED: [CycleState.RUNNING, CycleState.CANCELLED],
    },
)


class CheckState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    PASSED = "passed", "Passed"
    FAILED = "failed", "Failed"
    WATCH = "watch", "Watch"
    INSUFFICIENT_DATA = "insufficient_data", "Not enough data"
    ERROR = "error", "Error"


# A check whose worker died runs again from where it was queued.
CHECK = Transitions(
    CheckState,
    {
        CheckState.QUEUED: [CheckState.RUNNING, CheckState.ERROR],
        CheckState.RUNNING: [
            CheckState.RUNNING,
            CheckState.PASSED,
            CheckState.FAILED,
            CheckState.WATCH,
            CheckState.INSUFFICIENT_DATA,
            CheckState.ERROR,
        ],
        CheckState.ERROR: [CheckState.QUEUED],
    },
)
CHECK_DECIDED = frozenset(
    {
        CheckState.PASSED,
        CheckState.FAILED,
        CheckState.WATCH,
        CheckState.INSUFFICIENT_DATA,
        CheckState.ERROR,
    }
)


class CheckKind(models.TextChoices):
    OUTCOME_GAP = "outcome_gap", "Outcome gap"
    PERSONAL_DATA = "personal_data", "Personal data exposed by the assistant"
    CONSENT_COVERAGE = "consent_coverage", "Consent coverage"
    DISCLOSURE = "disclosure", "AI disclosure at the start"
    DATA_SUFFICIENCY = "data_sufficiency", "Data sufficiency"
    RETENTION = "retention", "Retention"
    TRAINING_CONSENT = "training_consent", "Training data: consent"
    TRAINING_PRIVACY = "training_privacy", "Training data: personal data left in"
    TRAINING_DUPLICATES = "training_duplicates", "Training data: repeated rows"
    TRAINING_ANONYMITY = "training_anonymity", "Training data: anonymity"
    TRAINING_WITHDRAWAL = "training_withdrawal", "Training data: withdrawn after training"
    TRAINING_SHARES = "training_shares", "Training data: groups beside a reference"
    TRAINING_LABELS = "training_labels", "Training data: label balance"
    ADJUSTED_GAP = "adjusted_gap", "Gap left after what customers asked"
    IMPACT_RATIO = "impact_ratio", "Impact ratios"
    INTERSECTIONS = "intersections", "Worst intersections"
    LANGUAGE_PARITY = "language_parity", "Language parity"
    SERVICE_QUALITY = "service_quality", "Quality of service"
    ERROR_PARITY = "error_parity", "Error parity"
    TEXT_HARM = "text_harm", "Harm in the text"
    MONITORING = "monitoring", "Daily watch"
    MATCHED_PAIRS = "matched_pairs", "Matched-pair probing"


#: Kinds whose findings are about groups being treated unequally: their pages look at the gap from four sides.
FAIRNESS_KINDS = frozenset(
    {
        CheckKind.OUTCOME_GAP,
        CheckKind.ADJUSTED_GAP,
        CheckKind.INTERSECTIONS,
        CheckKind.LANGUAGE_PARITY,
        CheckKind.SERVICE_QUALITY,
        CheckKind.ERROR_PARITY,
        CheckKind.TEXT_HARM,
        CheckKind.MONITORING,
        CheckKind.MATCHED_PAIRS,
        CheckKind.TRAINING_SHARES,
        CheckKind.TRAINING_LABELS,
    }
)


class Severity(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


SEVERITY_RANK = {severity: rank for rank, severity in enumerate(Severity.values)}
# Days until a finding is due (DefectDojo's defaults).
DUE_DAYS = {Severity.CRITICAL: 7, Severity.HIGH: 30, Severity.MEDIUM: 90, Severity.LOW: 120}
SECOND_PERSON_TO_DISMISS = frozenset({Severity.HIGH, Severity.CRITICAL})


class FindingState(models.TextChoices):
    NEW = "new", "New"
    CONFIRMED = "confirmed", "Confirmed"
    IN_REMEDIATION = "in_remediation", "In remediation"
    VERIFYING = "verifying", "Verifying"
    VERIFIED = "verified", "Verified"
    CLOSED = "closed", "Closed"
    DISMISSED = "dismissed", "Dismissed"
    DUPLICATE = "duplicate", "Duplicate"
    RISK_ACCEPTED = "risk_accepted", "Risk accepted"


FINDING = Transitions(
    FindingState,
    {
        FindingState.NEW: [FindingState.CONFIRMED, FindingState.DISMISSED, FindingState.DUPLICATE],
        FindingState.CONFIRMED: [FindingState.IN_REMEDIATION, FindingState.RISK_ACCEPTED],
        FindingState.IN_REMEDIATION: [FindingState.VERIFYING],
        FindingState.VERIFYING: [FindingState.VERIFIED, FindingState.IN_REMEDIATION],
        FindingState.VERIFIED: [FindingState.CLOSED, FindingState.IN_REMEDIATION],
        FindingState.RISK_ACCEPTED: [FindingState.CONFIRMED],
    },
)


class DismissReason(models.TextChoices):
    FALSE_POSITIVE = "false_positive", "The detector or check was wrong"
    EXPLAINED = "explained", "Explained by something legitimate"
    OUT_OF_SCOPE = "out_of_scope", "Outside this assistant's scope"
    NOT_REPRODUCIBLE = "not_reproducible", "Could not be reproduced"


class FlagState(models.TextChoices):
    OPEN = "open", "Open"
    CLAIMED = "claimed", "Claimed"
    CONFIRMED = "confirmed", "Confirmed"
    PROMOTED = "promoted", "Promoted to a finding"
    DISMISSED = "dismissed", "Dismissed"


FLAG = Transitions(
    FlagState,
    {
        FlagState.OPEN: [FlagState.CLAIMED],
        FlagState.CLAIMED: [FlagState.OPEN, FlagState.CONFIRMED, FlagState.DISMISSED],
        FlagState.CONFIRMED: [FlagState.PROMOTED],
    },
)


class FlagSource(models.TextChoices):
    CUSTOMER = "customer", "Customer"
    AGENT = "agent", "Human agent"
    INTEGRATION = "integration", "Integration"
    DETECTOR = "detector", "Detector"
    REVIEWER = "reviewer", "Reviewer"

    @property
    def raiser(self) -> str:
        """Who that was, within a sentence: "a customer"."""
        word = self.label.lower()
        return f"an {word}" if word.startswith("i") else f"a {word}"


class FlagKind(models.TextChoices):
    UNFAIR = "unfair", "Unfair treatment"
    PRIVACY = "privacy", "Privacy"
    HARMFUL = "harmful", "Harmful or offensive"
    WRONG = "wrong", "Wrong or misleading"
    NO_HUMAN = "no_human", "Could not reach a person"
    OTHER = "other", "Other"


class RemediationState(models.TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    APPROVED = "approved", "Approved"
    IMPLEMENTED = "implemented", "Implemented"
    VERIFYING = "verifying", "Verifying"
    SIGNED_OFF = "signed_off", "Signed off"
    FAILED = "failed", "Failed"


REMEDIATION = Transitions(
    RemediationState,
    {
        RemediationState.DRAFT: [RemediationState.SUBMITTED],
        RemediationState.SUBMITTED: [RemediationState.APPROVED, RemediationState.CHANGES_REQUESTED],
        RemediationState.CHANGES_REQUESTED: [RemediationState.SUBMITTED],
        RemediationState.APPROVED: [RemediationState.IMPLEMENTED],
        RemediationState.IMPLEMENTED: [RemediationState.VERIFYING],
        RemediationState.VERIFYING: [RemediationState.SIGNED_OFF, RemediationState.FAILED],
    },
)


class Remedy(models.TextChoices):
    """What mends a gap; audits.remedies says which cause each one answers."""

    MEND_FLOW = "mend_flow", "Mend the flow of the weak questions"
    ADAPT_LANGUAGE = "adapt_language", "Add examples of that language, or normalise it"
    HAND_OFF = "hand_off", "Hand over to people earlier"
    STRIP_CUES = "strip_cues", "Strip names and personal cues before the model"
    COLLECT = "collect", "Collect training data of the group that is short"
    REWEIGH = "reweigh", "Reweigh the training data"
    CHANGE_RULE = "change_rule", "Have the rule's owner change it"
    ROLL_BACK = "roll_back", "Roll the release back"


class ExportState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    REFUSED = "refused", "Refused"
    READY = "ready", "Ready"
    BLOCKED = "blocked", "Blocked"
    FAILED = "failed", "Failed"


# What has left stays as it was; once a data subject withdraws it must not be fetched again.
EXPORT = Transitions(
    ExportState,
    {
        ExportState.QUEUED: [ExportState.RUNNING, ExportState.FAILED],
        ExportState.RUNNING: [ExportState.RUNNING, ExportState.REFUSED, ExportState.READY, ExportState.FAILED],
        ExportState.READY: [ExportState.BLOCKED],
    },
)


class Breach(models.TextChoices):
    """Why a row of a data set must not leave."""

    CONSENT_AT_COLLECTION = "consent_then", "No consent when it was collected"
    CONSENT_NOW = "consent_now", "No consent now"
    ERASED = "erased", "Its data subject was erased"
    UNREADABLE = "unreadable", "It could not be read or scanned"
    RESIDUAL = "residual", "Personal data is left in it"
    DUPLICATE = "duplicate", "It repeats an earlier row"
    K = "k", "Too few people share its attributes"
    L = "l", "Too few different sensitive values among those who share its attributes"


class PatternState(models.TextChoices):
    DRAFT = "draft", "Draft"
    LIVE = "live", "Live"
    RETIRED = "retired", "Retired"


# A live pattern is not changed: its successor is drafted, tried, and takes its place.
PATTERN = Transitions(
    PatternState,
    {
        PatternState.DRAFT: [PatternState.LIVE, PatternState.RETIRED],
        PatternState.LIVE: [PatternState.RETIRED],
    },
)
