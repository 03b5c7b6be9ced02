"""Each decision about a finding: the form it takes, the service it calls, how its button looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django import forms
from django.http import QueryDict
from django.urls import reverse

from audits.forms import (
    AcceptRiskForm,
    AssignForm,
    CommentForm,
    ConfirmForm,
    DismissForm,
    DuplicateForm,
    ImplementForm,
    OptionalNoteForm,
    PlanForm,
    ReasonForm,
    Unasked,
)
from audits.models import Finding
from audits.queries.finding_actions import allowed_actions
from audits.queries.finding_choices import able_owners, fixing_releases, originals_of
from audits.queries.rechecks import recheck_stated, recheck_words
from audits.queries.triangle import triangle_of
from audits.remedies import remedies_for
from audits.services.findings import (
    finding_accept_risk,
    finding_assign,
    finding_claim,
    finding_comment,
    finding_confirm,
    finding_dismiss,
    finding_mark_duplicate,
    finding_release,
)
from audits.services.remediations import (
    remediation_approve,
    remediation_draft,
    remediation_implement,
    remediation_request_changes,
    remediation_submit,
)
from audits.services.sign_off import finding_send_back
from audits.services.verification import finding_verify
from audits.states import REMEDIATION
from portal.accounts.models import User
from portal.core.errors import Conflict

SIGN_OFF = "sign-off"
# A claim changes who looks at the item, not whether it waits.
PASSING = frozenset({"claim", "release"})
TRIAGE = frozenset({"claim", "release", "confirm", "dismiss", "duplicate"})


@dataclass(frozen=True, slots=True)
class Decision:
    """`act` takes the finding, the person and the form's cleaned data. `done` is said afterwards, or `proposed`
    where the finding is what it was, because a second person decides.

    Without `act`, the decision has a page of its own.
    """

    done: str
    act: Callable[[Finding, User, Mapping[str, Any]], object] | None
    form: type[forms.Form] = Unasked
    icon: str = ""
    style: str = ""
    choices: Callable[[Finding], dict[str, Any]] = lambda finding: {}
    proposed: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """A decision as its button, its disclosed form, or, with `link`, the page where it is made.

    Shut where `denied_reason` says why. `lasting` is whether the item leaves the queue with it.
    """

    name: str
    label: str
    key: str
    icon: str
    style: str
    form: forms.Form
    denied_reason: str = ""
    opened: bool = False
    lasting: bool = True
    link: str = ""

    @property
    def denied_id(self) -> str:
        """What names the reason on the page: decisions that are shut for the same reason share it."""
        return f"denied-{crc32(self.denied_reason.encode()):08x}"

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return bool(self.form.fields)


def offered_decisions(
    finding: Finding, user: User, *, bound: tuple[str, forms.Form] | None = None, only: frozenset[str] | None = None
) -> list[Offered]:
    """What this person can do now, in the order of likelihood; `bound` is the form that was refused, shown opened."""
    offered: list[Offered] = []
    for action in allowed_actions(finding, user):
        if only is not None and action.name not in only:
            continue
        refused = bound is not None and bound[0] == action.name
        form = bound[1] if bound is not None and refused else decision_form(action.name, finding)
        decision = DECISIONS[action.name]
        offered.append(
            Offered(
                name=action.name,
                label=action.label,
                key=action.key,
                icon=decision.icon,
                style="" if any(earlier.style for earlier in offered) else decision.style,
                form=form,
                denied_reason=action.denied_reason,
                opened=refused,
                lasting=action.name not in PASSING,
                link=reverse("audits:finding-sign-off", args=[finding.pk]) if action.name == SIGN_OFF else "",
            )
        )
    return offered


def decision_form(name: str, finding: Finding, data: QueryDict | None = None) -> forms.Form:
    """The form of one decision, filled with `data` where given."""
    decision = DECISIONS[name]
    initial = _plan_so_far(finding) if name == "remediation" and data is None else {}
    return decision.form(data, auto_id=f"{name}-%s", initial=initial, **decision.choices(finding))


def _plan_so_far(finding: Finding) -> dict[str, Any]:
    under_way = finding.remediations.filter(state__in=REMEDIATION.open).first()
    if under_way is None:
        return {}
    return {"plan": under_way.plan, "remedy": under_way.remedy, "recheck_days": under_way.recheck.get("days")}


def _planning_choices(finding: Finding) -> dict[str, Any]:
    """The remedies for what the finding's four sides point at, and what a re-check would see at best."""
    triangle = triangle_of(finding)
    if triangle is None:
        return {}
    nearest = remedies_for([reading.cause for reading in triangle.causes])
    return {
        "remedies": [(remedy.value, remedy.label) for remedy in nearest],
        "recheck": _recheck_help(recheck_stated(finding)),
    }


