"""Flags: raised by integrations and people, decided by people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.models import Conversation
from audits.api.answers import FlagAnswer
from audits.api.requests import Nothing, person_of, summary_of
from audits.models import Flag
from audits.queries.flags import FlagFilters, flag_for, flags_for
from audits.services.flags import flag_claim, flag_confirm, flag_dismiss, flag_promote, flag_raise, flag_release
from audits.services.notes import NOTE_LIMIT
from audits.states import DismissReason, FlagKind, FlagSource, FlagState, Severity
from portal.core.access import restrict
from portal.core.actors import Actor
from portal.core.bodies import Query, StrictBody, read, read_query
from portal.core.callers import actor_of
from portal.core.errors import NotFound

TAG = "Flags"
TOLD = OpenApiExample(
    "Told by a customer",
    request_only=True,
    value={
        "assistant": "aria",
        "external_id": "C-1001",
        "kind": "wrong",
        "source": "customer",
        "source_id": "ticket-4711",
        "turn": 1,
        "note": "The refund takes five days.",
    },
)


class FlagQuery(Query):
    state = serializers.ListField(
        child=serializers.ChoiceField(FlagState.choices), required=False, help_text="Any of these states."
    )
    kind = serializers.ListField(
        child=serializers.ChoiceField(FlagKind.choices), required=False, help_text="Any of these kinds."
    )
    # DRF collects declared fields apart from Field's own attribute of this name.
    source = serializers.ListField(  # type: ignore[assignment]
        child=serializers.ChoiceField(FlagSource.choices), required=False, help_text="From any of these sources."
    )
    assistant = serializers.SlugField(required=False, help_text="The slug of an assistant.")


class FlagBody(StrictBody):
    """The conversation is named by its `conversation` id, or by `assistant` and `external_id` as it was handed in."""

    conversation = serializers.UUIDField(required=False)
    assistant = serializers.SlugField(required=False)
    external_id = serializers.CharField(required=False, max_length=200)
    kind = serializers.ChoiceField(FlagKind.choices)
    source = serializers.ChoiceField(FlagSource.choices)  # type: ignore[assignment]  # as above
    source_id = serializers.CharField(required=False, allow_blank=True, max_length=120)
    turn = serializers.IntegerField(required=False, min_value=0)
    note = serializers.CharField(required=False, allow_blank=True, max_length=NOTE_LIMIT)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = {"conversation", "assistant", "external_id"} & set(attrs)
        if named not in ({"conversation"}, {"assistant", "external_id"}):
            message = "Name the conversation, or its assistant and external_id."
            raise serializers.ValidationError({"conversation": message})
        return super().validate(attrs)


class FlagNoteBody(StrictBody):
    note = serializers.CharField(required=False, allow_blank=True, max_length=NOTE_LIMIT)


class DismissFlagBody(StrictBody):
    reason = serializers.ChoiceField(DismissReason.choices)
    note = serializers.CharField(max_length=NOTE_LIMIT)


class PromoteBody(StrictBody):
    severity = serializers.ChoiceField(Severity.choices)
    check_run = serializers.IntegerField(min_value=1, max_value=2**63 - 1, source="check_run_id")


class FlagList(generics.ListAPIView[Flag]):
    serializer_class = FlagAnswer

    def get_queryset(self) -> QuerySet[Flag]:
        actor = actor_of(self.request, "flags.view")
        wanted = read_query(self.request, FlagQuery)
        return flags_for(
            actor,
            FlagFilters(
                states=tuple(wanted.get("state", ())),
                kinds=tuple(wanted.get("kind", ())),
                sources=tuple(wanted.get("source", ())),
                assistant=wanted.get("assistant", ""),
            ),
        )

    @extend_schema(operation_id="flags_list", tags=[TAG], parameters=[FlagQuery], summary="Flags, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="flags_raise",
        tags=[TAG],
        request=FlagBody,
        examples=[TOLD],
        responses={201: FlagAnswer, 409: OpenApiResponse(description="erased or disposed: the conversation is gone")},
        summary="Raise a flag; repeating it answers with the flag that is there",
    )
    def post(self, request: Request) -> Response:
        actor = actor_of(request, "flags.raise")
        given = read(request, FlagBody)
        names: dict[str, Any] = {
            name: given.pop(name) for name in ("conversation", "assistant", "external_id") if name in given
        }
        flag = flag_raise(conversation=_conversation(actor, names), actor=actor, **given)
        return Response(FlagAnswer(flag).data, status=201)


@extend_schema(operation_id="flags_read", tags=[TAG], responses=FlagAnswer, summary="One flag")
@api_view(["GET"])
def flag_detail(request: Request, flag_id: int) -> Response:
    return Response(FlagAnswer(flag_for(actor_of(request, "flags.view"), flag_id)).data)


def _conversation(actor: Actor, names: dict[str, Any]) -> Conversation:
    found = restrict(Conversation.objects.defer("sealed"), actor, "flags.raise")
    if "conversation" in names:
        conversation = found.filter(public_id=names["conversation"]).first()
    else:
        conversation = found.filter(assistant__slug=names["assistant"], external_id=names["external_id"]).first()
    if conversation is None:
        raise NotFound("There is no such conversation.")
    return conversation


def _action(name: str, body: type[StrictBody], service: Callable[..., Any]) -> Callable[..., Any]:
    """A view that hands its body to a service on a flag and answers with the flag as it is then."""

    @extend_schema(
        operation_id=f"flags_{name}", tags=[TAG], request=body, responses=FlagAnswer, summary=summary_of(service)
    )
    @api_view(["POST"])
    def view(request: Request, flag_id: int) -> Response:
        actor = person_of(request)
        service(flag_id=flag_id, actor=actor, **read(request, body))
        return Response(FlagAnswer(flag_for(actor, flag_id)).data)

    return view


FLAG_ACTIONS: dict[str, Callable[..., Any]] = {
    "claim": _action("claim", Nothing, flag_claim),
    "release": _action("release", Nothing, flag_release),
    "confirm": _action("confirm", FlagNoteBody, flag_confirm),
    "dismiss": _action("dismiss", DismissFlagBody, flag_dismiss),
    "promote": _action("promote", PromoteBody, flag_promote),
}
