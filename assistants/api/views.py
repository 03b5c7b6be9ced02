"""The routes of assistants and conversations."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import generics
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assistants.api.answers import AssistantAnswer, AssistantDetailAnswer, ConversationAnswer, IntakeAnswer
from assistants.models import Assistant
from assistants.queries import assistant_for, assistants_for, conversation_for
from assistants.records import RecordParser, numbered_records
from assistants.services.intake import conversations_intake
from portal.core.callers import actor_of
from portal.core.jsonlines.bodies import MEDIA_TYPE, FirstRejections, NdjsonParser, body_lines, body_read

TAG = "Assistants and conversations"
LINES = OpenApiExample(
    "Two conversations",
    media_type=MEDIA_TYPE,
    request_only=True,
    value=(
        '{"external_id": "C-1001", "release": "2026.1", "channel": "chat", "language": "en", "intent": "refund", '
        '"started_at": "2026-03-01T09:30:00Z", "ended_at": "2026-03-01T09:34:10Z", "customer_ref": "A-100007", '
        '"attributes": {"age_group": "35-54"}, "outcome": {"resolved": true, "csat": 4}, "turns": '
        '[{"role": "customer", "text": "Where is my refund?"}, {"role": "assistant", "text": "It left us today."}]}\n'
        '{"external_id": "C-1002", "channel": "email", "language": "de", '
        '"turns": [{"role": "customer", "text": "Guten Tag"}]}\n'
    ),
)


class AssistantList(generics.ListAPIView[Assistant]):
    serializer_class = AssistantAnswer

    def get_queryset(self) -> QuerySet[Assistant]:
        if getattr(self, "swagger_fake_view", False):
            return Assistant.objects.none()
        actor = actor_of(self.request, "assistants.view")
        return assistants_for(actor)

    @extend_schema(operation_id="assistants_list", tags=[TAG], summary="Assistants, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


@extend_schema(
    operation_id="assistants_read",
    tags=[TAG],
    responses=AssistantDetailAnswer,
    summary="One assistant with its releases, data sources and audited attributes",
)
@api_view(["GET"])
def assistant_detail(request: Request, slug: str) -> Response:
    return Response(AssistantDetailAnswer(assistant_for(actor_of(request), slug)).data)


class ConversationIntake(APIView):
    """Bulk intake of conversations."""

    parser_classes = [NdjsonParser]

    @extend_schema(
        operation_id="conversations_push",
        tags=[TAG],
        summary="Push conversations in bulk",
        description=(
            "One conversation object a line. `release` has to be registered; of `attributes` those that the assistant "
            "declares are counted, all others are sealed with the turns. Safe to repeat: an external id that is known "
            "with the same content is left alone, with other content it becomes a revision. An `Idempotency-Key` is "
            "not read. A line that is rejected is listed with its reason; the others go in."
        ),
        parameters=[
            OpenApiParameter("Content-Encoding", OpenApiTypes.STR, OpenApiParameter.HEADER, enum=["identity", "gzip"])
        ],
        request={MEDIA_TYPE: OpenApiTypes.BINARY},
        examples=[LINES],
        responses=IntakeAnswer,
    )
    def post(self, request: Request, slug: str) -> Response:
        actor = actor_of(request)
        assistant = assistant_for(actor, slug, permission="conversations.intake")
        rejections = FirstRejections()
        records = numbered_records(
            body_lines(request), RecordParser(), max_line_bytes=settings.PROBITY_MAX_RECORD_BYTES
        )
        with body_read():
            report = conversations_intake(
                assistant=assistant, records=records, source="api", actor=actor, on_rejection=rejections.note
            )
        return Response(IntakeAnswer({**report.as_dict(), "rejections": rejections}).data)


@extend_schema(
    operation_id="conversations_read",
    tags=[TAG],
    responses=ConversationAnswer,
    summary="The figures of one conversation",
)
@api_view(["GET"])
def conversation_detail(request: Request, public_id: uuid.UUID) -> Response:
    return Response(ConversationAnswer(conversation_for(actor_of(request), public_id)).data)
