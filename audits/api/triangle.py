"""The four sides of a finding's gap, written down for programs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from audits.engine.bias.causes import Cause, Look, Reading
from audits.engine.bias.verdict import Verdict
from audits.remedies import CAUSES


class GapAnswer(serializers.Serializer[Any]):
    group = serializers.CharField()
    reference = serializers.CharField()
    difference = serializers.FloatField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class LookAnswer(serializers.Serializer[Any]):
    look = serializers.ChoiceField([look.value for look in Look])
    run = serializers.IntegerField(source="run.pk", allow_null=True, default=None)
    verdict = serializers.ChoiceField([verdict.value for verdict in Verdict], allow_null=True)
    gap = GapAnswer(allow_null=True)


class CauseAnswer(serializers.Serializer[Any]):
    cause = serializers.ChoiceField([cause.value for cause in Cause])
    likely = serializers.BooleanField()
    because = serializers.CharField()
    remedies = serializers.SerializerMethodField()

    def get_remedies(self, reading: Reading) -> list[str]:
        return [remedy.value for remedy in CAUSES[reading.cause].remedies]


class TriangleAnswer(serializers.Serializer[Any]):
    """A gap from four sides, and the causes that they point at."""

    looks = LookAnswer(many=True)
    causes = CauseAnswer(many=True)
