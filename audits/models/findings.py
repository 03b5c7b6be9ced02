from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from assistants.models import Assistant, Conversation, Release
from audits.models.cycles import CheckRun
from audits.states import (
    SECOND_PERSON_TO_DISMISS,
    CheckKind,
    DismissReason,
    FindingState,
    RemediationState,
    Remedy,
    Severity,
)
from portal.accounts.models import User
from portal.core.access import TeamScoped
from portal.core.fields import EncryptedRow, EncryptedTextField

FINDING_KINDS = [*CheckKind.choices, ("flag", "Raised from a flag")]
CLOSED_STATES = [FindingState.CLOSED, FindingState.DISMISSED, FindingState.DUPLICATE]
DONE_STATES = [
    RemediationState.IMPLEMENTED,
    RemediationState.VERIFYING,
    RemediationState.SIGNED_OFF,
    RemediationState.FAILED,
]


def _person(related_name: str = "+") -> models.ForeignKey[User | None, User | None]:
    return models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name=related_name)


class Finding(TeamScoped):
    """Something an audit or a reviewer found wrong, from discovery to signature.

    One open finding per `fingerprint`. Four eyes are constraints: whoever signs neither confirmed nor remediated,
    who accepts a risk did not confirm it, and a high or critical finding is dismissed by someone other than who
    proposed it. `raised_by_run` is the check that raised it or, for a finding promoted from a flag, the check that
    the promoter named: the same frozen check must pass on newer data before the finding can close. `seen_in` holds
    every run that found it. `regression_of` is the earlier finding of this fingerprint, closed or dismissed, that
    has come back.
    """

    TEAM_PATH = "assistant__team"

    assistant = models.ForeignKey(Assistant, on_delete=models.PROTECT, related_name="findings")
    fingerprint = models.CharField(max_length=64)
    kind = models.CharField(max_length=20, choices=FINDING_KINDS)
    title = models.CharField(max_length=200)
    sentence = models.TextField()
    severity = models.CharField(max_length=10, choices=Severity.choices)
    state = models.CharField(max_length=16, choices=FindingState.choices, default=FindingState.NEW)
    raised_by_run = models.ForeignKey(CheckRun, on_delete=models.PROTECT, related_name="raised_findings")
    latest_run = models.ForeignKey(CheckRun, on_delete=models.PROTECT, related_name="+")
    seen_in = models.ManyToManyField(CheckRun, related_name="findings")
    verified_by_run = models.ForeignKey(CheckRun, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    times_seen = models.PositiveIntegerField(default=1)
    raised_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_by = _person()
    claimed_until = models.DateTimeField(null=True, blank=True)
    confirmed_by = _person()
    owner = _person("owned_findings")
    remediated_by = _person()
    signed_by = _person()
    closed_at = models.DateTimeField(null=True, blank=True)
    dismissal_proposed_by = _person()
    dismissed_by = _person()
    dismiss_reason = models.CharField(max_length=20, choices=DismissReason.choices, blank=True, default="")
    duplicate_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates")
    regression_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="regressions"
    )
    risk_accepted_by = _person()
    risk_accepted_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assistant", "fingerprint"],
                condition=~Q(state__in=CLOSED_STATES),
                name="finding_open_once",
            ),
            models.CheckConstraint(
                name="finding_signer_is_not_finder",
                condition=Q(signed_by__isnull=True) | Q(confirmed_by__isnull=True) | ~Q(signed_by=F("confirmed_by")),
            ),
            models.CheckConstraint(
                name="finding_signer_is_not_fixer",
                condition=Q(signed_by__isnull=True) | Q(remediated_by__isnull=True) | ~Q(signed_by=F("remediated_by")),
            ),
            models.CheckConstraint(
                name="finding_closed_is_proven_and_signed",
                condition=~Q(state=FindingState.CLOSED)
                | Q(
                    signed_by__isnull=False,
                    verified_by_run__isnull=False,
                    confirmed_by__isnull=False,
                    remediated_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="finding_dismissed_by_second_person",
                condition=~Q(state=FindingState.DISMISSED)
                | ~Q(severity__in=sorted(SECOND_PERSON_TO_DISMISS))
                | (
                    Q(dismissed_by__isnull=False, dismissal_proposed_by__isnull=False)
                    & ~Q(dismissed_by=F("dismissal_proposed_by"))
                ),
            ),
            models.CheckConstraint(
                name="finding_duplicate_names_original",
                condition=~Q(state=FindingState.DUPLICATE) | Q(duplicate_of__isnull=False),
            ),
            models.CheckConstraint(
                name="finding_risk_accepted_expires",
                condition=~Q(state=FindingState.RISK_ACCEPTED)
                | Q(risk_accepted_until__isnull=False, risk_accepted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="finding_risk_accepted_by_another",
                condition=Q(risk_accepted_by__isnull=True) | ~Q(risk_accepted_by=F("confirmed_by")),
            ),
            models.CheckConstraint(
                name="finding_verified_names_run",
                condition=~Q(state=FindingState.VERIFIED) | Q(verified_by_run__isnull=False),
            ),
            models.CheckConstraint(
                name="finding_claim_ends",
                condition=Q(claimed_by__isnull=True, claimed_until__isnull=True)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["assistant", "state", "-raised_at"], name="finding_queue"),
        ]

    def __str__(self) -> str:
        return self.title


class FindingEvent(EncryptedRow, TeamScoped):
    """One step in a finding's history. The note is what a person wrote and is kept encrypted."""

    TEAM_PATH = "finding__assistant__team"

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    actor = models.CharField(max_length=40)
    person = _person()
    action = models.CharField(max_length=40)
    from_state = models.CharField(max_length=16, blank=True, default="")
    to_state = models.CharField(max_length=16, blank=True, default="")
    note = EncryptedTextField(blank=True, default="")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.action} on finding {self.finding_id}"


