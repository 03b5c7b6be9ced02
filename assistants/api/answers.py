"""How assistants, conversations and intakes are written down for programs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from assistants.models import Assistant, AuditedAttribute, ConsentSnapshot, Conversation, DataSource, Release


class AuditedAttributeAnswer(serializers.ModelSerializer[AuditedAttribute]):
    class Meta:
        model = AuditedAttribute
        fields = ["name", "label", "reference"]


class ReleaseAnswer(serializers.ModelSerializer[Release]):
    class Meta:
        model = Release
        fields = [
            "version",
            "model",
            "provider",
            "algorithm",
            "prompt_hash",
            "knowledge_base",
            "knowledge_base_hash",
            "guardrails",
            "tools",
            "changes",
            "released_at",
            "registered_at",
        ]


class DataSourceAnswer(serializers.ModelSerializer[DataSource]):
    releases: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="version", many=True, read_only=True
    )

    class Meta:
        model = DataSource
        fields = [
            "name",
            "kind",
            "origin",
            "licence",
            "lawful_basis",
            "personal_data",
            "collected_from",
            "collected_until",
            "description",
            "releases",
        ]


class AssistantAnswer(serializers.ModelSerializer[Assistant]):
    team: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(slug_field="slug", read_only=True)

    class Meta:
        model = Assistant
        fields = ["slug", "name", "team", "state", "vendor", "risk_tier", "channels", "languages", "next_review"]


class AssistantDetailAnswer(AssistantAnswer):
    audited_attributes = AuditedAttributeAnswer(many=True, read_only=True)
    purposes: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="code", many=True, read_only=True
    )
    releases = ReleaseAnswer(many=True, read_only=True)
    data_sources = DataSourceAnswer(many=True, read_only=True)

    class Meta(AssistantAnswer.Meta):
        fields = [
            *AssistantAnswer.Meta.fields,
            "purpose",
            "out_of_scope",
            "limitations",
            "human_handoff",
            "disclosure_texts",
            "audited_attributes",
            "purposes",
            "releases",
            "data_sources",
        ]


class ConsentAnswer(serializers.ModelSerializer[ConsentSnapshot]):
    purpose: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = ConsentSnapshot
        fields = ["purpose", "status", "reason", "known_at"]


class ConversationAnswer(serializers.ModelSerializer[Conversation]):
    """Figures only: neither what was said nor what is known of the customer."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    assistant: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    release = serializers.CharField(source="release.version", allow_null=True, default=None, read_only=True)
    outcome = serializers.DictField(read_only=True)
    consents = ConsentAnswer(many=True, read_only=True)

    class Meta:
        model = Conversation
        fields = [
            "id",
            "assistant",
            "release",
            "external_id",
            "revision",
            "state",
            "unscannable_reason",
            "channel",
            "language",
            "intent",
            "started_at",
            "started_at_is_intake",
            "ended_at",
            "received_at",
            "outcome",
            "turn_count",
            "consents",
        ]


class RejectionAnswer(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    external_id = serializers.CharField(allow_null=True)
    field = serializers.CharField(allow_null=True)
    reason = serializers.CharField()


class IntakeAnswer(serializers.Serializer[Any]):
    """read = created + revised + unchanged + rejected. `rejections` holds the first thousand."""

    read = serializers.IntegerField()
    created = serializers.IntegerField()
    revised = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    rejections = RejectionAnswer(many=True)
