"""Revealed values: who looked behind which mask, for auditors. Values are nowhere, and reasons are not for programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audits.api.answers import Person
from audits.models import Reveal
from audits.queries.reveals import RevealFilters, reveals_for
from portal.core.bodies import Query, read_query
from portal.core.callers import actor_of


class RevealQuery(Query):
    assistant = serializers.SlugField(required=False, help_text="The slug of an assistant.")
    type = serializers.CharField(
        required=False, max_length=40, help_text="A type of personal data, such as CREDIT_CARD."
    )
    since = serializers.DateField(required=False, help_text="The first day, UTC.")
    until = serializers.DateField(required=False, help_text="The last day, UTC, itself included.")


class RevealAnswer(serializers.ModelSerializer[Reveal]):
    """Where the value stands, not what it is: `turn` counts from 0, `start` ≤ i < `end` are its code points."""

    assistant = serializers.SlugField(source="conversation.assistant.slug", read_only=True)
    conversation = serializers.UUIDField(source="conversation.public_id", read_only=True)
    person = Person(source="person_id")

    class Meta:
        model = Reveal
        fields = [
            "id",
            "assistant",
            "conversation",
            "revision",
            "turn",
            "start",
            "end",
            "types",
            "person",
            "revealed_at",
            "expires_at",
            "ended_at",
        ]


class RevealList(generics.ListAPIView[Reveal]):
    serializer_class = RevealAnswer

    def get_queryset(self) -> QuerySet[Reveal]:
        actor = actor_of(self.request, "reveals.view")
        return reveals_for(actor, RevealFilters(**read_query(self.request, RevealQuery))).defer("reason", "salt")

    @extend_schema(
        operation_id="reveals_list",
        tags=["Access to transcripts"],
        parameters=[RevealQuery],
        summary="Revealed values, newest first",
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)
