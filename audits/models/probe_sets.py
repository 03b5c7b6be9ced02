from __future__ import annotations

from django.db import models

from audits.engine.probing import ProbeSet
from portal.accounts.models import Team, User
from portal.core.access import TeamScoped


class ProbeSetVersion(TeamScoped):
    """One version of a team's probe set. The database lets nobody change or delete a version: runs refer to it.

    `document` is `audits.engine.probing.ProbeSet.to_json()`, `content_hash` the SHA-256 of its canonical JSON.
    `copied_from` names the shipped set that the first version was copied from. `created_by` is None where an API key
    or the system wrote it.
    """

    TEAM_PATH = "team"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="probe_sets")
    slug = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    document = models.JSONField()
    content_hash = models.CharField(max_length=64)
    note = models.CharField(max_length=200, blank=True, default="")
    copied_from = models.CharField(max_length=80, blank=True, default="")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "slug", "version"], name="probe_set_version_once"),
        ]
        ordering = ["team", "slug", "-version"]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def probe_set(self) -> ProbeSet:
        """The set that this version is. It was judged free of faults when it was written."""
        return ProbeSet.from_json(self.document)
