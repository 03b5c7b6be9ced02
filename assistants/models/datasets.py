from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from assistants.models.conversations import Conversation
from assistants.models.registry import Assistant, DataSource, Release
from assistants.states import DatasetState, DuplicateRule, RewriteMode
from consent.models import DataSubject, Purpose
from portal.accounts.models import User
from portal.core.access import TeamScoped


class Dataset(TeamScoped):
    """Data that releases of an assistant are trained on, with what its rows must satisfy before they leave.

    `quasi_identifiers` and `sensitive` name the attributes of rows that the anonymity audit looks at. `k`, `l`,
    `allowed_types` (of personal data, left as they are), `duplicates` and `mode` are the policy of its audits and
    exports; whoever set it (`policy_set_by`) is not who exports. `label` names the attribute that a model is to learn,
    `label_favourable` its good value, `label_stratum` the attribute (such as the intent) within which labels are
    compared; both are quasi-identifiers or sensitive. `content_hash` and `row_count` are those at freezing.
    """

    TEAM_PATH = "assistant__team"

    assistant = models.ForeignKey(Assistant, on_delete=models.PROTECT, related_name="datasets")
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    source = models.ForeignKey(DataSource, on_delete=models.PROTECT, related_name="datasets")
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=12, blank=True)
    quasi_identifiers = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    sensitive = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    k = models.PositiveSmallIntegerField(default=5, validators=[MinValueValidator(1), MaxValueValidator(1000)])
    l = models.PositiveSmallIntegerField(default=2, validators=[MinValueValidator(1), MaxValueValidator(1000)])  # noqa: E741  (the letter of l-diversity)
    label = models.CharField(max_length=60, blank=True, default="")
    label_favourable = models.CharField(max_length=60, blank=True, default="")
    label_stratum = models.CharField(max_length=60, blank=True, default="")
    allowed_types = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    duplicates = models.CharField(max_length=8, choices=DuplicateRule.choices, default=DuplicateRule.EXACT)
    mode = models.CharField(max_length=12, choices=RewriteMode.choices, default=RewriteMode.REDACT)
    policy_set_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=DatasetState.choices, default=DatasetState.DRAFT)
    created_at = models.DateTimeField(auto_now_add=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    content_hash = models.CharField(max_length=64, blank=True, default="")
    row_count = models.PositiveBigIntegerField(null=True, blank=True)
    releases = models.ManyToManyField(Release, through="TrainedOn", related_name="datasets")

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="dataset_frozen_is_hashed",
                condition=~Q(state=DatasetState.FROZEN) | (Q(frozen_at__isnull=False) & ~Q(content_hash="")),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ReferenceKind(models.TextChoices):
    DECLARED = "declared", "Shares as declared"
    CUSTOMERS = "customers", "The assistant's own conversations"


class DatasetReference(TeamScoped):
    """Who a data set is meant for: a named source of what share each group should have.

    `shares` maps attributes to groups to shares of the whole; `sample` is how many they were counted from, null where
    they are no sample. For the assistant's own conversations both are empty, and `days` says how far back they count.
    """

    TEAM_PATH = "dataset__assistant__team"

    dataset = models.OneToOneField(Dataset, on_delete=models.CASCADE, primary_key=True, related_name="reference")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=ReferenceKind.choices, default=ReferenceKind.DECLARED)
    shares = models.JSONField(default=dict, blank=True)
    sample = models.PositiveBigIntegerField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    declared_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class DatasetRow(TeamScoped):
    """One example to learn from. Its content is sealed under its data subject's own key at `place`.

    `record_hash` covers all that was handed over, `text_hash` the two texts, `near_hash` their words alone (see
    assistants.records.training); all are keyed. An erasure leaves the empty row behind, with `erased_at`;
    so does retention, with `disposed_at` as well.
    """

    TEAM_PATH = "dataset__assistant__team"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="rows", db_index=False)
    subject = models.ForeignKey(DataSubject, on_delete=models.PROTECT, related_name="dataset_rows")
    external_id = models.CharField(max_length=200)
    language = models.CharField(max_length=12, blank=True)
    collected_at = models.DateTimeField()
    received_at = models.DateTimeField()
    record_hash = models.BinaryField(max_length=32, null=True)
    text_hash = models.BinaryField(max_length=32, null=True)
    near_hash = models.BinaryField(max_length=32, null=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="dataset_rows"
    )
    conversation_revision = models.PositiveIntegerField(null=True, blank=True)
    turn_from = models.PositiveIntegerField(null=True, blank=True)
    turn_until = models.PositiveIntegerField(null=True, blank=True)
    sealed = models.BinaryField(null=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    disposed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "external_id"], name="dataset_row_once"),
            models.CheckConstraint(
                name="dataset_row_sealed_or_erased",
                condition=Q(erased_at__isnull=True, sealed__isnull=False)
                | Q(erased_at__isnull=False, sealed__isnull=True, text_hash__isnull=True, near_hash__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["dataset", "id"], name="dataset_row_in_order")]

    def __str__(self) -> str:
        return f"row {self.public_id}"

    @property
    def place(self) -> str:
        return row_place(self.public_id)


def row_place(public_id: uuid.UUID) -> str:
    """What a row's sealed content is bound to; see portal.core.envelope."""
    return f"dataset-row/{public_id}"


class DatasetRowAttributes(models.Model):
    """The declared attributes of a row. Only audits and exports of its data set read them; erasure deletes them."""

    row = models.OneToOneField(DatasetRow, on_delete=models.CASCADE, primary_key=True, related_name="attributes")
    values = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "dataset row attributes"

    def __str__(self) -> str:
        return f"attributes of row {self.row_id}"


class TrainedOn(TeamScoped):
    """A release has learned from a data set.

    `withdrawals` counts the data subjects whose consent stood when it was trained and no longer does, or who were
    erased since; `first_withdrawal_at` is when Probity first found one.
    """

    TEAM_PATH = "dataset__assistant__team"

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="trainings")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="trainings")
    trained_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    withdrawals = models.PositiveIntegerField(default=0)
    first_withdrawal_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "trained on"
        ordering = ["-trained_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["dataset", "release"], name="trained_on_once")]

    def __str__(self) -> str:
        return f"release {self.release_id} trained on {self.dataset_id}"
