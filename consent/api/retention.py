"""Retention over HTTP, for reading: rules, runs with their figures, legal holds."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consent.models import LegalHold, RetentionRule, RetentionRun
from consent.queries.holds import holds_for
from consent.queries.retention_rules import rules_for, runs_for
from portal.core.callers import actor_of

TAG = "Retention"


class RuleAnswer(serializers.ModelSerializer[RetentionRule]):
    """One version of a rule. `purpose` null is any purpose, an empty `jurisdiction` anywhere."""

    team = serializers.CharField(source="team.slug")
    purpose = serializers.CharField(source="purpose.code", allow_null=True, default=None)

    class Meta:
        model = RetentionRule
        fields = [
            "id", "series", "version", "state", "team", "data_class", "purpose", "jurisdiction", "anchor", "period",
            "grace", "justification", "created_at", "activated_at", "retired_at", "previewed_at", "preview",
        ]  # fmt: skip


class FigureAnswer(serializers.Serializer[Any]):
    """Counts of one kind of data in one group; not `governed`: some purpose has no rule, so nothing is ever due."""

    data_class = serializers.CharField()
    group = serializers.IntegerField(allow_null=True, help_text="The assistant's id; null for a whole team.")
    label = serializers.CharField()  # type: ignore[assignment]  # DRF keeps declared fields apart from its own
    governed = serializers.BooleanField()
    kept = serializers.IntegerField()
    due = serializers.IntegerField()
    soon = serializers.IntegerField(help_text="Due within 30 days, what is due now included.")
    held = serializers.IntegerField()
    breach = serializers.IntegerField(help_text="There beyond deadline and grace, under no hold.")


class RunAnswer(serializers.ModelSerializer[RetentionRun]):
    """One run: how many rows it disposed of, and what was left to do at its end."""

    team = serializers.CharField(source="team.slug")
    figures = FigureAnswer(many=True)

    class Meta:
        model = RetentionRun
        fields = ["id", "team", "night", "dry", "started_at", "finished_at", "disposed", "figures"]


class HoldAnswer(serializers.ModelSerializer[LegalHold]):
    """One legal hold, without its words: matter and reason are for people."""

    team = serializers.CharField(source="team.slug")
    subject = serializers.UUIDField(source="subject.public_id", allow_null=True, default=None)
    assistant = serializers.IntegerField(source="assistant_id", allow_null=True)

    class Meta:
        model = LegalHold
        fields = ["id", "team", "scope", "subject", "assistant", "placed_at", "released_at"]


class Rules(generics.ListAPIView[RetentionRule]):
    serializer_class = RuleAnswer

    def get_queryset(self) -> QuerySet[RetentionRule]:
        return rules_for(actor_of(self.request, "retention.view"))

    @extend_schema(operation_id="retention_rules", tags=[TAG], summary="Retention rules, every version")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class Runs(generics.ListAPIView[RetentionRun]):
    serializer_class = RunAnswer

    def get_queryset(self) -> QuerySet[RetentionRun]:
        return runs_for(actor_of(self.request, "retention.view"))

    @extend_schema(operation_id="retention_runs", tags=[TAG], summary="Retention runs and what was due at their end")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class Holds(generics.ListAPIView[LegalHold]):
    serializer_class = HoldAnswer

    def get_queryset(self) -> QuerySet[LegalHold]:
        return holds_for(actor_of(self.request, "holds.view"))

    @extend_schema(operation_id="legal_holds", tags=[TAG], summary="Legal holds, without their words")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)
