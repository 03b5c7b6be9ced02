"""What a service refused, shown at the field at fault."""

from __future__ import annotations

from django.forms import BaseForm

from portal.core.errors import Invalid


def add_invalid(form: BaseForm, error: Invalid) -> None:
    """Show the service's message at its field, or above the form where the form has no such field."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, error.message)