def _recheck_help(stated: Mapping[str, Any]) -> str:
    """What an empty field for the days means, and what the re-check will see; empty where there is nothing to state."""
    if not stated:
        return ""
    when = "as many as it needs" if "days" in stated else "somebody starts the check, after a new probe run"
    return f"Empty: {when}. {recheck_words(stated)}"


def _remediation_of(finding: Finding) -> int:
    """The id of the remediation under way."""
    pk = finding.remediations.filter(state__in=REMEDIATION.open).values_list("pk", flat=True).first()
    if pk is None:
        raise Conflict("There is no remediation under way.", code="no_remediation")
    return pk


def _owners(finding: Finding) -> dict[str, Any]:
    return {"able": able_owners(finding)}


DECISIONS: Mapping[str, Decision] = {
    "claim": Decision(
        "It is yours while you work on it, and for five minutes after.",
        lambda finding, user, data: finding_claim(finding_id=finding.pk, actor=user),
        icon="user",
    ),
    "release": Decision(
        "Given back to the queue.",
        lambda finding, user, data: finding_release(finding_id=finding.pk, actor=user),
        icon="arrow-back-up",
    ),
    "confirm": Decision(
        "Confirmed.",
        lambda finding, user, data: finding_confirm(finding_id=finding.pk, actor=user, **data),
        form=ConfirmForm,
        icon="check",
        style="btn-primary",
        choices=_owners,
    ),
    "dismiss": Decision(
        "Dismissed.",
        lambda finding, user, data: finding_dismiss(finding_id=finding.pk, actor=user, **data),
        form=DismissForm,
        icon="circle-minus",
        proposed="Proposed. A second person decides whether it is dismissed.",
    ),
    "duplicate": Decision(
        "Marked as a duplicate.",
        lambda finding, user, data: finding_mark_duplicate(
            finding_id=finding.pk, of=data["of"].pk, note=data["note"], actor=user
        ),
        form=DuplicateForm,
        icon="copy",
        choices=lambda finding: {"originals": originals_of(finding)},
    ),
    "accept-risk": Decision(
        "The risk is accepted until that day.",
        lambda finding, user, data: finding_accept_risk(finding_id=finding.pk, actor=user, **data),
        form=AcceptRiskForm,
        icon="player-pause",
    ),
    "remediation": Decision(
        "The plan is kept as a draft. Submit it when it is complete.",
        lambda finding, user, data: remediation_draft(finding_id=finding.pk, actor=user, **data),
        form=PlanForm,
        icon="pencil",
        style="btn-primary",
        choices=_planning_choices,
    ),
    "submit": Decision(
        "Submitted. Somebody else approves it.",
        lambda finding, user, data: remediation_submit(remediation_id=_remediation_of(finding), actor=user),
        icon="send",
        style="btn-primary",
    ),
    "approve": Decision(
        "The plan is approved.",
        lambda finding, user, data: remediation_approve(remediation_id=_remediation_of(finding), actor=user, **data),
        form=OptionalNoteForm,
        icon="check",
        style="btn-primary",
    ),
    "request-changes": Decision(
        "Sent back to its author.",
        lambda finding, user, data: remediation_request_changes(
            remediation_id=_remediation_of(finding), actor=user, **data
        ),
        form=ReasonForm,
        icon="pencil",
    ),
    "implement": Decision(
        "Recorded as carried out. Now the check has to prove it.",
        lambda finding, user, data: remediation_implement(remediation_id=_remediation_of(finding), actor=user, **data),
        form=ImplementForm,
        icon="tool",
        style="btn-primary",
        choices=lambda finding: {"releases": fixing_releases(finding)},
    ),
    "verify": Decision(
        "The same check runs again on newer data.",
        lambda finding, user, data: finding_verify(finding_id=finding.pk, actor=user),
        icon="refresh",
        style="btn-primary",
    ),
    SIGN_OFF: Decision("", None, icon="writing", style="btn-primary"),
    "send-back": Decision(
        "Sent back to remediation.",
        lambda finding, user, data: finding_send_back(finding_id=finding.pk, actor=user, **data),
        form=ReasonForm,
        icon="arrow-back-up",
    ),
    "assign": Decision(
        "Assigned.",
        lambda finding, user, data: finding_assign(finding_id=finding.pk, actor=user, **data),
        form=AssignForm,
        icon="user-check",
        choices=_owners,
    ),
    "comment": Decision(
        "Comment added.",
        lambda finding, user, data: finding_comment(finding_id=finding.pk, actor=user, **data),
        form=CommentForm,
        icon="message",
    ),
}
