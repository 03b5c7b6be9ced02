"""Consent coverage of an assistant: counts per reason, and every conversation outside the consent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.queries.registry import assistant_for
from audits.queries.coverage import NOT_EVALUATED, coverage, uncovered
from audits.queries.windows import Window
from consent.states import PERMITTING, ConsentStatus, Reason
from portal.core.bodies import Query, read_query
from portal.core.callers import actor_of
from portal.core.errors import Invalid

PAGE = 200


class CoverageQuery(Query):
    purpose = serializers.CharField(max_length=60, help_text="The code of one of the assistant's purposes.")
    reason = serializers.ChoiceField(
        choices=[*(one.value for one in Reason if one not in PERMITTING), NOT_EVALUATED],
        required=False,
        help_text="Only those that are outside for this reason.",
    )
    since = serializers.DateField(required=False, help_text="The first day, UTC; ninety before `until` unless given.")
    until = serializers.DateField(required=False, help_text="The day after the last, UTC; tomorrow unless given.")
    before = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="`next` of the page before this one."
    )


class UncoveredAnswer(serializers.Serializer[Any]):
    """A conversation outside the consent, as decided when it came in."""

    conversation = serializers.UUIDField()
    external_id = serializers.CharField()
    started_at = serializers.DateTimeField()
    release = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(ConsentStatus.choices)
    reason = serializers.CharField()
    event_ids = serializers.ListField(child=serializers.IntegerField())
    known_at = serializers.DateTimeField(allow_null=True)


class CoverageAnswer(serializers.Serializer[Any]):
    """`unknown` includes `not_evaluated`. `reasons` maps each reason to its number of conversations."""

    assistant = serializers.SlugField()
    purpose = serializers.CharField()
    since = serializers.DateField()
    until = serializers.DateField()
    conversations = serializers.IntegerField()
    permitted = serializers.IntegerField()
    denied = serializers.IntegerField()
    unknown = serializers.IntegerField()
    not_evaluated = serializers.IntegerField()
    reasons = serializers.DictField(child=serializers.IntegerField())
    outside = UncoveredAnswer(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="`before` of the next page; null on the last.")


@extend_schema(
    operation_id="consent_coverage",
    tags=["Consent"],
    parameters=[CoverageQuery],
    responses=CoverageAnswer,
    summary="An assistant's conversations outside the consent for a purpose, newest first",
)
@api_view(["GET"])
def coverage_view(request: Request, slug: str) -> Response:
    actor = actor_of(request, "coverage.view")
    assistant = assistant_for(actor, slug, permission="coverage.view")
    given = read_query(request, CoverageQuery)
    purpose = assistant.purposes.filter(code=given["purpose"]).first()
    if purpose is None:
        raise Invalid("The assistant has no such purpose.", field="purpose")
    until = given.get("until") or timezone.now().date() + timedelta(days=1)
    since = given.get("since") or until - timedelta(days=90)
    if since >= until:
        raise Invalid("The period ends before it begins.", field="until")
    window = Window(since=since, until=until)
    found = coverage(assistant=assistant, purpose=purpose.code, window=window)
    rows = uncovered(
        assistant=assistant,
        purpose=purpose,
        window=window,
        reason=given.get("reason", ""),
        before=given.get("before"),
        most=PAGE + 1,
    )
    answer = {
        "assistant": assistant.slug,
        "purpose": purpose.code,
        "since": since,
        "until": until,
        "conversations": found.n,
        "permitted": found.permitted,
        "denied": found.denied,
        "unknown": found.unknown,
        "not_evaluated": found.not_evaluated,
        "reasons": found.reasons,
        "outside": [
            {
                "conversation": row.conversation.public_id,
                "external_id": row.conversation.external_id,
                "started_at": row.conversation.started_at,
                "release": row.conversation.release.version if row.conversation.release else None,
                "status": row.status,
                "reason": row.reason,
                "event_ids": row.event_ids,
                "known_at": row.known_at,
            }
            for row in rows[:PAGE]
        ],
        "next": rows[PAGE - 1].conversation.pk if len(rows) > PAGE else None,
    }
    return Response(CoverageAnswer(answer).data)
