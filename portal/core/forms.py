"""Form fields that several apps need, and what a service refused, shown at the field at fault."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from portal.core.errors import Invalid


def add_invalid(form: forms.BaseForm, error: Invalid) -> None:
    """Show the service's message at its field, or above the form where the form has no such field."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, error.message)


def choose_from(form: forms.BaseForm, name: str, options: QuerySet[Any] | Iterable[tuple[Any, Any]]) -> None:
    """What the form's field can be chosen from: rows of its model, or values with their words, also in groups."""
    field = form.fields[name]
    if isinstance(options, QuerySet):
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = options
    else:
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(options)


def calendar() -> forms.DateInput:
    """The browser's own date picker, which understands ISO dates alone."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class ListField(forms.CharField):
    """A few words separated by commas; gives them as a list, each once and in order."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value) or ""
        return list(dict.fromkeys(word for part in text.split(",") if (word := part.strip())))
