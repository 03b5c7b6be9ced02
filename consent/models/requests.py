from __future__ import annotations

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from consent.deadlines import stops_clock
from consent.models.subjects import DataSubject
from consent.request_states import (
    CLOSED,
    IDENTIFIED,
    ExtensionReason,
    HoldReason,
    IdentityMethod,
    Jurisdiction,
    RefusalReason,
    RequestChannel,
    RequestKind,
    RequestState,
)
from portal.accounts.models import Team, User
from portal.core.access import TeamScoped
from portal.core.models import DataKey


def _person() -> models.ForeignKey[User | None, User | None]:
    return models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")


class SubjectRequest(TeamScoped):
    """What a data subject asks for, from receipt to answer, and by when.

    `details_sealed` is what they wrote and how to reach them, sealed under the subject's own data key (or, where nobody
    is known under the reference, under a key of the request), so that erasing the subject erases it too. Everything
    else is words of fixed lists, days and pseudonyms, and stays readable. `due_on` is the last day that is in time;
    `stopped_days` are the days for which the clock stood still.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="subject_requests")
    subject = models.ForeignKey(DataSubject, on_delete=models.PROTECT, related_name="requests", null=True, blank=True)
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=RequestKind.choices)
    jurisdiction = models.CharField(max_length=8, choices=Jurisdiction.choices, default=Jurisdiction.GDPR)
    channel = models.CharField(max_length=12, choices=RequestChannel.choices)
    state = models.CharField(max_length=20, choices=RequestState.choices, default=RequestState.RECEIVED)
    details_sealed = models.BinaryField(null=True)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=40)
    due_on = models.DateField()
    extended_until = models.DateField(null=True, blank=True)
    extension_reason = models.CharField(max_length=12, choices=ExtensionReason.choices, blank=True, default="")
    stopped_days = models.PositiveIntegerField(default=0)
    held_from = models.CharField(max_length=20, choices=RequestState.choices, blank=True, default="")
    held_since = models.DateTimeField(null=True, blank=True)
    hold_reason = models.CharField(max_length=16, choices=HoldReason.choices, blank=True, default="")
    identity_method = models.CharField(max_length=16, choices=IdentityMethod.choices, blank=True, default="")
    identity_digest = models.CharField(max_length=64, blank=True, default="")
    identity_checked_by = _person()
    identity_checked_at = models.DateTimeField(null=True, blank=True)
    assigned_to = _person()
    refusal_reason = models.CharField(max_length=20, choices=RefusalReason.choices, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=40, blank=True, default="")
    reminded = ArrayField(models.CharField(max_length=12), default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="subject_request_identified",
                condition=~Q(state__in=IDENTIFIED) | Q(identity_checked_at__isnull=False) & ~Q(identity_method=""),
            ),
            models.CheckConstraint(
                name="subject_request_hold_has_reason",
                condition=(
                    Q(state=RequestState.ON_HOLD, held_since__isnull=False) & ~Q(hold_reason="") & ~Q(held_from="")
                )
                | ~Q(state=RequestState.ON_HOLD) & Q(held_since__isnull=True, hold_reason="", held_from=""),
            ),
            models.CheckConstraint(
                name="subject_request_closed_when_done",
                condition=Q(state__in=CLOSED, closed_at__isnull=False)
                | ~Q(state__in=CLOSED) & Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="subject_request_refused_with_reason",
                condition=Q(state=RequestState.REFUSED) & ~Q(refusal_reason="")
                | ~Q(state=RequestState.REFUSED) & Q(refusal_reason=""),
            ),
            models.CheckConstraint(
                name="subject_request_extended_with_reason",
                condition=Q(extended_until__isnull=True, extension_reason="")
                | Q(extended_until__isnull=False) & ~Q(extension_reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["team", "due_on"], condition=~Q(state__in=CLOSED), name="subject_request_open"),
            models.Index(fields=["team", "-received_at"], name="subject_request_recent"),
        ]

    def __str__(self) -> str:
        return f"request {self.public_id}"

    @property
    def place(self) -> str:
        """What the sealed details are bound to."""
        return f"subject-request/{self.public_id}/details"

    @property
    def open(self) -> bool:
        return self.state not in CLOSED

    @property
    def clock_stopped(self) -> bool:
        """Whether the time on hold does not count; the last day is put off when the hold ends."""
        held = self.state == RequestState.ON_HOLD
        return held and stops_clock(jurisdiction=self.jurisdiction, reason=self.hold_reason)

    @property
    def running(self) -> bool:
        """Whether it is open and its clock runs."""
        return self.open and not self.clock_stopped

    def overdue(self, today: date) -> bool:
        """Whether its clock runs and its last day has passed."""
        return self.running and self.due_on < today


class SubjectRequestEvent(TeamScoped):
    """One step of a request. Append-only; what people wrote is sealed under the request's key."""

    TEAM_PATH = "request__team"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(SubjectRequest, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    actor = models.CharField(max_length=40)
    person = _person()
    action = models.CharField(max_length=40)
    from_state = models.CharField(max_length=20, blank=True, default="")
    to_state = models.CharField(max_length=20, blank=True, default="")
    facts = models.JSONField(default=dict)
    note_sealed = models.BinaryField(null=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.action} on request {self.request_id}"

    @property
    def place(self) -> str:
        """What the sealed note is bound to."""
        return f"subject-request-event/{self.pk}"


class Correction(TeamScoped):
    """What was corrected of a data subject on their request: sealed with their data, so that it goes with it."""

    TEAM_PATH = "request__team"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(SubjectRequest, on_delete=models.PROTECT, related_name="corrections")
    subject = models.ForeignKey(DataSubject, on_delete=models.PROTECT, related_name="corrections")
    field = models.CharField(max_length=80)
    rows = models.PositiveIntegerField()
    sealed = models.BinaryField(null=True)
    corrected_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"correction {self.public_id}"

    @property
    def place(self) -> str:
        """What the sealed values, before and after, are bound to."""
        return f"correction/{self.public_id}"


class AccessPackage(TeamScoped):
    """The zip that answers an access request, sealed under the subject's data key until it expires."""

    TEAM_PATH = "request__team"

    request = models.OneToOneField(SubjectRequest, on_delete=models.PROTECT, related_name="package")
    sealed = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="Bytes of the zip.")
    contents = models.JSONField(default=dict)
    built_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="access_package_there_or_deleted",
                condition=Q(sealed__isnull=False, deleted_at__isnull=True)
                | Q(sealed__isnull=True, deleted_at__isnull=False),
            )
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(deleted_at__isnull=True), name="access_package_kept")
        ]

    def __str__(self) -> str:
        return f"package of request {self.request_id}"

    @property
    def place(self) -> str:
        """What the sealed zip is bound to."""
        return f"access-package/{self.request_id}/{self.sha256}"
