"""What forms say of a choice that is none: Django would repeat it, and an address could put any words on a page."""

from __future__ import annotations

from django import forms
from django.db import models

_NO_CHOICE = forms.ModelChoiceField.default_error_messages["invalid_choice"]  # repeats nothing


def repeat_no_choice() -> None:
    """Have every field that is made from now on use Django's words that repeat nothing. Before any app has forms."""
    for kind in (forms.ChoiceField, forms.MultipleChoiceField, forms.ModelMultipleChoiceField, models.Field):
        told = {
            code: _NO_CHOICE for code in ("invalid_choice", "invalid_pk_value") if code in kind.default_error_messages
        }
        kind.default_error_messages = {**kind.default_error_messages, **told}
