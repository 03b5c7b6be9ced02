"""How cycles, runs, findings and flags are written down for programs. People are pseudonyms, notes are left out."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audits.api.triangle import TriangleAnswer
from audits.models import (
    CheckRun,
    Cycle,
    Finding,
    FindingEvent,
    FindingEvidence,
    Flag,
    Remediation,
    SignOff,
)
from audits.queries.findings import finding_evidence, finding_history, finding_remediations
from audits.queries.signing import sign_off_still_matches
from audits.queries.triangle import triangle_of


@extend_schema_field({"type": "string", "nullable": True, "example": "user:7"})
class Person(serializers.Field[Any, Any, Any, Any]):
    """A person as the ledger names them; `source` is the foreign key's column."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: int) -> str:
        return f"user:{value}"


class CycleAnswer(serializers.ModelSerializer[Cycle]):
    assistant: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    opened_by = Person(source="opened_by_id")
    closed_by = Person(source="closed_by_id")

    class Meta:
        model = Cycle
        fields = [
            "id",
            "assistant",
            "state",
            "period_from",
            "period_until",
            "scheduled",
            "config_hash",
            "opened_by",
            "opened_at",
            "checked_at",
            "closed_by",
            "closed_at",
            "failure",
        ]


class CheckRunAnswer(serializers.ModelSerializer[CheckRun]):
    class Meta:
        model = CheckRun
        fields = [
            "id",
            "cycle",
            "verifies",
            "kind",
            "target",
            "state",
            "sentence",
            "n",
            "params",
            "config_hash",
            "window_from",
            "window_until",
            "release",
            "engine_version",
            "error",
            "result",
            "queued_at",
            "started_at",
            "finished_at",
        ]


class FindingAnswer(serializers.ModelSerializer[Finding]):
    assistant: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    owner = Person(source="owner_id")

    class Meta:
        model = Finding
        fields = [
            "id",
            "assistant",
            "kind",
            "title",
            "sentence",
            "severity",
            "state",
            "times_seen",
            "raised_at",
            "last_seen_at",
            "due_at",
            "closed_at",
            "owner",
            "raised_by_run",
            "latest_run",
            "verified_by_run",
            "duplicate_of",
            "regression_of",
            "fingerprint",
        ]


class EventAnswer(serializers.ModelSerializer[FindingEvent]):
    class Meta:
        model = FindingEvent
        fields = ["at", "actor", "action", "from_state", "to_state"]


class EvidenceAnswer(serializers.ModelSerializer[FindingEvidence]):
    conversation = serializers.UUIDField(source="conversation.public_id", read_only=True)

    class Meta:
        model = FindingEvidence
        fields = ["conversation", "why"]


class RemediationAnswer(serializers.ModelSerializer[Remediation]):
    drafted_by = Person(source="drafted_by_id")
    approved_by = Person(source="approved_by_id")
    implemented_by = Person(source="implemented_by_id")

    class Meta:
        model = Remediation
        fields = [
            "id",
            "state",
            "drafted_by",
            "submitted_at",
            "approved_by",
            "approved_at",
            "implemented_by",
            "implemented_at",
            "release",
            "remedy",
            "recheck",
            "recheck_on",
        ]


class SignOffAnswer(serializers.ModelSerializer[SignOff]):
    signer = Person(source="signer_id")
    still_matches = serializers.SerializerMethodField()

    class Meta:
        model = SignOff
        fields = ["signer", "meaning", "signed_hash", "signed_at", "still_matches"]

    def get_still_matches(self, signature: SignOff) -> bool:
        return sign_off_still_matches(signature.finding)


class FindingDetail(FindingAnswer):
    """One finding with its evidence, history, remediations and signature."""

    claimed_by = Person(source="claimed_by_id")
    confirmed_by = Person(source="confirmed_by_id")
    remediated_by = Person(source="remediated_by_id")
    signed_by = Person(source="signed_by_id")
    dismissal_proposed_by = Person(source="dismissal_proposed_by_id")
    dismissed_by = Person(source="dismissed_by_id")
    risk_accepted_by = Person(source="risk_accepted_by_id")
    evidence = serializers.SerializerMethodField()
    history = serializers.SerializerMethodField()
    triangle = serializers.SerializerMethodField()
    remediations = serializers.SerializerMethodField()
    sign_off = serializers.SerializerMethodField()

    class Meta(FindingAnswer.Meta):
        fields = [
            *FindingAnswer.Meta.fields,
            "claimed_by",
            "claimed_until",
            "confirmed_by",
            "remediated_by",
            "signed_by",
            "dismissal_proposed_by",
            "dismissed_by",
            "dismiss_reason",
            "risk_accepted_by",
            "risk_accepted_until",
            "evidence",
            "history",
            "triangle",
            "remediations",
            "sign_off",
        ]

    @extend_schema_field(EvidenceAnswer(many=True))
    def get_evidence(self, finding: Finding) -> Any:
        return EvidenceAnswer(finding_evidence(finding), many=True).data

    @extend_schema_field(EventAnswer(many=True))
    def get_history(self, finding: Finding) -> Any:
        return EventAnswer(finding_history(finding), many=True).data

    @extend_schema_field(TriangleAnswer(allow_null=True))
    def get_triangle(self, finding: Finding) -> Any:
        triangle = triangle_of(finding)
        return None if triangle is None else TriangleAnswer(triangle).data

    @extend_schema_field(RemediationAnswer(many=True))
    def get_remediations(self, finding: Finding) -> Any:
        return RemediationAnswer(finding_remediations(finding), many=True).data

    @extend_schema_field(SignOffAnswer(allow_null=True))
    def get_sign_off(self, finding: Finding) -> Any:
        signature = SignOff.objects.select_related("finding").filter(finding=finding).first()
        return None if signature is None else SignOffAnswer(signature).data


class FlagAnswer(serializers.ModelSerializer[Flag]):
    assistant = serializers.CharField(source="conversation.assistant.slug", read_only=True)
    conversation = serializers.UUIDField(source="conversation.public_id", read_only=True)
    claimed_by = Person(source="claimed_by_id")
    decided_by = Person(source="decided_by_id")

    class Meta:
        model = Flag
        fields = [
            "id",
            "assistant",
            "conversation",
            "kind",
            "source",
            "source_id",
            "turn",
            "state",
            "raised_by",
            "raised_at",
            "claimed_by",
            "claimed_until",
            "decided_by",
            "decided_at",
            "dismiss_reason",
            "finding",
        ]
