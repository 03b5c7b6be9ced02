"""What a decision about a finding can be made with: people, originals, releases."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from assistants.models import Release
from audits.models import Finding
from audits.states import FINDING, SEVERITY_RANK
from portal.accounts.models import Membership, User
from portal.core.access import grants_of


def able_owners(finding: Finding) -> QuerySet[User]:
    """The people who may remediate the finding, by name."""
    team, roles = finding.owning_team_id, grants_of("audits.finding_remediate")
    able = Membership.objects.filter(team=team, role__in=roles).values("user_id")
    return User.objects.filter(pk__in=able, is_active=True).order_by("name", "pk")


def originals_of(finding: Finding) -> QuerySet[Finding]:
    """The open findings of the same assistant, not less severe, that it may be a duplicate of."""
    rank = SEVERITY_RANK[finding.severity]
    graver = [severity for severity, other in SEVERITY_RANK.items() if other >= rank]
    findings = Finding.objects.filter(assistant=finding.assistant_id, state__in=FINDING.open, severity__in=graver)
    return findings.exclude(pk=finding.pk).order_by("-pk")


def fixing_releases(finding: Finding) -> QuerySet[Release]:
    """The releases of the finding's assistant that are out, newest first."""
    return Release.objects.filter(assistant=finding.assistant_id, released_at__lte=timezone.now())
