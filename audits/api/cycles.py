"""Audit cycles: read, and opened by those who may run audits."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.models import Assistant
from audits.api.answers import CheckRunAnswer, CycleAnswer
from audits.api.requests import person_of
from audits.models import CheckRun, Cycle
from audits.queries.cycles import CycleFilters, check_runs_of, cycle_for, cycles_for
from audits.services.cycle_states import cycle_close
from audits.services.cycles import cycle_open
from audits.services.notes import NOTE_LIMIT
from audits.states import CheckKind, CycleState
from portal.core.access import restrict
from portal.core.bodies import Query, StrictBody, read, read_query
from portal.core.callers import actor_of
from portal.core.errors import NotFound

TAG = "Audit cycles"
MONTH = OpenApiExample(
    "A month, two kinds of checks",
    request_only=True,
    value={
        "assistant": "aria",
        "period_from": "2026-03-01",
        "period_until": "2026-04-01",
        "checks": ["outcome_gap", "disclosure"],
    },
)


class CycleQuery(Query):
    state = serializers.ListField(
        child=serializers.ChoiceField(CycleState.choices), required=False, help_text="Any of these states."
    )
    assistant = serializers.SlugField(required=False, help_text="The slug of an assistant.")


class CycleBody(StrictBody):
    """`period_from` ≤ day < `period_until`, UTC days. Without `checks`, all that the programme has switched on."""

    assistant = serializers.SlugField()
    period_from = serializers.DateField()
    period_until = serializers.DateField()
    checks = serializers.ListField(
        child=serializers.ChoiceField(CheckKind.choices), required=False, allow_empty=False, source="kinds"
    )


class CloseBody(StrictBody):
    note = serializers.CharField(required=False, allow_blank=True, max_length=NOTE_LIMIT)


class CycleList(generics.ListAPIView[Cycle]):
    serializer_class = CycleAnswer

    def get_queryset(self) -> QuerySet[Cycle]:
        actor = actor_of(self.request, "audits.view")
        wanted = read_query(self.request, CycleQuery)
        filters = CycleFilters(states=tuple(wanted.get("state", ())), assistant=wanted.get("assistant", ""))
        return cycles_for(actor, filters)

    @extend_schema(operation_id="cycles_list", tags=[TAG], parameters=[CycleQuery], summary="Cycles, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="cycles_open",
        tags=[TAG],
        request=CycleBody,
        examples=[MONTH],
        responses={201: CycleAnswer},
        summary="Open a cycle; its checks run in the background",
    )
    def post(self, request: Request) -> Response:
        actor = actor_of(request, "audits.cycle_open")
        given = read(request, CycleBody)
        slug = given.pop("assistant")
        assistant = restrict(Assistant.objects.all(), actor, "audits.cycle_open").filter(slug=slug).first()
        if assistant is None:
            raise NotFound("There is no such assistant.")
        return Response(CycleAnswer(cycle_open(assistant=assistant, actor=actor, **given)).data, status=201)


@extend_schema(operation_id="cycles_read", tags=[TAG], responses=CycleAnswer, summary="One cycle")
@api_view(["GET"])
def cycle_detail(request: Request, cycle_id: int) -> Response:
    return Response(CycleAnswer(cycle_for(actor_of(request, "audits.view"), cycle_id)).data)


@extend_schema(
    operation_id="cycles_close", tags=[TAG], request=CloseBody, responses=CycleAnswer, summary="Close a cycle"
)
@api_view(["POST"])
def cycle_close_view(request: Request, cycle_id: int) -> Response:
    """For approvers, once every finding is decided and signed."""
    actor = person_of(request)
    return Response(CycleAnswer(cycle_close(cycle_id=cycle_id, actor=actor, **read(request, CloseBody))).data)


class CheckRunList(generics.ListAPIView[CheckRun]):
    serializer_class = CheckRunAnswer

    def get_queryset(self) -> QuerySet[CheckRun]:
        if getattr(self, "swagger_fake_view", False):
            return CheckRun.objects.none()
        actor = actor_of(self.request, "audits.view")
        return check_runs_of(cycle_for(actor, self.kwargs["cycle_id"]))

    @extend_schema(
        operation_id="cycle_check_runs_list",
        tags=[TAG],
        summary="The checks of a cycle with every number, passed or failed",
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)
