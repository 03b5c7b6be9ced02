"""What forms say of a choice that is none: Django would repeat it, and an address could put any words on a page."""

from __future__ import annotations

from django import forms
from django.db import models

_NO_CHOICE = forms.ModelChoiceField.default_error_messages["invalid_choice"]  # repeats nothing
_REPEATING = ("invalid_choice", "invalid_pk_value")


def repeat_no_choice() -> None:
    """Have every field that is made from now on use Django's words that repeat nothing. Before any app has forms."""
    for kind in (forms.ChoiceField, forms.MultipleChoiceField, forms.ModelMultipleChoiceField, models.Field):
        told = dict(kind.default_error_messages)
        told.update((code, _NO_CHOICE) for code in _REPEATING if code in told)
        kind.default_error_messages = told