class FindingEvidence(TeamScoped):
    """A conversation that shows what the finding is about."""

    TEAM_PATH = "finding__assistant__team"

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="evidence")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["finding", "conversation"], name="finding_evidence_once")]

    def __str__(self) -> str:
        return f"evidence for finding {self.finding_id}"


class Remediation(EncryptedRow, TeamScoped):
    """What will be done about a finding. `plan` is encrypted; `release` carries the fix, if a release does.

    `recheck` says in advance what the re-run of the check will be able to see (audits.engine.bias.recheck.Recheck), or
    only after how many `days` it starts; `recheck_on` is the day on which it starts by itself, set when the plan has
    been carried out.
    """

    TEAM_PATH = "finding__assistant__team"

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="remediations")
    state = models.CharField(max_length=20, choices=RemediationState.choices, default=RemediationState.DRAFT)
    plan = EncryptedTextField()
    remedy = models.CharField(max_length=20, choices=Remedy.choices, blank=True, default="")
    recheck = models.JSONField(default=dict)
    recheck_on = models.DateField(null=True, blank=True)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_by = _person()
    approved_at = models.DateTimeField(null=True, blank=True)
    implemented_by = _person()
    implemented_at = models.DateTimeField(null=True, blank=True)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["finding"],
                condition=~Q(state__in=[RemediationState.SIGNED_OFF, RemediationState.FAILED]),
                name="remediation_open_once",
            ),
            models.CheckConstraint(
                name="remediation_approved_by_another",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("drafted_by")),
            ),
            models.CheckConstraint(
                name="remediation_approval_named",
                condition=~Q(state__in=[RemediationState.APPROVED, *DONE_STATES]) | Q(approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="remediation_implementation_named",
                condition=~Q(state__in=DONE_STATES) | Q(implemented_by__isnull=False, implemented_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["recheck_on"], condition=Q(state=RemediationState.IMPLEMENTED), name="remediation_recheck_due"
            ),
        ]

    def __str__(self) -> str:
        return f"remediation of finding {self.finding_id}"


class SignOff(EncryptedRow, TeamScoped):
    """A signature: who, what it means, and the hash of exactly what was signed."""

    TEAM_PATH = "finding__assistant__team"

    finding = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="sign_off")
    signer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    meaning = models.CharField(max_length=300)
    note = EncryptedTextField(blank=True, default="")
    signed_hash = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"sign-off of finding {self.finding_id}"
