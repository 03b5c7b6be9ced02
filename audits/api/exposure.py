"""Personal data in an assistant's conversations, and its own patterns: to be read."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.models import Assistant
from assistants.queries.registry import assistant_for
from audits.api.answers import Person
from audits.checks.tables import rate_interval, share
from audits.models import DetectionPattern
from audits.queries.exposure_figures import ORIGINS, days_counted, scan_states, type_figures
from audits.queries.patterns import patterns_of
from audits.queries.windows import Window
from portal.core.access import require
from portal.core.bodies import Query, read_query
from portal.core.callers import actor_of
from portal.core.errors import Invalid

TAG = "Personal data"


class ExposureQuery(Query):
    since = serializers.DateField(
        required=False, help_text="The first day, UTC; the first that is counted unless given."
    )
    until = serializers.DateField(
        required=False, help_text="The day after the last, UTC; after the last that is counted."
    )
    release = serializers.CharField(required=False, max_length=60, help_text="The version of a release.")


class OriginAnswer(serializers.Serializer[Any]):
    """`share` of the scanned conversations with its 95 % interval (Wilson)."""

    conversations = serializers.IntegerField()
    share = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class ExposedTypeAnswer(serializers.Serializer[Any]):
    type = serializers.CharField()
    volunteered = OriginAnswer(help_text="typed by customers")
    echoed = OriginAnswer(help_text="repeated by the assistant")
    originated = OriginAnswer(help_text="brought up by the assistant")
    stated = OriginAnswer(help_text="said by human agents or the system")


class ReleaseExposureAnswer(serializers.Serializer[Any]):
    """`release` is null for conversations that name none."""

    release = serializers.CharField(allow_null=True)
    scanned = serializers.IntegerField()
    unscanned = serializers.IntegerField()
    types = ExposedTypeAnswer(many=True)


class ExposureAnswer(serializers.Serializer[Any]):
    assistant = serializers.SlugField()
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    scanned = serializers.IntegerField()
    unscanned = serializers.IntegerField()
    types = ExposedTypeAnswer(many=True)
    releases = ReleaseExposureAnswer(many=True)


class PatternAnswer(serializers.ModelSerializer[DetectionPattern]):
    """One version of an own pattern. Examples are left out; `trial` holds counts."""

    drafted_by = Person(source="drafted_by_id")
    activated_by = Person(source="activated_by_id")
    retired_by = Person(source="retired_by_id")

    class Meta:
        model = DetectionPattern
        fields = [
            "id",
            "type",
            "version",
            "name",
            "pattern",
            "context",
            "score",
            "state",
            "trial",
            "drafted_by",
            "drafted_at",
            "tried_at",
            "activated_by",
            "activated_at",
            "retired_by",
            "retired_at",
        ]


@extend_schema(
    operation_id="exposure_read",
    tags=[TAG],
    parameters=[ExposureQuery],
    responses=ExposureAnswer,
    summary="In how many conversations which personal data was said by whom, in all and by release",
)
@api_view(["GET"])
def exposure_view(request: Request, slug: str) -> Response:
    actor = actor_of(request, "audits.view")
    assistant = assistant_for(actor, slug, permission="audits.view")
    wanted = read_query(request, ExposureQuery)
    window = _window(assistant, wanted)
    releases = list(assistant.releases.order_by("released_at", "pk"))
    if "release" in wanted:
        releases = [release for release in releases if release.version == wanted["release"]]
        if not releases:
            raise Invalid("There is no such release.", field="release")
    if window is None:
        empty = {"scanned": 0, "unscanned": 0, "types": []}
        return Response({"assistant": slug, "since": None, "until": None, **empty, "releases": []})
    one = releases[0] if "release" in wanted else None
    return Response(
        {
            "assistant": slug,
            "since": window.since,
            "until": window.until,
            **_figures(assistant, Window(window.since, window.until, one)),
            "releases": [
                {"release": release.version, **_figures(assistant, Window(window.since, window.until, release))}
                for release in releases
            ],
        }
    )


class PatternList(generics.ListAPIView[DetectionPattern]):
    serializer_class = PatternAnswer

    def get_queryset(self) -> QuerySet[DetectionPattern]:
        if getattr(self, "swagger_fake_view", False):
            return DetectionPattern.objects.none()
        actor = actor_of(self.request, "audits.view")
        assistant = assistant_for(actor, self.kwargs["slug"], permission="audits.view")
        require(actor, "audits.view", assistant)
        return patterns_of(assistant)

    @extend_schema(
        operation_id="patterns_list",
        tags=[TAG],
        summary="Every version of every pattern of the assistant, newest first",
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


def _window(assistant: Assistant, wanted: dict[str, Any]) -> Window | None:
    """The asked days; what is left out comes from the days that are counted. None where there are none."""
    counted = days_counted(assistant)
    since: date | None = wanted.get("since") or (counted[0] if counted else None)
    until: date | None = wanted.get("until") or (counted[1] + timedelta(days=1) if counted else None)
    if since is None or until is None:
        return None
    if until <= since:
        raise Invalid("The period ends before it begins.", field="until")
    return Window(since, until)


def _figures(assistant: Assistant, window: Window) -> dict[str, Any]:
    scanned, unscanned = scan_states(assistant=assistant, window=window)
    return {
        "scanned": scanned,
        "unscanned": unscanned,
        "types": [
            {
                "type": row.type,
                **{name: _origin(n, scanned) for name, n in zip(ORIGINS, row.by_origin, strict=True)},
            }
            for row in type_figures(assistant=assistant, window=window)
        ],
    }


def _origin(n: int, scanned: int) -> dict[str, Any]:
    low, high = rate_interval(n, scanned)
    return {"conversations": n, "share": share(n, scanned), "low": low, "high": high}
