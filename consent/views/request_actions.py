"""What a person can do with a request now: each action with its form, and the service that carries it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from consent.models import SubjectRequest
from consent.request_forms import (
    AssignForm,
    ExtendForm,
    HoldForm,
    NoteForm,
    ObjectForm,
    RectifyForm,
    RefuseForm,
    RestrictForm,
    VerifyForm,
    objectable,
)
from consent.request_states import CLOSED, PACKAGED, RequestKind, RequestState
from consent.services.requests import answering, handling, packaging
from consent.services.requests.records import today
from consent.services.requests.reminders import officers
from portal.accounts.models import User
from portal.core.access import can

_OPEN = frozenset(RequestState) - set(map(RequestState, CLOSED))
_WORKED_ON = frozenset({RequestState.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class Action:
    """`states` and `kinds` say where it is offered; `act(request, actor, cleaned)` does it; `done` is said then."""

    label: str
    icon: str
    done: str
    act: Callable[[SubjectRequest, User, dict[str, Any]], object]
    form: Callable[..., forms.Form] = forms.Form
    states: frozenset[str] = _WORKED_ON
    kinds: frozenset[str] = frozenset(RequestKind)
    style: str = ""
    link: str = ""


def _people(request: SubjectRequest, *args: Any, **kwargs: Any) -> forms.Form:
    people = User.objects.filter(pk__in=[person.pk for person in officers(request)]).order_by("name")
    return AssignForm(*args, people=people, **kwargs)


ACTIONS: dict[str, Action] = {
    "verify": Action(
        "Record the identity check",
        "user-check",
        "The identity is verified.",
        lambda request, actor, given: handling.request_verify_identity(
            public_id=request.public_id, actor=actor, **given
        ),
        VerifyForm,
        frozenset({RequestState.RECEIVED}),
        style="btn-primary",
    ),
    "start": Action(
        "Start",
        "progress",
        "The work has begun.",
        lambda request, actor, given: handling.request_start(public_id=request.public_id, actor=actor),
        states=frozenset({RequestState.IDENTITY_VERIFIED}),
        style="btn-primary",
    ),
    "resume": Action(
        "Take off hold",
        "progress",
        "The request is off hold.",
        lambda request, actor, given: handling.request_resume(public_id=request.public_id, actor=actor, **given),
        NoteForm,
        frozenset({RequestState.ON_HOLD}),
        style="btn-primary",
    ),
    "package": Action(
        "Build the package",
        "package",
        "The package is being built. It appears here in a moment.",
        lambda request, actor, given: packaging.package_order(public_id=request.public_id, actor=actor),
        kinds=frozenset(PACKAGED),
        style="btn-primary",
    ),
    "rectify": Action(
        "Correct",
        "pencil",
        "Corrected.",
        lambda request, actor, given: answering.subject_rectify(
            public_id=request.public_id,
            actor=actor,
            note=given["note"],
            reference=given["reference"],
            attributes={given["attribute"]: given["attribute_value"]} if given.get("attribute") else None,
        ),
        RectifyForm,
        kinds=frozenset({RequestKind.RECTIFICATION}),
        style="btn-primary",
    ),
    "restrict": Action(
        "Restrict all use",
        "ban",
        "Every use of this customer's data is denied from now on.",
        lambda request, actor, given: answering.subject_restrict(public_id=request.public_id, actor=actor, **given),
        RestrictForm,
        kinds=frozenset({RequestKind.RESTRICTION}),
        style="btn-primary",
    ),
    "object": Action(
        "Record the objection",
        "shield",
        "The objection is on record.",
        lambda request, actor, given: answering.subject_object(public_id=request.public_id, actor=actor, **given),
        ObjectForm,
        kinds=frozenset({RequestKind.OBJECTION}),
        style="btn-primary",
    ),
    "erase": Action(
        "Erase …",
        "trash",
        "",
        lambda request, actor, given: None,
        kinds=frozenset({RequestKind.ERASURE}),
        style="btn-danger",
        link="requests:erase",
    ),
    "fulfil": Action(
        "Close as answered",
        "check",
        "The request is fulfilled.",
        lambda request, actor, given: answering.request_fulfil(public_id=request.public_id, actor=actor, **given),
        NoteForm,
        kinds=frozenset(RequestKind) - {RequestKind.ERASURE},
    ),
    "hold": Action(
        "Put on hold",
        "player-pause",
        "The request is on hold.",
        lambda request, actor, given: handling.request_hold(public_id=request.public_id, actor=actor, **given),
        HoldForm,
        _OPEN - {RequestState.ON_HOLD},
    ),
    "extend": Action(
        "Extend the deadline",
        "calendar",
        "The deadline is extended.",
        lambda request, actor, given: handling.request_extend(public_id=request.public_id, actor=actor, **given),
        ExtendForm,
        _OPEN,
    ),
    "assign": Action(
        "Give to a colleague",
        "user",
        "The request is with your colleague now.",
        lambda request, actor, given: handling.request_assign(public_id=request.public_id, actor=actor, **given),
        states=_OPEN,
    ),
    "refuse": Action(
        "Refuse",
        "circle-minus",
        "The request is refused.",
        lambda request, actor, given: handling.request_refuse(public_id=request.public_id, actor=actor, **given),
        RefuseForm,
        _OPEN,
    ),
}


@dataclass(frozen=True, slots=True)
class Offered:
    """An action as its button, its disclosed form, or the page for it; shut where `denied_reason` says why."""

    name: str
    label: str
    icon: str
    style: str
    form: forms.Form
    opened: bool = False
    link: str = ""
    denied_reason: str = ""

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return bool(self.form.fields)


def action_form(name: str, request: SubjectRequest, *args: Any) -> forms.Form:
    """The form of an action, empty or with what was posted; several stand on one page, each with ids of its own."""
    ids = f"{name}-%s"
    if name == "assign":
        return _people(request, *args, auto_id=ids, initial={"to": request.assigned_to_id})
    if name in ("object", "rectify"):
        return ACTIONS[name].form(*args, auto_id=ids, request=request)
    return ACTIONS[name].form(*args, auto_id=ids)


def offered_actions(
    request: SubjectRequest, user: User, *, bound: tuple[str, forms.Form] | None = None, built: bool = False
) -> list[Offered]:
    """What this person can do now, in the order of likelihood; `bound` is the form that was refused, shown opened;
    `built` says that the package is there, so that building it is no longer the next step.
    """
    if not can(user, "requests.act", request):
        return []
    offered = []
    for name, action in ACTIONS.items():
        if request.state not in action.states or request.kind not in action.kinds:
            continue
        if name == "extend" and request.extended_until is not None:
            continue
        opened = bound is not None and bound[0] == name
        form = bound[1] if bound is not None and opened else action_form(name, request)
        denied = _denied(name, request)
        label, style = ("Build it again", "") if name == "package" and built else (action.label, action.style)
        offered.append(Offered(name, label, action.icon, style, form, opened, action.link, denied_reason=denied))
    return offered


def _denied(name: str, request: SubjectRequest) -> str:
    if name in ("package", "rectify", "restrict", "object", "erase") and request.subject_id is None:
        return "Nobody is known under this reference. Say so to the person and refuse: nothing is held about them."
    if name == "object" and not objectable(request).exists():
        return "None of the purposes rests on a legitimate interest or a public task. Refuse, and say so to the person."
    if name == "fulfil":
        return answering.fulfilment_missing(request)
    if name == "extend" and request.due_on < today():
        return "The deadline has passed; it could only be extended before."
    return ""
