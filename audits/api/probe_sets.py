"""Probe sets: read by version, and written as further versions."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from audits.api.answers import Person
from audits.models import ProbeSetVersion
from audits.queries.probe_sets import probe_set_for, probe_sets_for
from audits.services.probe_sets import probe_set_change, probe_set_create
from portal.accounts.models import Team
from portal.core.access import teams_with
from portal.core.bodies import StrictBody, read
from portal.core.callers import actor_of
from portal.core.errors import NotFound

TAG = "Matched-pair probing"


class ProbeSetAnswer(serializers.ModelSerializer[ProbeSetVersion]):
    """One version of a set, without its templates and cues."""

    team: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    created_by = Person(source="created_by_id")

    class Meta:
        model = ProbeSetVersion
        fields = ["id", "team", "slug", "version", "name", "content_hash", "note", "copied_from", "created_by",
                  "created_at"]  # fmt: skip


class ProbeSetDocumentAnswer(ProbeSetAnswer):
    """One version of a set. `document` has `templates` and `cues` as the user guide describes them."""

    document = serializers.JSONField()

    class Meta(ProbeSetAnswer.Meta):
        fields = [*ProbeSetAnswer.Meta.fields, "document"]


class ProbeSetVersionBody(StrictBody):
    """`document` as the user guide describes it."""

    document = serializers.JSONField()
    note = serializers.CharField(required=False, allow_blank=True, max_length=200)


class ProbeSetBody(ProbeSetVersionBody):
    """The first version of a set; `team` is the team's slug."""

    team = serializers.SlugField()


class ProbeSetList(generics.ListAPIView[ProbeSetVersion]):
    serializer_class = ProbeSetAnswer

    def get_queryset(self) -> QuerySet[ProbeSetVersion]:
        if getattr(self, "swagger_fake_view", False):
            return ProbeSetVersion.objects.none()
        actor = actor_of(self.request, "audits.view")
        return probe_sets_for(actor)

    @extend_schema(operation_id="probe_sets_list", tags=[TAG], summary="The newest version of each probe set")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="probe_sets_create",
        tags=[TAG],
        request=ProbeSetBody,
        responses={
            201: ProbeSetDocumentAnswer,
            409: OpenApiResponse(description="probe_set_exists: write its next version instead"),
        },
        summary="Write the first version of a probe set",
    )
    def post(self, request: Request) -> Response:
        actor = actor_of(request, "probes.change")
        given = read(request, ProbeSetBody)
        team = Team.objects.filter(pk__in=teams_with(actor, "probes.change"), slug=given.pop("team")).first()
        if team is None:
            raise NotFound("There is no such team.")
        made = probe_set_create(team_id=team.pk, actor=actor, **given)
        return Response(ProbeSetDocumentAnswer(made).data, status=201)


@extend_schema(operation_id="probe_sets_read", tags=[TAG], responses=ProbeSetDocumentAnswer, summary="One version")
@api_view(["GET"])
def probe_set_detail(request: Request, probe_set_id: int) -> Response:
    return Response(ProbeSetDocumentAnswer(probe_set_for(actor_of(request, "audits.view"), probe_set_id)).data)


@extend_schema(
    operation_id="probe_sets_change",
    tags=[TAG],
    request=ProbeSetVersionBody,
    responses={201: ProbeSetDocumentAnswer},
    summary="Write the next version of a probe set; 409 unless the one in the address is the newest",
)
@api_view(["POST"])
def probe_set_versions(request: Request, probe_set_id: int) -> Response:
    actor = actor_of(request, "probes.change")
    made = probe_set_change(probe_set_id=probe_set_id, actor=actor, **read(request, ProbeSetVersionBody))
    return Response(ProbeSetDocumentAnswer(made).data, status=201)
