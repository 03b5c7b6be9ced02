"""The consent routes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ListSerializer, SlugField
from rest_framework.views import APIView

from consent.api.bodies import (
    MAX_EVENTS,
    BatchAnswer,
    ConsentsAnswer,
    DecisionAnswer,
    EvaluateBatchBody,
    EvaluateBody,
    EventBody,
    RecordAnswer,
)
from consent.api.teams import team_asked
from consent.errors import refusal
from consent.queries import Use, UseName, evaluate_many, named_use, named_uses
from consent.records import EntryParser, entries_of_lines
from consent.services.events import consent_events_record
from consent.services.imports import consents_import
from portal.accounts.models import Team
from portal.core.actors import Actor
from portal.core.bodies import Query, read, read_query
from portal.core.errors import Invalid, NotFound
from portal.core.jsonlines.bodies import MEDIA_TYPE, FirstRejections, NdjsonParser, body_lines, body_read

TAG = "Consent"

EVENT: dict[str, Any] = {
    "source": "shop",
    "source_event_id": "order-7781-tick",
    "customer_ref": "A-100007",
    "purpose": "quality-review",
    "state": "given",
    "occurred_at": "2026-03-01T08:00:00Z",
    "notice": {"code": "customers", "version": 1, "language": "en"},
}
WITHDRAWN = {name: EVENT[name] for name in ("source", "customer_ref", "purpose")} | {
    "source_event_id": "mail-12",
    "state": "withdrawn",
    "occurred_at": "2026-03-02T08:00:00Z",
}
GIVEN = OpenApiExample("Given", request_only=True, value=EVENT)
TAKEN_BACK = OpenApiExample("Withdrawn", request_only=True, value=WITHDRAWN)
LINES = OpenApiExample(
    "Given and withdrawn",
    media_type=MEDIA_TYPE,
    request_only=True,
    value="".join(json.dumps(event) + "\n" for event in (EVENT, WITHDRAWN)),
)
USE = OpenApiExample(
    "One use now", request_only=True, value={"customer_ref": "A-100007", "purpose": "quality-review", "enforce": True}
)


class TeamQuery(Query):
    team = SlugField(required=False, help_text="Needed by people of several teams; a key has its own.")


class Evaluate(APIView):
    """Ask whether one use of one customer's data is inside the consent."""

    @extend_schema(
        operation_id="consent_evaluate",
        tags=[TAG],
        request=EvaluateBody,
        examples=[USE],
        responses={
            200: DecisionAnswer,
            403: OpenApiResponse(description="consent_required, with `enforce`"),
            409: OpenApiResponse(description="consent_stale, with `enforce`: the notice changed, renew the consent"),
        },
        summary="Decide one use of a customer's data",
    )
    def post(self, request: Request) -> Response:
        given = read(request, EvaluateBody)
        team = team_asked(request, given.get("team"), "consent.view")
        now = timezone.now()
        use_time, known_at = given.get("use_time", now), given.get("known_at", now)
        use = _use(team, given, use_time)
        [decision] = evaluate_many(uses=[use], known_at=known_at)
        if given["enforce"] and not decision.permitted:
            raise refusal(decision)
        answer = {
            "status": decision.status,
            "reason": decision.reason,
            "reason_text": decision.reason.label,
            "event_ids": decision.event_ids,
            "use_time": use_time,
            "known_at": known_at,
            "evaluated_at": now,
        }
        return Response(DecisionAnswer(answer).data)


