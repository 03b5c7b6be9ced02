from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from assistants.states import AssistantState, DataSourceKind, RiskTier
from consent.jurisdictions import require_jurisdiction
from consent.models import Purpose
from consent.states import LawfulBasis
from portal.accounts.models import Team, User
from portal.core.access import TeamScoped


class Assistant(TeamScoped):
    """An AI customer-service assistant and what its owner declares about it."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="assistants")
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=AssistantState.choices, default=AssistantState.PROPOSED)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="owned_assistants", null=True, blank=True)
    vendor = models.CharField(max_length=120, blank=True)
    purpose = models.TextField("what it is for", blank=True)
    out_of_scope = models.TextField("what it must not be used for", blank=True)
    limitations = models.TextField("known limitations and biases", blank=True)
    risk_tier = models.CharField(max_length=10, choices=RiskTier.choices, default=RiskTier.LIMITED)
    channels = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    # Language code → the words by which it says that it is a machine.
    disclosure_texts = models.JSONField(default=dict, blank=True)
    human_handoff = models.TextField("how a customer reaches a person", blank=True)
    next_review = models.DateField(null=True, blank=True)
    jurisdiction = models.CharField(
        "where its customers are",
        max_length=12,
        blank=True,
        help_text="ISO 3166, such as DE or US-CA, or EU. Counts where a customer's consents do not say where they are.",
        validators=[require_jurisdiction],
    )
    purposes = models.ManyToManyField(
        Purpose,
        related_name="assistants",
        blank=True,
        help_text="Every conversation is checked against each of these.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AuditedAttribute(TeamScoped):
    """A customer attribute that this assistant's audits declare. Only declared ones are ever counted."""

    TEAM_PATH = "assistant__team"

    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="audited_attributes")
    name = models.CharField(max_length=60)
    label = models.CharField(max_length=120, blank=True)
    reference = models.CharField(max_length=120, blank=True, help_text="The group that others are compared with.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assistant", "name"], name="audited_attribute_once")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.label or self.name


class Release(TeamScoped):
    """One version of an assistant as it met customers. Immutable: database triggers refuse a change."""

    TEAM_PATH = "assistant__team"

    assistant = models.ForeignKey(Assistant, on_delete=models.PROTECT, related_name="releases")
    version = models.CharField(max_length=60)
    model = models.CharField(max_length=120)
    provider = models.CharField(max_length=120, blank=True)
    algorithm = models.TextField("how it decides, in plain words")
    prompt_hash = models.CharField(max_length=64, blank=True)
    knowledge_base = models.CharField(max_length=200, blank=True)
    knowledge_base_hash = models.CharField(max_length=64, blank=True)
    guardrails = models.TextField(blank=True)
    tools = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    changes = models.TextField("what changed", blank=True)
    released_at = models.DateTimeField()
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assistant", "version"], name="release_once")]
        ordering = ["-released_at"]

    def __str__(self) -> str:
        return self.version


class DataSource(TeamScoped):
    """What an assistant learned from or looks things up in: its origin, its terms and its lawful basis."""

    TEAM_PATH = "assistant__team"

    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="data_sources")
    releases = models.ManyToManyField(Release, related_name="data_sources", blank=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=DataSourceKind.choices)
    origin = models.CharField("where it came from", max_length=300)
    licence = models.CharField(max_length=120, blank=True)
    lawful_basis = models.CharField(max_length=24, choices=LawfulBasis.choices, blank=True)
    personal_data = models.BooleanField("contains personal data", default=False)
    collected_from = models.DateField(null=True, blank=True)
    collected_until = models.DateField(null=True, blank=True)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name
