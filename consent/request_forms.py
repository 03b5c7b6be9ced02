"""What people enter about data-subject requests."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from consent.corrections import correctable
from consent.models import Purpose, SubjectRequest
from consent.queries.requests import RequestFilters
from consent.request_states import (
    ExtensionReason,
    HoldReason,
    IdentityMethod,
    Jurisdiction,
    RefusalReason,
    RequestChannel,
    RequestKind,
)
from consent.states import OBJECTABLE, RestrictionGround
from portal.accounts.choice_fields import PersonChoiceField, choose_team
from portal.accounts.models import Team, User
from portal.core.actors import Actor
from portal.core.forms import choose_from

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_CHOOSE = ("", "Choose …")


def _note(label: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=5000, help_text=help_text, widget=forms.Textarea(attrs={"rows": 3})
    )


def _choice(label: str, choices: list[tuple[str, str]], help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[_CHOOSE, *choices], help_text=help_text)


class OfTeam(forms.Form):
    """A form about a customer of a team; the team is asked for only where the person has several."""

    team = forms.ModelChoiceField(queryset=Team.objects.none(), empty_label=None)
    permission = "requests.receive"

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_team(self, actor, self.permission)


class FindForm(OfTeam):
    """Whose requests are looked for. Sent in the body, never in the address."""

    permission = "consent.view"
    reference = forms.CharField(label="Customer reference", max_length=1000, widget=forms.TextInput(attrs={**_PLAIN}))


class ReceiveForm(OfTeam):
    """A request as it came in."""

    kind = _choice("What they ask for", list(RequestKind.choices))
    customer_ref = forms.CharField(
        label="Customer reference",
        help_text="Exactly as your integration sends it. Unknown ones are taken too.",
        max_length=1000,
        widget=forms.TextInput(attrs={**_PLAIN}),
    )
    channel = _choice("How it came", [one for one in RequestChannel.choices if one[0] != RequestChannel.API])
    jurisdiction = forms.ChoiceField(
        label="Law that sets the deadline", choices=Jurisdiction.choices, initial=Jurisdiction.GDPR
    )
    received_at = forms.DateTimeField(
        label="Received",
        required=False,
        help_text="The clock runs from here. Empty: now.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    details = _note(
        "What they wrote, and how to reach them", required=False, help_text="Kept sealed; erased with the customer."
    )


class VerifyForm(forms.Form):
    method = _choice("How the person was identified", list(IdentityMethod.choices))
    evidence_digest = forms.CharField(
        label="SHA-256 of what proved it",
        required=False,
        max_length=64,
        help_text="If you keep a document elsewhere. The document itself does not belong here.",
        widget=forms.TextInput(attrs={**_PLAIN}),
    )
    note = _note("Note", required=False)


class HoldForm(forms.Form):
    reason = _choice(
        "Why it waits",
        list(HoldReason.choices),
        "Only waiting for proof of identity stops the clock, and only under the GDPR.",
    )
    note = _note("What was asked, and of whom")


class NoteForm(forms.Form):
    note = _note("Note", required=False)


class ExtendForm(forms.Form):
    reason = _choice("Why it takes longer", list(ExtensionReason.choices))
    note = _note("What the customer was told")


class RefuseForm(forms.Form):
    reason = _choice("Ground", list(RefusalReason.choices))
    note = _note("Why, in words for the customer")


class AssignForm(forms.Form):
    to = PersonChoiceField(queryset=User.objects.none(), label="Whose request it is", empty_label="Choose …")

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "to", people)


class RectifyForm(forms.Form):
    """A reference, or one attribute, put right."""

    reference = forms.CharField(
        label="Right customer reference", required=False, max_length=1000, widget=forms.TextInput(attrs={**_PLAIN})
    )
    attribute = forms.ChoiceField(label="Attribute", required=False)
    attribute_value = forms.CharField(
        label="Right value of the attribute", required=False, max_length=120, widget=forms.TextInput(attrs=_PLAIN)
    )
    note = _note("What was wrong, and how you know")

    def __init__(self, *args: Any, request: SubjectRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = correctable(request.subject_id) if request.subject_id is not None else []
        if names:
            attribute = cast(forms.ChoiceField, self.fields["attribute"])
            attribute.choices = [("", "None"), *((name, name.replace("_", " ").capitalize()) for name in names)]
        else:
            del self.fields["attribute"], self.fields["attribute_value"]


class RestrictForm(forms.Form):
    ground = _choice("Ground", list(RestrictionGround.choices))
    note = _note("Note", required=False)


class ObjectForm(forms.Form):
    purposes = forms.ModelMultipleChoiceField(
        queryset=Purpose.objects.none(),
        label="They object to",
        widget=forms.CheckboxSelectMultiple,
        help_text="Purposes on a legitimate interest or a public task.",
    )
    note = _note("Note", required=False)

    def __init__(self, *args: Any, request: SubjectRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "purposes", objectable(request))


def objectable(request: SubjectRequest) -> QuerySet[Purpose]:
    """The purposes that the customer can object to (GDPR Art. 21(1))."""
    return Purpose.objects.filter(team=request.team_id, lawful_basis__in=OBJECTABLE).order_by("name")


class RequestFilter(forms.Form):
    """What the list is narrowed by; lives in the address."""

    waiting = forms.ChoiceField(
        label="Which",
        required=False,
        choices=[
            ("", "All"),
            ("open", "Open"),
            ("soon", "Due within a week"),
            ("overdue", "Overdue"),
            ("closed", "Closed"),
        ],
    )
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "Any"), *RequestKind.choices])
    worked_on_by = forms.ChoiceField(
        label="Worked on by", required=False, choices=[("", "Anybody"), ("me", "Me"), ("nobody", "Nobody yet")]
    )

    @property
    def chosen(self) -> RequestFilters:
        """What was chosen; a wrong value narrows nothing."""
        if not self.is_bound:
            return RequestFilters()
        self.is_valid()
        return RequestFilters(**{name: self.cleaned_data.get(name, "") for name in self.fields})
