"""The roles a person holds in a team, and the scopes an API key carries."""

from django.db import models


class Role(models.TextChoices):
    REVIEWER = "reviewer", "Reviewer"
    APPROVER = "approver", "Approver"
    PRIVACY_OFFICER = "privacy_officer", "Privacy officer"
    MANAGER = "manager", "Manager"
    AUDITOR = "auditor", "Auditor (read only)"
    ADMINISTRATOR = "administrator", "Administrator"


class Scope(models.TextChoices):
    CONVERSATIONS_WRITE = "conversations:write", "Push conversations"
    DATASETS_WRITE = "datasets:write", "Push rows of training data sets"
    ASSISTANTS_READ = "assistants:read", "Read assistants"
    AUDITS_READ = "audits:read", "Read cycles, check runs and findings"
    AUDITS_RUN = "audits:run", "Open audit cycles"
    FLAGS_WRITE = "flags:write", "Raise flags"
    FLAGS_READ = "flags:read", "Read flags"
    CONSENT_READ = "consent:read", "Ask for consent decisions"
    CONSENT_WRITE = "consent:write", "Record consent events"
    REQUESTS_READ = "requests:read", "Read data-subject requests"
    REQUESTS_WRITE = "requests:write", "File data-subject requests"
