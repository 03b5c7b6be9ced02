"""Data-subject requests over HTTP: filing one, and following what becomes of it. Personal data goes in, never out."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.api.bodies import REFERENCE_LIMIT
from consent.api.teams import team_asked
from consent.models import SubjectRequest
from consent.queries.requests import RequestFilters, request_for, requests_for
from consent.request_states import (
    HoldReason,
    Jurisdiction,
    RefusalReason,
    RequestChannel,
    RequestKind,
    RequestState,
)
from consent.services.requests.handling import request_receive
from consent.services.requests.records import NOTE_LIMIT, today
from portal.core.access import can_anywhere
from portal.core.bodies import Query, StrictBody, read, read_query
from portal.core.errors import Denied

TAG = "Data-subject requests"


class RequestBody(StrictBody):
    """A request as it came in. The customer's own words are sealed under their data key."""

    customer_ref = serializers.CharField(max_length=REFERENCE_LIMIT)
    kind = serializers.ChoiceField(RequestKind.choices)
    channel = serializers.ChoiceField(RequestChannel.choices, required=False, default=RequestChannel.API)
    jurisdiction = serializers.ChoiceField(Jurisdiction.choices, required=False, default=Jurisdiction.GDPR)
    received_at = serializers.DateTimeField(required=False, help_text="The clock runs from here; now unless given.")
    details = serializers.CharField(
        required=False, allow_blank=True, max_length=NOTE_LIMIT, help_text="What they wrote, how to reach them."
    )
    team = serializers.SlugField(required=False, help_text="Needed by people of several teams; a key has its own.")


class RequestQuery(Query):
    waiting = serializers.ChoiceField(["open", "soon", "overdue", "closed"], required=False)
    kind = serializers.ChoiceField(RequestKind.choices, required=False)


class RequestAnswer(serializers.ModelSerializer[SubjectRequest]):
    """Where a request stands. `id` names it from now on; nothing here says whose it is."""

    id = serializers.UUIDField(source="public_id")
    kind = serializers.ChoiceField(RequestKind.choices)
    state = serializers.ChoiceField(RequestState.choices)
    jurisdiction = serializers.ChoiceField(Jurisdiction.choices)
    channel = serializers.ChoiceField(RequestChannel.choices)
    hold_reason = serializers.ChoiceField(HoldReason.choices, allow_blank=True)
    refusal_reason = serializers.ChoiceField(RefusalReason.choices, allow_blank=True)
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = SubjectRequest
        fields = [
            "id", "kind", "state", "jurisdiction", "channel", "received_at", "due_on", "extended_until", "overdue",
            "hold_reason", "refusal_reason", "closed_at",
        ]  # fmt: skip

    def get_overdue(self, request: SubjectRequest) -> bool:
        return request.overdue(today())


class Requests(generics.ListAPIView[SubjectRequest]):
    """The requests of the actor's teams, and filing one."""

    serializer_class = RequestAnswer
    queryset = SubjectRequest.objects.none()

    def get_queryset(self) -> QuerySet[SubjectRequest]:
        actor: Any = self.request.user
        if not can_anywhere(actor, "requests.list"):
            raise Denied("This needs the scope requests:read or a role that lists requests.", code="role_missing")
        filters = RequestFilters(**read_query(self.request, RequestQuery))
        return requests_for(actor, filters, today=today()).order_by("-pk")

    @extend_schema(
        operation_id="subject_requests_list",
        tags=[TAG],
        parameters=[RequestQuery],
        summary="List data-subject requests",
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="subject_request_receive",
        tags=[TAG],
        request=RequestBody,
        responses={201: RequestAnswer},
        summary="File a data-subject request",
    )
    def post(self, request: Request) -> Response:
        given = read(request, RequestBody)
        actor: Any = request.user
        team = team_asked(request, given.pop("team", None), "requests.receive")
        made = request_receive(team=team, actor=actor, **given)
        return Response(RequestAnswer(made).data, status=201)


class OneRequest(APIView):
    """One request."""

    @extend_schema(
        operation_id="subject_request", tags=[TAG], responses=RequestAnswer, summary="See where a request stands"
    )
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        actor: Any = request.user
        return Response(RequestAnswer(request_for(actor, public_id)).data)
