"""What people enter on the consent pages."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from consent.models import DataSubject
from consent.queries.subjects import subject_by_reference
from consent.states import AgeEvidence, LinkReason, RestrictionGround
from portal.accounts.choice_fields import choose_team
from portal.accounts.models import Team
from portal.core.actors import Actor
from portal.core.forms import calendar

_RANGE = [
    MinValueValidator(datetime(1970, 1, 1, tzinfo=UTC), "The time is out of range."),
    MaxValueValidator(datetime(9000, 1, 1, tzinfo=UTC), "The time is out of range."),
]


class LookUpForm(forms.Form):
    """A customer's reference; the team is asked for only where the viewer has several."""

    team = forms.ModelChoiceField(queryset=Team.objects.none(), empty_label=None)
    reference = forms.CharField(
        label="Customer reference",
        help_text="Exactly as the integration sends it. It is not kept and appears in no address or log.",
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_team(self, actor, "consent.view")


class AsKnownForm(forms.Form):
    """Two times: when the data was used, and what was on record."""

    at = forms.DateTimeField(
        required=False,
        label="Used on",
        help_text="When the data was used. Empty: the time below.",
        validators=_RANGE,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    known_at = forms.DateTimeField(
        required=False,
        label="As it was known on",
        help_text="Only what was on record by then counts. Empty: now.",
        validators=_RANGE,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class MergeForm(forms.Form):
    """The other record of the same person, by reference or by pseudonym."""

    prefix = "merge"
    other = forms.CharField(
        label="The other customer",
        help_text="Their reference as the integration sends it, or their pseudonym. It appears in no address or log.",
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.ChoiceField(label="Why they are one person", choices=LinkReason.choices[:4])

    def __init__(self, *args: Any, subject: DataSubject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject

    def clean_other(self) -> DataSubject:
        text = self.cleaned_data["other"].strip()
        try:
            public_id = uuid.UUID(text)
        except ValueError:
            found = subject_by_reference(team=self.subject.team, reference=text)
        else:
            found = DataSubject.objects.filter(team=self.subject.team_id, public_id=public_id).first()
        if found is None:
            raise forms.ValidationError("No customer of this team has this reference or pseudonym.")
        return found


class AgeForm(forms.Form):
    """What is known of a customer's age."""

    prefix = "age"
    minor_below_age = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=21,
        label="Younger than (years)",
        help_text="Empty: earlier notes were wrong, the customer is not a minor.",
    )
    of_age_on = forms.DateField(
        required=False,
        label="Of age on",
        help_text="The first day on which the customer consents alone, where it is known.",
        widget=calendar(),
    )
    evidence = forms.ChoiceField(label="How this is known", choices=AgeEvidence.choices[:5])


class RestrictionForm(forms.Form):
    """Why processing is restricted."""

    prefix = "restriction"
    ground = forms.ChoiceField(label="Ground", choices=RestrictionGround.choices)
