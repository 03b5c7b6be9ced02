"""Form fields that several apps need, and what a service refused, shown at the field at fault."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.fields import InvalidJSONInput

from portal.core.errors import Invalid
from portal.core.storable import UNSTORABLE, is_storable


def add_invalid(form: forms.BaseForm, error: Invalid) -> None:
    """Show the service's message at its field, or above the form where the form has no such field.

    A place within a field (`shares.size`) is shown at the field, with what stands there before the message.
    """
    name, _, place = (error.field or "").partition(".")
    if name not in form.fields:
        form.add_error(None, error.message)
    else:
        form.add_error(name, f"{place}: {error.message}" if place else error.message)


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


class JsonField(forms.JSONField):
    """JSON that can be kept: Python reads more than PostgreSQL stores, and runs out of stack or digits on some."""

    def to_python(self, value: Any) -> Any:
        try:
            read = super().to_python(value)
        except (RecursionError, ValueError) as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error
        if not is_storable(read):
            raise forms.ValidationError(UNSTORABLE, code="unstorable")
        return read

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed, as it was typed."""
        return initial if self.disabled or data is None else InvalidJSONInput(data)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return super().has_changed(initial, data)
        except (RecursionError, ValueError):
            return True


class ListField(forms.CharField):
    """A few words separated by commas; gives them as a list, each once and in order."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value) or ""
        return list(dict.fromkeys(word for part in text.split(",") if (word := part.strip())))
