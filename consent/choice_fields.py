"""Choosing a purpose in a form."""

from __future__ import annotations

from typing import Any

from django import forms


class _ByName:
    """Purposes by name; with their team's where the form offers those of `several_teams`."""

    several_teams = False

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.team})" if self.several_teams else obj.name


class PurposeField(_ByName, forms.ModelChoiceField):
    """One purpose."""


class PurposesField(_ByName, forms.ModelMultipleChoiceField):
    """Any number of purposes."""

    widget = forms.CheckboxSelectMultiple
