"""Other open findings about the same groups: one gap is often seen by several checks."""

from __future__ import annotations

from audits.models import CheckRun, Finding
from audits.queries.asked_groups import attributes_of, cues_about
from audits.queries.findings import SEVERITY_ORDER
from audits.states import FAIRNESS_KINDS, FINDING

_MOST = 6


def same_gap_elsewhere(finding: Finding) -> list[Finding]:
    """Open findings of the same assistant about the same attribute, gravest first; one query, six at most."""
    if finding.kind not in FAIRNESS_KINDS:
        return []
    others = (
        Finding.objects.filter(assistant=finding.assistant_id, kind__in=FAIRNESS_KINDS, state__in=FINDING.open)
        .exclude(pk=finding.pk)
        .select_related("latest_run")
        .defer("latest_run__result")
        .order_by(SEVERITY_ORDER, "due_at", "pk")
    )
    return [one for one in others if _same_groups(finding.latest_run, one.latest_run)][:_MOST]


def _same_groups(one: CheckRun, other: CheckRun) -> bool:
    """Whether both name the same attribute, the same cue, or an attribute and a cue that stands for it."""
    cue, other_cue = one.params.get("cue"), other.params.get("cue")
    if cue and other_cue:
        return bool(cue == other_cue)
    if cue or other_cue:
        return any((cue or other_cue) in cues_about(name) for name in attributes_of(one) | attributes_of(other))
    return not attributes_of(one).isdisjoint(attributes_of(other))
