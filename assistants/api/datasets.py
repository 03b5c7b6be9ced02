"""The routes of training data sets: registered, read, filled line by line, frozen."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiTypes, extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assistants.api.answers import IntakeAnswer
from assistants.models import Dataset, DatasetReference, DataSource
from assistants.queries import assistant_for
from assistants.queries.datasets import dataset_for, datasets_for, row_figures
from assistants.records.lines import numbered_records
from assistants.records.training import TrainingRecordParser
from assistants.services.datasets import (
    dataset_freeze,
    dataset_reference_declare,
    dataset_register,
    dataset_rows_import,
)
from assistants.states import DuplicateRule, RewriteMode
from consent.models import Purpose
from portal.core.bodies import StrictBody, read
from portal.core.callers import actor_of
from portal.core.errors import Invalid
from portal.core.jsonlines.bodies import MEDIA_TYPE, FirstRejections, NdjsonParser, body_lines, body_read

TAG = "Training data"
LINES = OpenApiExample(
    "One row",
    media_type=MEDIA_TYPE,
    request_only=True,
    value=(
        '{"external_id": "R-1", "customer_ref": "A-100007", "collected_at": "2026-03-01T09:30:00Z", "language": "en", '
        '"input": "Where is my refund?", "output": "It left us today.", "attributes": {"age_group": "35-54"}}\n'
    ),
)


class TrainingAnswer(serializers.Serializer[Any]):
    release = serializers.CharField(source="release.version")
    trained_at = serializers.DateTimeField()
    withdrawals = serializers.IntegerField(help_text="People who withdrew, or were erased, since.")
    first_withdrawal_at = serializers.DateTimeField(allow_null=True)


class DatasetAnswer(serializers.ModelSerializer[Dataset]):
    """A data set and its policy."""

    assistant: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    purpose: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = Dataset
        fields = [
            "slug", "name", "description", "assistant", "purpose", "language", "state", "quasi_identifiers",
            "sensitive", "k", "l", "allowed_types", "duplicates", "mode", "label", "label_favourable", "label_stratum",
            "created_at", "frozen_at", "content_hash", "row_count",
        ]  # fmt: skip
        read_only_fields = fields


class DatasetDetailAnswer(DatasetAnswer):
    """The same with its rows, counted, and the releases that learned from it."""

    data_source = serializers.CharField(source="source.name", read_only=True)
    rows = serializers.SerializerMethodField()
    trainings = TrainingAnswer(many=True, read_only=True)

    class Meta(DatasetAnswer.Meta):
        fields = [*DatasetAnswer.Meta.fields, "data_source", "rows", "trainings"]
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "integer"}})
    def get_rows(self, dataset: Dataset) -> dict[str, int]:
        figures = row_figures(dataset)
        return {
            "rows": figures.rows,
            "erased": figures.erased,
            "disposed": figures.disposed,
            "data_subjects": figures.subjects,
        }


class DatasetBody(StrictBody):
    """`data_source` is the name of a data source of the assistant, `purpose` the code of a purpose of its team."""

    assistant = serializers.SlugField()
    slug = serializers.SlugField(max_length=60)
    name = serializers.CharField(max_length=120)
    data_source = serializers.CharField(max_length=200)
    purpose = serializers.SlugField()
    description = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    language = serializers.CharField(required=False, allow_blank=True, max_length=12)
    quasi_identifiers = serializers.ListField(child=serializers.CharField(max_length=60), required=False)
    sensitive = serializers.ListField(child=serializers.CharField(max_length=60), required=False)
    k = serializers.IntegerField(required=False, min_value=1, max_value=1000)
    l = serializers.IntegerField(required=False, min_value=1, max_value=1000)  # noqa: E741  (the letter of l-diversity)
    allowed_types = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    duplicates = serializers.ChoiceField(DuplicateRule.choices, required=False)
    mode = serializers.ChoiceField(RewriteMode.choices, required=False)
    label = serializers.CharField(required=False, allow_blank=True, max_length=60)  # type: ignore[assignment]  # DRF takes declared fields off the class
    label_favourable = serializers.CharField(required=False, allow_blank=True, max_length=60)
    label_stratum = serializers.CharField(required=False, allow_blank=True, max_length=60)


class ReferenceBody(StrictBody):
    """Whom a data set is meant for: `shares` (attribute → group → share of 1), or `days` of the assistant's own."""

    name = serializers.CharField(max_length=200, help_text="The source of the shares.")
    shares = serializers.DictField(
        child=serializers.DictField(child=serializers.FloatField(min_value=0, max_value=1)), required=False
    )
    sample = serializers.IntegerField(required=False, min_value=1, help_text="How many people were counted.")
    days = serializers.IntegerField(required=False, min_value=1, max_value=3650)


