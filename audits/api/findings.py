"""Findings: read by everyone with access, decided by people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.models import Release
from audits.api.answers import FindingAnswer, FindingDetail
from audits.api.requests import Nothing, person_of, summary_of
from audits.models import Finding, Remediation
from audits.queries.findings import FindingFilters, finding_for, findings_for
from audits.queries.waiting import WAITING
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
from audits.services.notes import NOTE_LIMIT
from audits.services.remediations import (
    MOST_RECHECK_DAYS,
    remediation_approve,
    remediation_draft,
    remediation_implement,
    remediation_request_changes,
    remediation_submit,
)
from audits.services.sign_off import finding_send_back, finding_sign_off
from audits.services.verification import finding_verify
from audits.states import DismissReason, FindingState, Remedy, Severity
from portal.accounts.models import User
from portal.accounts.step_up import recently_reauthenticated
from portal.core.bodies import Query, StrictBody, read, read_query
from portal.core.callers import actor_of

TAG = "Findings"


def _owner(*, required: bool) -> serializers.PrimaryKeyRelatedField[User]:
    message = "Choose someone of this team who may remediate."
    return serializers.PrimaryKeyRelatedField(
        queryset=User.objects.all(),
        required=required,
        error_messages={"does_not_exist": message},
        help_text="The id of a person: 7 for `user:7`.",
    )


def _note(*, required: bool) -> serializers.CharField:
    if required:
        return serializers.CharField(max_length=NOTE_LIMIT)
    return serializers.CharField(max_length=NOTE_LIMIT, required=False, allow_blank=True)


class FindingQuery(Query):
    state = serializers.ListField(
        child=serializers.ChoiceField(FindingState.choices), required=False, help_text="Any of these states."
    )
    severity = serializers.ListField(
        child=serializers.ChoiceField(Severity.choices), required=False, help_text="Any of these severities."
    )
    assistant = serializers.SlugField(required=False, help_text="The slug of an assistant.")
    cycle = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="Seen by this cycle, by its id."
    )
    waiting = serializers.ChoiceField(sorted(WAITING), required=False)


class NoteBody(StrictBody):
    note = _note(required=True)


class OptionalNoteBody(StrictBody):
    note = _note(required=False)


class ConfirmBody(OptionalNoteBody):
    owner = _owner(required=False)


class DismissBody(NoteBody):
    reason = serializers.ChoiceField(DismissReason.choices)


class DuplicateBody(OptionalNoteBody):
    of = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class AssignBody(StrictBody):
    owner = _owner(required=True)


class RiskBody(NoteBody):
    until = serializers.DateField()


class PlanBody(StrictBody):
    plan = serializers.CharField(max_length=NOTE_LIMIT)
    remedy = serializers.ChoiceField(Remedy.choices, required=False, allow_blank=True)
    recheck_days = serializers.IntegerField(required=False, min_value=1, max_value=MOST_RECHECK_DAYS)


class ImplementBody(OptionalNoteBody):
    release = serializers.PrimaryKeyRelatedField(
        queryset=Release.objects.all(),
        required=False,
        error_messages={"does_not_exist": "This release belongs to another assistant."},
        help_text="The id of the release, as remediations and check runs have it.",
    )


class FindingList(generics.ListAPIView[Finding]):
    serializer_class = FindingAnswer

    def get_queryset(self) -> QuerySet[Finding]:
        actor = actor_of(self.request, "audits.view")
        wanted = read_query(self.request, FindingQuery)
        return findings_for(
            actor,
            FindingFilters(
                states=tuple(wanted.get("state", ())),
                severities=tuple(wanted.get("severity", ())),
                assistant=wanted.get("assistant", ""),
                cycle=wanted.get("cycle"),
                waiting=wanted.get("waiting", ""),
            ),
        )

    @extend_schema(
        operation_id="findings_list", tags=[TAG], parameters=[FindingQuery], summary="Findings, newest first"
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


@extend_schema(operation_id="findings_read", tags=[TAG], responses=FindingDetail, summary="One finding in full")
@api_view(["GET"])
def finding_detail(request: Request, finding_id: int) -> Response:
    actor = actor_of(request, "audits.view")
    return Response(FindingDetail(finding_for(actor, finding_id)).data)


def _action(operation_id: str, body: type[StrictBody], service: Callable[..., Any]) -> Callable[..., Any]:
    """A view that hands its body to a service on a finding, or on a remediation of one.

    It answers with the finding as it is then.
    """

    @extend_schema(
        operation_id=operation_id, tags=[TAG], request=body, responses=FindingDetail, summary=summary_of(service)
    )
    @api_view(["POST"])
    def view(request: Request, **item: int) -> Response:
        actor = person_of(request)
        done = service(**item, actor=actor, **read(request, body))
        finding_id = done.finding_id if isinstance(done, Remediation) else item["finding_id"]
        return Response(FindingDetail(finding_for(actor, finding_id)).data)

    return view


@extend_schema(
    operation_id="findings_sign_off",
    tags=[TAG],
    request=OptionalNoteBody,
    responses=FindingDetail,
    summary=summary_of(finding_sign_off),
)
@api_view(["POST"])
def finding_sign_off_view(request: Request, finding_id: int) -> Response:
    """Needs a session that has signed in again within the last minutes."""
    actor = person_of(request)
    finding_sign_off(
        finding_id=finding_id,
        actor=actor,
        reauthenticated=recently_reauthenticated(request._request),
        **read(request, OptionalNoteBody),
    )
    return Response(FindingDetail(finding_for(actor, finding_id)).data)


FINDING_ACTIONS: dict[str, Callable[..., Any]] = {
    "claim": _action("findings_claim", Nothing, finding_claim),
    "release": _action("findings_release", Nothing, finding_release),
    "confirm": _action("findings_confirm", ConfirmBody, finding_confirm),
    "dismiss": _action("findings_dismiss", DismissBody, finding_dismiss),
    "duplicate": _action("findings_duplicate", DuplicateBody, finding_mark_duplicate),
    "assign": _action("findings_assign", AssignBody, finding_assign),
    "comment": _action("findings_comment", NoteBody, finding_comment),
    "accept-risk": _action("findings_accept_risk", RiskBody, finding_accept_risk),
    "remediation": _action("findings_remediation", PlanBody, remediation_draft),
    "verify": _action("findings_verify", Nothing, finding_verify),
    "send-back": _action("findings_send_back", NoteBody, finding_send_back),
    "sign-off": finding_sign_off_view,
}
REMEDIATION_ACTIONS: dict[str, Callable[..., Any]] = {
    "submit": _action("remediations_submit", Nothing, remediation_submit),
    "request-changes": _action("remediations_request_changes", NoteBody, remediation_request_changes),
    "approve": _action("remediations_approve", OptionalNoteBody, remediation_approve),
    "implement": _action("remediations_implement", ImplementBody, remediation_implement),
}
