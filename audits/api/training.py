"""Training data under audit: questions asked now, exports, and their manifests and lines."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiTypes, extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assistants.queries.datasets import dataset_for
from audits.api.answers import CheckRunAnswer
from audits.api.requests import Nothing, person_of
from audits.models import TrainingExport
from audits.queries.training_exports import breaches_of, export_for, exports_of
from audits.services.training import dataset_audit, training_export_lines, training_export_request
from audits.services.training.exports import packed
from portal.core.bodies import StrictBody, read
from portal.core.callers import actor_of

TAG = "Training data"


class ExportBody(StrictBody):
    """With `exclude_breaking`, rows that break the policy are left out; without, one such row refuses the export.

    `reweigh` names an attribute whose bearing on the label each line's `weight` takes out.
    """

    exclude_breaking = serializers.BooleanField(required=False, default=False)
    reweigh = serializers.CharField(required=False, default="", allow_blank=True, max_length=60)


class ExportAnswer(serializers.ModelSerializer[TrainingExport]):
    """An export as it stands; the manifest is there once it is ready."""

    dataset: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(slug_field="slug", read_only=True)

    class Meta:
        model = TrainingExport
        fields = [
            "public_id", "dataset", "state", "exclude_breaking", "config_hash", "requested_at", "finished_at",
            "consent_as_of", "row_count", "sha256", "blocked_at", "blocked_because", "error",
        ]  # fmt: skip
        read_only_fields = fields


class ExportDetailAnswer(ExportAnswer):
    """The same with the manifest and the reasons for which rows must not leave."""

    breaches = serializers.SerializerMethodField()
    manifest = serializers.JSONField(read_only=True)

    class Meta(ExportAnswer.Meta):
        fields = [*ExportAnswer.Meta.fields, "breaches", "manifest"]
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "integer"}})
    def get_breaches(self, export: TrainingExport) -> dict[str, int]:
        return dict(breaches_of(export))


@extend_schema(
    operation_id="datasets_audit",
    tags=[TAG],
    request=Nothing,
    responses={202: CheckRunAnswer(many=True)},
    summary="Ask every question about a data set now",
)
@api_view(["POST"])
def dataset_audit_view(request: Request, slug: str) -> Response:
    actor = actor_of(request, "datasets.view")
    dataset = dataset_for(actor, slug)
    read(request, Nothing)
    return Response(CheckRunAnswer(dataset_audit(dataset_id=dataset.pk, actor=actor), many=True).data, status=202)


class ExportList(generics.ListAPIView[TrainingExport]):
    serializer_class = ExportAnswer

    def get_queryset(self) -> QuerySet[TrainingExport]:
        if getattr(self, "swagger_fake_view", False):
            return TrainingExport.objects.none()
        actor = actor_of(self.request, "datasets.view")
        return exports_of(dataset_for(actor, self.kwargs["slug"])).select_related("dataset")

    @extend_schema(operation_id="training_exports_list", tags=[TAG], summary="The exports of a data set, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="training_exports_request",
        tags=[TAG],
        summary="Ask for an export; the work goes on in the background",
        request=ExportBody,
        responses={202: ExportAnswer},
    )
    def post(self, request: Request, slug: str) -> Response:
        actor = person_of(request)
        dataset = dataset_for(actor, slug)
        made = training_export_request(dataset_id=dataset.pk, actor=actor, **read(request, ExportBody))
        return Response(ExportAnswer(made).data, status=202)


@extend_schema(operation_id="training_exports_read", tags=[TAG], responses=ExportDetailAnswer, summary="One export")
@api_view(["GET"])
def export_detail(request: Request, public_id: uuid.UUID) -> Response:
    return Response(ExportDetailAnswer(export_for(actor_of(request, "datasets.view"), public_id)).data)


class _Packed(BaseRenderer):
    """Lets whoever asks for packed lines have them; the view writes them itself, and a problem is JSON."""

    media_type = "application/gzip"
    format = JSONRenderer.format  # no choice of its own in the address

    def render(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        return data


class ExportLines(APIView):
    """The file itself, for people only: it is written down who fetched it."""

    renderer_classes = [JSONRenderer, _Packed]

    @extend_schema(
        operation_id="training_exports_fetch",
        tags=[TAG],
        summary="The packed JSON lines of a ready export",
        request=None,
        responses={(200, "application/gzip"): OpenApiTypes.BINARY},
    )
    def post(self, request: Request, public_id: uuid.UUID) -> StreamingHttpResponse:
        person = person_of(request)
        export = export_for(person, public_id)
        lines = training_export_lines(export_id=export.pk, actor=person)
        return StreamingHttpResponse(packed(lines), content_type="application/gzip")
