"""What people enter on the consent pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from portal.accounts.models import Team
from portal.core.access import teams_with
from portal.core.actors import Actor

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
        teams = Team.objects.filter(pk__in=teams_with(actor, "consent.view")).order_by("name")
        field = self.fields["team"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = teams
        if len(teams) == 1:
            field.widget = forms.HiddenInput()
            field.initial = teams[0].pk


class AsKnownForm(forms.Form):
    """Two times: when the data was used, and what was on record."""

    at = forms.DateTimeField(
        required=False,
        label="Used on",
        help_text="Empty: the time below.",
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
