"""One slice of an assistant's fairness, live from counts: to be read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.queries.registry import assistant_for
from audits.checks.slice_asked import WINDOWS, slice_asked
from audits.checks.slicing import STRATA, fairness_slice
from portal.core.bodies import Query, read_query
from portal.core.callers import actor_of

TAG = "Fairness"


class FairnessQuery(Query):
    outcome = serializers.CharField(
        required=False, max_length=90, help_text="One of `outcomes`; the first unless given."
    )
    by = serializers.CharField(
        required=False, max_length=90, help_text="One of `dimensions`: `language`, `channel` or `attribute:<name>`."
    )
    within = serializers.ChoiceField(required=False, choices=list(STRATA), help_text="What is held constant.")
    window = serializers.ChoiceField(
        required=False, choices=list(WINDOWS), help_text="How many days back, unless `since` and `last` say it."
    )
    since = serializers.DateField(required=False, help_text="The first day, UTC.")
    last = serializers.DateField(required=False, help_text="The last day, UTC, itself included.")
    release = serializers.CharField(required=False, max_length=60, help_text="The version of a release.")


class StratumGroupAnswer(serializers.Serializer[Any]):
    """Null where the cell is too small to be shown, or would give one away that is."""

    group = serializers.CharField()
    suppressed = serializers.BooleanField()
    n = serializers.IntegerField(allow_null=True)
    favourable = serializers.IntegerField(allow_null=True)
    rate = serializers.FloatField(allow_null=True)
    rate_interval = serializers.ListField(child=serializers.FloatField(allow_null=True), allow_null=True)


class StratumAnswer(serializers.Serializer[Any]):
    stratum = serializers.CharField()
    groups = StratumGroupAnswer(many=True)


class SliceAnswer(serializers.Serializer[Any]):
    """`gap` is the table of `audit_table --json`: groups against the reference, crude and adjusted."""

    outcome = serializers.CharField()
    favourable = serializers.BooleanField()
    by = serializers.CharField()
    within = serializers.CharField()
    verdict = serializers.CharField()
    sentence = serializers.CharField()
    detectable = serializers.CharField(allow_blank=True)
    groups_hidden = serializers.IntegerField()
    policy = serializers.DictField(child=serializers.FloatField())
    gap = serializers.DictField()
    strata = StratumAnswer(many=True)


class FairnessAnswer(serializers.Serializer[Any]):
    """`slice` is null where there is nothing to compare. Exploratory: corrected for its own groups only."""

    assistant = serializers.SlugField()
    since = serializers.DateField()
    last = serializers.DateField()
    release = serializers.CharField(allow_null=True)
    outcomes = serializers.ListField(child=serializers.CharField())
    dimensions = serializers.ListField(child=serializers.CharField())
    slice = SliceAnswer(allow_null=True)


@extend_schema(
    operation_id="fairness_read",
    tags=[TAG],
    parameters=[FairnessQuery],
    responses=FairnessAnswer,
    summary="Compare groups by an outcome, all together or within the same questions, live from counts",
)
@api_view(["GET"])
def fairness_view(request: Request, slug: str) -> Response:
    actor = actor_of(request, "audits.view")
    assistant = assistant_for(actor, slug, permission="audits.view")
    wanted = read_query(request, FairnessQuery)
    asked = slice_asked(assistant, {name: str(value) for name, value in wanted.items()})
    release = asked.window.release
    return Response(
        {
            "assistant": slug,
            "since": asked.window.since,
            "last": asked.last_day,
            "release": None if release is None else release.version,
            "outcomes": list(asked.choices.outcomes),
            "dimensions": [name for name, _ in asked.choices.dimensions],
            "slice": None if asked.question is None else fairness_slice(asked.cube, asked.question).to_json(),
        }
    )
