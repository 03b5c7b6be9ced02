"""What people enter about retention rules and legal holds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from consent import holds
from consent.choice_fields import PurposeField
from consent.models import Purpose, RetentionRule
from consent.retention.classes import data_class, data_classes
from consent.retention.durations import duration, spelled
from consent.states import Anchor, HoldScope, RuleState
from portal.accounts.choice_fields import choose_team
from portal.accounts.models import Team
from portal.core.actors import Actor
from portal.core.errors import Invalid
from portal.core.forms import choose_from

_DURATION = "Such as 90 days, 6 months, 2 years, or 1 year 6 months."


def _duration(text: str) -> str:
    """What was written, in words or as an ISO 8601 duration, as the latter."""
    written = spelled(text).strip().upper()
    try:
        duration(written)
    except Invalid as error:
        raise ValidationError("Write how long, such as 90 days or 1 year 6 months; a hundred years at most.") from error
    return written


class _TermsForm(forms.Form):
    """What a version says: from when, how long, and why."""

    anchor = forms.ChoiceField(label="Counted from", choices=[])
    period = forms.CharField(label="Kept for", max_length=60, help_text=_DURATION)
    grace = forms.CharField(
        label="Grace",
        max_length=60,
        required=False,
        help_text="How long after that it may still be there before it counts as a breach. Empty: none.",
    )
    justification = forms.CharField(
        label="Why this long",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Such as the law that asks for it. Auditors read this.",
    )

    def clean_period(self) -> str:
        return _duration(self.cleaned_data["period"])

    def clean_grace(self) -> str:
        return _duration(self.cleaned_data["grace"] or "P0D")


class RuleForm(_TermsForm):
    """A new rule. What it is about cannot be changed later."""

    field_order = ["team", "data_class", "purpose", "jurisdiction", "anchor", "period", "grace", "justification"]
    team = forms.ModelChoiceField(queryset=Team.objects.none(), empty_label=None)
    data_class = forms.ChoiceField(label="Kind of data", choices=[])
    purpose = PurposeField(
        queryset=Purpose.objects.none(),
        required=False,
        empty_label="Any purpose",
        help_text="Data kept for several purposes goes when the last of them has no more need of it.",
    )
    jurisdiction = forms.CharField(
        required=False,
        max_length=12,
        help_text="Where the customer is: DE, US-CA, or EU. Empty: anywhere. The more exact rule wins.",
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "anchor", Anchor.choices)
        choose_from(self, "data_class", [(kind.name, kind.label) for kind in data_classes()])
        teams = choose_team(self, actor, "retention.change")
        purposes = self.fields["purpose"]
        assert isinstance(purposes, PurposeField)
        purposes.several_teams = len(teams) > 1
        purposes.queryset = Purpose.objects.filter(team__in=teams).select_related("team").order_by("name", "team__name")

    def clean(self) -> dict[str, Any]:
        """A draft beside a rule in force about the same could never come into force; its preview would mislead."""
        given = super().clean() or {}
        same = RetentionRule.objects.filter(
            state=RuleState.ACTIVE,
            team=given.get("team"),
            data_class=given.get("data_class", ""),
            purpose=given.get("purpose"),
            jurisdiction=given.get("jurisdiction", "").strip().upper(),
            anchor=given.get("anchor", ""),
        ).first()
        if same is not None:
            raise ValidationError(
                f"A rule in force ({duration(same.period)}) is about the same data, purpose, jurisdiction and anchor. "
                "Change that one."
            )
        return given


class RuleChangeForm(_TermsForm):
    """The next version of a rule."""

    def __init__(self, *args: Any, rule: RetentionRule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = data_class(rule.data_class).anchors
        choose_from(self, "anchor", [(anchor.value, anchor.label) for anchor in Anchor if anchor in offered])


class HoldForm(forms.Form):
    """What is held, for which matter, and why."""

    team = forms.ModelChoiceField(queryset=Team.objects.none(), empty_label=None)
    scope = forms.ChoiceField(label="What is held", choices=HoldScope.choices, widget=forms.RadioSelect)
    reference = forms.CharField(
        label="Customer reference",
        required=False,
        max_length=1000,
        help_text="For a hold on one customer. Exactly as the integration sends it; it appears in no address or log.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    assistant = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, help_text="For a hold on one assistant.", choices=[]
    )
    matter = forms.CharField(
        label="Matter reference", max_length=200, help_text="The court's or lawyer's file. Encrypted."
    )
    reason = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), help_text="Encrypted.")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = choose_team(self, actor, "holds.change")
        listed = [("", "–"), *holds.assistants().listed([team.pk for team in teams])]
        choose_from(self, "assistant", listed)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("scope") == HoldScope.SUBJECT and not given.get("reference"):
            self.add_error("reference", "Say which customer.")
        if given.get("scope") == HoldScope.ASSISTANT and given.get("assistant") is None:
            self.add_error("assistant", "Say which assistant.")
        return given


class ReleaseForm(forms.Form):
    """Why a hold ends."""

    reason = forms.CharField(
        label="Why it ends",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Encrypted. What is overdue by then is disposed of by the next nightly run.",
    )
