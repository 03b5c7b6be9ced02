"""Filters of the ledger page."""

from __future__ import annotations

from django import forms

from portal.core import ledger
from portal.core.forms import choose_from


class LedgerFilter(forms.Form):
    """What the ledger page narrows by. All fields are optional and live in the address."""

    action = forms.ChoiceField(required=False, label="What happened")
    object_type = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    object_id = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choose_from(self, "action", [("", "Everything"), *ledger.action_choices()])
