"""Who must not do what, in words: one place for the services that refuse and the pages that explain.

Each function returns the reason, or an empty text where nothing stands against it. Roles are asked separately.
"""

from __future__ import annotations

from collections.abc import Iterable

from audits.models import Finding, FindingEvent, Remediation
from audits.states import SECOND_PERSON_TO_DISMISS
from portal.accounts.models import User

FINDER = frozenset({"finding.confirmed"})
PLANNER = frozenset({"remediation.drafted"})
FIXER = frozenset({"remediation.implemented"})


def dismissal_refusal(finding: Finding, actor: User) -> str:
    """Why `actor` may not complete the dismissal that has been proposed."""
    if needs_second_person(finding) and finding.dismissal_proposed_by_id == actor.pk:
        return "You proposed this dismissal: for a high or critical finding, a second person decides."
    return ""


def needs_second_person(finding: Finding) -> bool:
    """Whether one person alone may not dismiss this finding."""
    return finding.severity in SECOND_PERSON_TO_DISMISS


def risk_refusal(finding: Finding, actor: User) -> str:
    """Why `actor` may not accept the risk."""
    if finding.confirmed_by_id == actor.pk:
        return "You confirmed this finding: somebody else decides whether its risk is accepted."
    return ""


def approval_refusal(remediation: Remediation, actor: User) -> str:
    """Why `actor` may not decide about this plan. Whoever wrote any plan for the finding counts as its author."""
    planned = actor.pk == remediation.drafted_by_id or actor.pk in people_who(remediation.finding_id, PLANNER)
    return "You wrote this plan: somebody else approves it." if planned else ""


def sign_off_refusal(finding: Finding, actor: User) -> str:
    """Why `actor` may not sign. Every attempt at a fix counts, also one that failed before."""
    parts = []
    if actor.pk == finding.confirmed_by_id or actor.pk in people_who(finding.pk, FINDER):
        parts.append("confirmed this finding")
    if actor.pk in people_who(finding.pk, PLANNER):
        parts.append("planned its remediation")
    if actor.pk == finding.remediated_by_id or actor.pk in people_who(finding.pk, FIXER):
        parts.append("carried out its remediation")
    if not parts:
        return ""
    return f"You {' and '.join(parts)}: somebody else signs."


def people_who(finding_id: int, actions: Iterable[str]) -> frozenset[int]:
    """The ids of the people who ever did one of these actions on the finding."""
    events = FindingEvent.objects.filter(finding=finding_id, action__in=list(actions), person__isnull=False)
    return frozenset(person for person in events.values_list("person_id", flat=True) if person is not None)
