"""Choosing a person in a form."""

from __future__ import annotations

from typing import Any

from django import forms


class PersonChoiceField(forms.ModelChoiceField):
    """People by name only: an address is nobody else's business."""

    def label_from_instance(self, obj: Any) -> str:
        return obj.name or f"Person {obj.pk}"
