"""Form fields that several apps need, and what a service refused, shown at the field at fault."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.core.errors import Invalid


def add_invalid(form: forms.BaseForm, error: Invalid) -> None:
    """Show the service's message at its field, or above the form where the form has no such field."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, error.message)


class ListField(forms.CharField):
    """A few words separated by commas; gives them as a list, each once and in order."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value) or ""
        return list(dict.fromkeys(word for part in text.split(",") if (word := part.strip())))
