"""Choosing people and teams in a form."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.accounts.models import Team
from portal.core.access import teams_with
from portal.core.actors import Actor
from portal.core.forms import choose_from


class PersonChoiceField(forms.ModelChoiceField):
    """People by name only: an address is nobody else's business."""

    def label_from_instance(self, obj: Any) -> str:
        return obj.name or f"Person {obj.pk}"


def choose_team(form: forms.Form, actor: Actor, permission: str) -> list[Team]:
    """Have `team` chosen from those in which the actor may do this, which it returns; a single one is not asked for."""
    queryset = Team.objects.filter(pk__in=teams_with(actor, permission)).order_by("name")
    choose_from(form, "team", queryset)
    teams = list(queryset)
    if len(teams) == 1:
        form.fields["team"].widget = forms.HiddenInput()
        form.fields["team"].initial = teams[0].pk
    return teams