class ReferenceAnswer(serializers.ModelSerializer[DatasetReference]):
    """The reference that a data set is held against."""

    class Meta:
        model = DatasetReference
        fields = ["name", "kind", "shares", "sample", "days", "declared_at"]
        read_only_fields = fields


class DatasetList(generics.ListAPIView[Dataset]):
    serializer_class = DatasetAnswer

    def get_queryset(self) -> QuerySet[Dataset]:
        if getattr(self, "swagger_fake_view", False):
            return Dataset.objects.none()
        actor = actor_of(self.request, "datasets.view")
        return datasets_for(actor)

    @extend_schema(operation_id="datasets_list", tags=[TAG], summary="Training data sets, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="datasets_register",
        tags=[TAG],
        summary="Register a training data set as a draft",
        request=DatasetBody,
        responses={201: DatasetDetailAnswer},
    )
    def post(self, request: Request) -> Response:
        actor = actor_of(request, "datasets.change")
        given = read(request, DatasetBody)
        assistant = assistant_for(actor, given.pop("assistant"), permission="datasets.change")
        sources = list(DataSource.objects.filter(assistant=assistant, name=given.pop("data_source"))[:2])
        if len(sources) != 1:
            what = "two data sources of this name" if sources else "no such data source"
            raise Invalid(f"This assistant has {what}.", field="data_source")
        purpose = Purpose.objects.filter(team=assistant.team, code=given.pop("purpose")).first()
        if purpose is None:
            raise Invalid("There is no such purpose.", field="purpose")
        made = dataset_register(assistant_id=assistant.pk, source=sources[0], purpose=purpose, actor=actor, **given)
        return Response(DatasetDetailAnswer(made).data, status=201)


@extend_schema(operation_id="datasets_read", tags=[TAG], responses=DatasetDetailAnswer, summary="One training data set")
@api_view(["GET"])
def dataset_detail(request: Request, slug: str) -> Response:
    return Response(DatasetDetailAnswer(dataset_for(actor_of(request), slug)).data)


@extend_schema(
    operation_id="datasets_freeze",
    tags=[TAG],
    request=None,
    responses=DatasetDetailAnswer,
    summary="Settle the rows of a draft",
)
@api_view(["POST"])
def dataset_freeze_view(request: Request, slug: str) -> Response:
    actor = actor_of(request)
    dataset = dataset_for(actor, slug, permission="datasets.change")
    return Response(DatasetDetailAnswer(dataset_freeze(dataset_id=dataset.pk, actor=actor)).data)


@extend_schema(
    operation_id="datasets_reference",
    tags=[TAG],
    request=ReferenceBody,
    responses={201: ReferenceAnswer},
    summary="Declare the shares that the data set's groups are held against",
)
@api_view(["POST"])
def dataset_reference_view(request: Request, slug: str) -> Response:
    actor = actor_of(request)
    dataset = dataset_for(actor, slug, permission="datasets.change")
    made = dataset_reference_declare(dataset_id=dataset.pk, actor=actor, **read(request, ReferenceBody))
    return Response(ReferenceAnswer(made).data, status=201)


class DatasetRows(APIView):
    """Bulk intake of rows."""

    parser_classes = [NdjsonParser]

    @extend_schema(
        operation_id="datasets_rows_push",
        tags=[TAG],
        summary="Push rows of a draft in bulk",
        description=(
            "One row object a line. Safe to repeat: an external id that is known with the same content is left alone, "
            "with other content it is replaced. The external id is what makes a line idempotent: an `Idempotency-Key` "
            "is not read. A line that is rejected is listed with its reason; the others go in."
        ),
        parameters=[
            OpenApiParameter("Content-Encoding", OpenApiTypes.STR, OpenApiParameter.HEADER, enum=["identity", "gzip"])
        ],
        request={MEDIA_TYPE: OpenApiTypes.BINARY},
        examples=[LINES],
        responses=IntakeAnswer,
    )
    def post(self, request: Request, slug: str) -> Response:
        actor = actor_of(request)
        dataset = dataset_for(actor, slug, permission="datasets.fill")
        rejections = FirstRejections()
        records = numbered_records(
            body_lines(request), TrainingRecordParser(), max_line_bytes=settings.PROBITY_MAX_RECORD_BYTES
        )
        with body_read():
            report = dataset_rows_import(
                dataset_id=dataset.pk, records=records, source="api", actor=actor, on_rejection=rejections.note
            )
        return Response(IntakeAnswer({**report.as_dict(), "rejections": rejections}).data)
