"""The routes about data subjects: merges, age, restriction, receipts."""

from __future__ import annotations

import uuid
from datetime import UTC
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import DateTimeField
from rest_framework.views import APIView

from consent.api.bodies import (
    AgeNoteAnswer,
    AgeNoteBody,
    MergeAnswer,
    MergeBody,
    MergeStepBody,
    RestrictionAnswer,
    RestrictionBody,
    RestrictionLiftBody,
)
from consent.api.teams import subject_named, team_asked
from consent.models import ProcessingRestriction, SubjectLinkEvent
from consent.queries import receipt, subject_by_public_id
from consent.services.ages import subject_age_note
from consent.services.links import merge_confirm, subjects_merge, subjects_unmerge
from consent.services.restrictions import restriction_impose, restriction_lift
from portal.core.access import require
from portal.core.bodies import Query, read, read_query
from portal.core.callers import actor_of
from portal.core.errors import NotFound

TAG = "Consent"


class ReceiptQuery(Query):
    known_at = DateTimeField(required=False, default_timezone=UTC, help_text="Now unless given.")


class Merges(APIView):
    """Propose that two data subjects are one person."""

    @extend_schema(
        operation_id="consent_merge_propose",
        tags=[TAG],
        request=MergeBody,
        responses={201: MergeAnswer, 409: OpenApiResponse(description="merge_exists: merged, or proposed, already")},
        summary="Propose that two customers are one",
        description="Until a privacy officer confirms it, the stricter of the two decides every use of either.",
    )
    def post(self, request: Request) -> Response:
        given = read(request, MergeBody)
        team = team_asked(request, given.get("team"), "consent.record")
        step = subjects_merge(
            subject_id=subject_named(team, given).pk,
            other_id=subject_named(team, given["other"]).pk,
            reason=given["reason"],
            source=given["source"],
            occurred_at=given.get("occurred_at"),
            actor=actor_of(request),
        )
        return Response(_merge(step), status=201)


class MergeConfirm(APIView):
    """Confirm a merge."""

    @extend_schema(
        operation_id="consent_merge_confirm",
        tags=[TAG],
        request=MergeStepBody,
        responses=MergeAnswer,
        summary="Confirm that two customers are one (privacy officers only)",
    )
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        given = read(request, MergeStepBody)
        return Response(_merge(merge_confirm(merge=public_id, reason=given["reason"], actor=actor_of(request))))


class MergeUndo(APIView):
    """Take a merge back."""

    @extend_schema(
        operation_id="consent_merge_undo",
        tags=[TAG],
        request=MergeStepBody,
        responses=MergeAnswer,
        summary="Take a merge back; each customer keeps their own events",
    )
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        given = read(request, MergeStepBody)
        return Response(_merge(subjects_unmerge(merge=public_id, reason=given["reason"], actor=actor_of(request))))


class AgeNotes(APIView):
    """Note what is known of a customer's age."""

    @extend_schema(
        operation_id="consent_age_note",
        tags=[TAG],
        request=AgeNoteBody,
        responses={201: AgeNoteAnswer},
        summary="Note that a customer is a minor, or is not",
    )
    def post(self, request: Request) -> Response:
        given = read(request, AgeNoteBody)
        team = team_asked(request, given.get("team"), "consent.record")
        subject = subject_named(team, given)
        note = subject_age_note(
            subject_id=subject.pk,
            minor_below_age=given["minor_below_age"],
            of_age_on=given["of_age_on"],
            evidence=given["evidence"],
            source=given["source"],
            actor=actor_of(request),
        )
        answer = {
            "subject": subject.public_id,
            "minor_below_age": note.minor_below_age,
            "of_age_on": note.of_age_on,
            "recorded_at": note.recorded_at,
        }
        return Response(AgeNoteAnswer(answer).data, status=201)


class Restrictions(APIView):
    """Restrict the processing of a customer's data."""

    @extend_schema(
        operation_id="consent_restriction_impose",
        tags=[TAG],
        request=RestrictionBody,
        responses={201: RestrictionAnswer},
        summary="Restrict the processing of a customer's data (GDPR Art. 18)",
    )
    def post(self, request: Request) -> Response:
        given = read(request, RestrictionBody)
        team = team_asked(request, given.get("team"), "consent.record")
        made = restriction_impose(
            subject_id=subject_named(team, given).pk,
            ground=given["ground"],
            imposed_at=given.get("imposed_at"),
            source=given["source"],
            actor=actor_of(request),
        )
        return Response(_restriction(made), status=201)


class RestrictionLift(APIView):
    """Lift a restriction."""

    @extend_schema(
        operation_id="consent_restriction_lift",
        tags=[TAG],
        request=RestrictionLiftBody,
        responses=RestrictionAnswer,
        summary="Lift a restriction of processing",
    )
    def post(self, request: Request, restriction_id: int) -> Response:
        given = read(request, RestrictionLiftBody)
        lifted = restriction_lift(
            restriction_id=restriction_id, lifted_at=given.get("lifted_at"), actor=actor_of(request)
        )
        return Response(_restriction(lifted))


class Receipt(APIView):
    """The consent receipt of a customer."""

    @extend_schema(
        operation_id="consent_receipt",
        tags=[TAG],
        parameters=[ReceiptQuery],
        responses=OpenApiTypes.OBJECT,
        summary="A customer's consent receipt in terms of ISO/IEC TS 27560",
    )
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        subject = subject_by_public_id(public_id=public_id)
        if subject is None:
            raise NotFound("There is no such item.")
        require(actor_of(request), "consent.view", subject)
        asked = read_query(request, ReceiptQuery)
        return Response(receipt(subject=subject, known_at=asked.get("known_at") or timezone.now()))


def _merge(step: SubjectLinkEvent) -> dict[str, Any]:
    answer = {
        "merge": step.merge,
        "state": step.state,
        "subjects": [step.low.public_id, step.high.public_id],
        "recorded_at": step.recorded_at,
    }
    return dict(MergeAnswer(answer).data)


def _restriction(restriction: ProcessingRestriction) -> dict[str, Any]:
    answer = {
        "id": restriction.pk,
        "subject": restriction.subject.public_id,
        "ground": restriction.ground,
        "imposed_at": restriction.imposed_at,
        "lifted_at": restriction.lifted_at,
    }
    return dict(RestrictionAnswer(answer).data)
