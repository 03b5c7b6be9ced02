"""Probe runs: listed, started by those who may, read, stopped. Connectors are read without their secrets."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.queries.registry import assistant_for
from audits.api.answers import CheckRunAnswer, Person
from audits.api.requests import Nothing, person_of
from audits.endpoints.secret_places import url_shown
from audits.models import ProbeConnector, ProbeRun
from audits.queries.probe_figures import checks_of, comparisons_of, floors_of
from audits.queries.probe_judgements import judging_progress, reading_of
from audits.queries.probing import connectors_of, probe_run_for, probe_runs_for, progress_of
from audits.services.probing.runs import MOST_PAIRS_PER_TEMPLATE, probe_run_start, probe_run_stop
from portal.core.bodies import StrictBody, read
from portal.core.callers import actor_of
from portal.core.errors import NotFound

TAG = "Probes"


class ConnectorAnswer(serializers.ModelSerializer[ProbeConnector]):
    """How an endpoint is asked and what that may cost. Secret and system message are left out."""

    url = serializers.SerializerMethodField(help_text="without what looks like a key written in clear")
    changed_by = Person(source="changed_by_id")

    class Meta:
        model = ProbeConnector
        fields = [
            "id", "name", "kind", "url", "model", "answer_path", "requests_per_minute", "at_a_time", "timeout_seconds",
            "max_answer_kb", "max_tokens", "run_requests", "month_requests", "month_characters", "active", "changed_by",
            "changed_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_url(self, connector: ProbeConnector) -> str:
        return url_shown(connector.url)


class ProbeRunAnswer(serializers.ModelSerializer[ProbeRun]):
    assistant: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    probe_set = serializers.CharField(source="probe_set.slug", read_only=True)
    probe_set_version = serializers.IntegerField(source="probe_set.version", read_only=True)
    release = serializers.CharField(source="release.version", read_only=True, allow_null=True, default=None)
    judge = serializers.IntegerField(
        source="judging.connector_id", read_only=True, allow_null=True, default=None, help_text="the judge's connector"
    )
    requested_by = Person(source="requested_by_id")

    class Meta:
        model = ProbeRun
        fields = [
            "id", "assistant", "connector", "judge", "probe_set", "probe_set_version", "release", "state", "cues",
            "pairs_per_template", "seed", "config_hash", "planned", "budget_requests", "used_requests",
            "used_characters", "used_tokens", "requested_by", "requested_at", "started_at", "answered_at",
            "finished_at", "ended_because",
        ]  # fmt: skip
        read_only_fields = fields


class ProbeRunDetailAnswer(ProbeRunAnswer):
    """The same with what became of the questions, the checks that judged the run, and their figures."""

    questions = serializers.SerializerMethodField()
    checks = serializers.SerializerMethodField()
    comparisons = serializers.SerializerMethodField(help_text="as audits.engine.probing.Comparison has them")
    noise_floor = serializers.SerializerMethodField(help_text="how often the same message sent twice is answered apart")

    judging = serializers.SerializerMethodField(help_text="how far the judge's reading is; null without a judge")
    judge_readings = serializers.SerializerMethodField(
        help_text="by cue, as audits.engine.probing.second_reading.SecondReading has them"
    )

    class Meta(ProbeRunAnswer.Meta):
        fields = [
            *ProbeRunAnswer.Meta.fields, "questions", "checks", "comparisons", "noise_floor", "judging",
            "judge_readings",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "integer"}})
    def get_questions(self, run: ProbeRun) -> dict[str, int]:
        progress = progress_of(run)
        return {"planned": progress.planned, "answered": progress.answered, "failed": progress.failed}

    @extend_schema_field(CheckRunAnswer(many=True))
    def get_checks(self, run: ProbeRun) -> Any:
        return CheckRunAnswer(checks_of(run), many=True).data

    @extend_schema_field({"type": "array", "items": {"type": "object"}})
    def get_comparisons(self, run: ProbeRun) -> list[dict[str, Any]]:
        return comparisons_of(checks_of(run))

    @extend_schema_field({"type": "array", "items": {"type": "object"}})
    def get_noise_floor(self, run: ProbeRun) -> list[dict[str, Any]]:
        return floors_of(checks_of(run))

    @extend_schema_field({"type": "object", "nullable": True})
    def get_judging(self, run: ProbeRun) -> dict[str, Any] | None:
        found = judging_progress(run)
        if found is None:
            return None
        judging = found.judging
        return {
            "connector": judging.connector_id,
            "state": judging.state,
            "judged": found.judged,
            "answers": found.of,
            "budget_requests": judging.budget_requests,
            "used_requests": judging.used_requests,
            "used_characters": judging.used_characters,
            "used_tokens": judging.used_tokens,
            "ended_because": judging.ended_because,
        }

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "object"}})
    def get_judge_readings(self, run: ProbeRun) -> dict[str, Any]:
        checks = checks_of(run)
        found = {cue: reading_of(checks, cue) for cue in sorted(run.cues)}
        return {cue: reading for cue, reading in found.items() if reading is not None}


class ProbeBody(StrictBody):
    """`connector`, `probe_set` and perhaps `judge`, another connector, by id.

    Without `budget_requests` and `judge_budget_requests`, a fifth more than is planned.
    """

    connector = serializers.IntegerField(min_value=1)
    probe_set = serializers.IntegerField(min_value=1)
    cues = serializers.ListField(child=serializers.CharField(max_length=80), allow_empty=False, max_length=50)
    pairs_per_template = serializers.IntegerField(
        min_value=1, max_value=MOST_PAIRS_PER_TEMPLATE, required=False, default=2
    )
    budget_requests = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    judge = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    judge_budget_requests = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)


class ConnectorList(generics.ListAPIView[ProbeConnector]):
    serializer_class = ConnectorAnswer

    def get_queryset(self) -> QuerySet[ProbeConnector]:
        if getattr(self, "swagger_fake_view", False):
            return ProbeConnector.objects.none()
        actor = actor_of(self.request, "audits.view")
        return connectors_of(assistant_for(actor, self.kwargs["slug"], permission="audits.view"))

    @extend_schema(operation_id="connectors_list", tags=[TAG], summary="How the assistant's chat endpoints are asked")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class ProbeRunList(generics.ListAPIView[ProbeRun]):
    serializer_class = ProbeRunAnswer

    def get_queryset(self) -> QuerySet[ProbeRun]:
        if getattr(self, "swagger_fake_view", False):
            return ProbeRun.objects.none()
        actor = actor_of(self.request, "audits.view")
        slug = assistant_for(actor, self.kwargs["slug"], permission="audits.view").slug
        return probe_runs_for(actor, assistant=slug)

    @extend_schema(operation_id="probes_list", tags=[TAG], summary="The assistant's probe runs, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="probes_start",
        tags=[TAG],
        request=ProbeBody,
        responses={202: ProbeRunAnswer},
        summary="Start a probe; the asking goes on in the background",
    )
    def post(self, request: Request, slug: str) -> Response:
        actor = actor_of(request, "probes.start")
        assistant = assistant_for(actor, slug, permission="probes.start")
        given = read(request, ProbeBody)
        connector_id, version_id, judge_id = given.pop("connector"), given.pop("probe_set"), given.pop("judge")
        if not ProbeConnector.objects.filter(pk=connector_id, assistant=assistant).exists():
            raise NotFound("There is no such connector.")
        run = probe_run_start(connector_id=connector_id, version_id=version_id, judge_id=judge_id, actor=actor, **given)
        return Response(ProbeRunAnswer(run).data, status=202)


@extend_schema(operation_id="probes_read", tags=[TAG], responses=ProbeRunDetailAnswer, summary="One probe run")
@api_view(["GET"])
def probe_detail(request: Request, run_id: int) -> Response:
    return Response(ProbeRunDetailAnswer(probe_run_for(actor_of(request, "audits.view"), run_id)).data)


@extend_schema(
    operation_id="probes_stop",
    tags=[TAG],
    request=Nothing,
    responses=ProbeRunAnswer,
    summary="Ask nothing more; a stopped run is not judged",
)
@api_view(["POST"])
def probe_stop_view(request: Request, run_id: int) -> Response:
    person = person_of(request)
    run = probe_run_for(person, run_id)
    read(request, Nothing)
    return Response(ProbeRunAnswer(probe_run_stop(run_id=run.pk, actor=person)).data)