class EvaluateBatch(APIView):
    """Ask about many uses at once."""

    @extend_schema(
        operation_id="consent_evaluate_batch",
        tags=[TAG],
        request=EvaluateBatchBody,
        responses=BatchAnswer,
        summary="Decide up to 10,000 uses of customers' data",
        description=(
            "Answers in the order of the uses. An unknown reference or pseudonym is `unknown` with `no_subject`; "
            "an unknown purpose is an error that names its place."
        ),
    )
    def post(self, request: Request) -> Response:
        given = read(request, EvaluateBatchBody)
        team = team_asked(request, given.get("team"), "consent.view")
        now = timezone.now()
        known_at = given.get("known_at", now)
        names = [
            UseName(use["purpose"], use.get("customer_ref"), use.get("subject"), use.get("use_time", now))
            for use in given["uses"]
        ]
        decisions = evaluate_many(uses=named_uses(team_id=team.pk, names=names), known_at=known_at)
        answer = {
            "known_at": known_at,
            "evaluated_at": now,
            "decisions": [
                {"status": one.status, "reason": one.reason, "event_ids": one.event_ids} for one in decisions
            ],
        }
        return Response(BatchAnswer(answer).data)


class Events(APIView):
    """Record consent events."""

    @extend_schema(
        operation_id="consent_events_record",
        tags=[TAG],
        parameters=[TeamQuery],
        request=EventBody(many=True),
        examples=[GIVEN, TAKEN_BACK],
        responses={200: RecordAnswer},
        summary="Record consent events, all or none of the list; repeating it changes nothing",
    )
    def post(self, request: Request) -> Response:
        team = team_asked(request, read_query(request, TeamQuery).get("team"), "consent.record")
        body: ListSerializer[Any] = ListSerializer(child=EventBody(), data=request.data, max_length=MAX_EVENTS)
        body.is_valid(raise_exception=True)
        entries = [EventBody.entry(given) for given in body.validated_data]
        report = consent_events_record(team=team, entries=entries, actor=cast(Actor, request.user))
        answer = {
            "recorded": report.recorded,
            "unchanged": report.unchanged,
            "clamped": report.clamped,
            "conflicts": [
                {
                    "index": conflict.index,
                    "source_event_id": entries[conflict.index].source_event_id,
                    "event_id": conflict.event_id,
                }
                for conflict in report.conflicts
            ],
        }
        return Response(RecordAnswer(answer).data)


class Consents(APIView):
    """Record consent events in bulk."""

    parser_classes = [NdjsonParser]

    @extend_schema(
        operation_id="consents_push",
        tags=[TAG],
        parameters=[
            TeamQuery,
            OpenApiParameter("Content-Encoding", str, OpenApiParameter.HEADER, enum=["identity", "gzip"]),
        ],
        request={MEDIA_TYPE: OpenApiTypes.BINARY},
        examples=[LINES],
        responses=ConsentsAnswer,
        summary="Record consent events in bulk",
        description=(
            "One event object a line, as for `/consent/events`. Each line is judged by itself and safe to repeat: "
            "what is known stays as it is. The id of its event makes it idempotent: an `Idempotency-Key` is not read. "
            "A line that is rejected, or says something else under a known id "
            "(`conflicts`), is listed with its reason; the others go in."
        ),
    )
    def post(self, request: Request) -> Response:
        team = team_asked(request, read_query(request, TeamQuery).get("team"), "consent.record")
        rejections = FirstRejections()
        lines = entries_of_lines(body_lines(request), EntryParser(), max_line_bytes=settings.PROBITY_MAX_RECORD_BYTES)
        with body_read():
            report = consents_import(
                team=team, lines=lines, actor=cast(Actor, request.user), on_rejection=rejections.note
            )
        named = [{"source_event_id": one.pop("external_id"), **one} for one in rejections]
        return Response(ConsentsAnswer({**report.as_dict(), "rejections": named}).data)


def _use(team: Team, given: dict[str, Any], use_time: datetime) -> Use:
    """The use that is asked about. Raises Invalid for an unknown purpose, NotFound for an unknown pseudonym."""
    found = named_use(
        team_id=team.pk,
        purpose=given["purpose"],
        reference=given.get("customer_ref"),
        subject=given.get("subject"),
    )
    if found is None:
        raise Invalid("There is no such purpose.", field="purpose")
    subject_id, purpose = found
    if subject_id is None and "subject" in given:
        raise NotFound("There is no such data subject.")
    return Use(subject_id, purpose, use_time)
