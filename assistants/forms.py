"""What people fill in on the registry's pages. Rules about state and role are the services' business."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django import forms
from django.utils import timezone

from assistants.models import Assistant, Dataset, DatasetReference, DataSource, Release
from assistants.services.datasets import Selection
from assistants.states import DuplicateRule, RewriteMode
from consent.models import Purpose
from portal.core.forms import calendar, choose_from

_BOTH = {"true": True, "false": False}


class NamesField(forms.CharField):
    """Names separated by commas or spaces, as a list."""

    def clean(self, value: Any) -> list[str]:
        return super().clean(value).replace(",", " ").split()

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value


class DatasetPolicyForm(forms.Form):
    """What may be changed about a data set while it is in use."""

    name = forms.CharField(label="Name", max_length=120)
    description = forms.CharField(label="What is in it", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    quasi_identifiers = NamesField(
        label="Quasi-identifiers",
        required=False,
        help_text="Attributes by which somebody could recognise a person, such as age_group, region.",
    )
    sensitive = NamesField(
        label="Sensitive attributes", required=False, help_text="Attributes that nobody should learn of a person."
    )
    k = forms.IntegerField(
        label="k", min_value=1, max_value=1000, initial=5, help_text="At least so many people share their attributes."
    )
    l = forms.IntegerField(  # noqa: E741  (the letter of l-diversity)
        label="l",
        min_value=1,
        max_value=1000,
        initial=2,
        help_text="At least so many different sensitive values among them.",
    )
    duplicates = forms.ChoiceField(label="What counts as repeated", choices=DuplicateRule.choices)
    mode = forms.ChoiceField(label="Personal data in exports", choices=RewriteMode.choices)
    allowed_types = NamesField(
        label="Types of personal data that may stay",
        required=False,
        help_text="Such as URL. Leave it empty to take everything out.",
    )
    label = forms.CharField(
        label="Label",
        required=False,
        max_length=60,
        help_text="The attribute that a model is to learn; one of those above.",
    )
    label_favourable = forms.CharField(
        label="Its good value", required=False, max_length=60, help_text="Such as yes, where the label is granted."
    )
    label_stratum = forms.CharField(
        label="Labels are compared within",
        required=False,
        max_length=60,
        help_text="The attribute that says what a row is about, such as intent. Empty: over all rows.",
    )

    @classmethod
    def of(cls, dataset: Dataset) -> DatasetPolicyForm:
        """The form with what is declared now."""
        return cls(initial={name: getattr(dataset, name) for name in cls.base_fields})


class DatasetForm(DatasetPolicyForm):
    """A new data set of `assistant`; sources and purposes are those that it and its team have."""

    slug = forms.SlugField(
        label="Short name",
        max_length=60,
        help_text="For addresses and commands, such as desk-2026.",
        error_messages={"invalid": "Use letters, digits, hyphens and underscores only."},
    )
    source = forms.ModelChoiceField(label="Data source", queryset=DataSource.objects.none(), empty_label="Choose …")
    purpose = forms.ModelChoiceField(
        label="Purpose",
        queryset=Purpose.objects.none(),
        empty_label="Choose …",
        help_text="Every row needs a consent, or another lawful basis, for it.",
    )
    language = forms.CharField(label="Language", required=False, max_length=12, help_text="Such as en.")

    field_order = ["name", "slug", "description", "source", "purpose", "language"]

    def __init__(self, *args: Any, assistant: Assistant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "source", assistant.data_sources.all())
        choose_from(self, "purpose", Purpose.objects.filter(team=assistant.team, retired_at=None))


class SharesField(forms.CharField):
    """Shares in per cent, a line an attribute: `age_group: 18-34 = 35; 65+ = 25`; as attribute → group → share."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> dict[str, dict[str, float]]:
        shares: dict[str, dict[str, float]] = {}
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            attribute, colon, groups = (part.strip() for part in line.partition(":"))
            if not (attribute and colon) or attribute in shares:
                raise forms.ValidationError("Begin each line with another attribute and a colon.")
            shares[attribute] = dict(map(self._group, filter(None, map(str.strip, groups.split(";")))))
        return shares

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        lines = (
            f"{attribute}: "
            + "; ".join(f"{group} = {round(100 * share, 3):g}" for group, share in sorted(groups.items()))
            for attribute, groups in value.items()
        )
        return "\n".join(lines)

    @staticmethod
    def _group(text: str) -> tuple[str, float]:
        group, _, share = text.rpartition("=")
        try:
            return group.strip(), float(share.strip().removesuffix("%").strip().replace(",", ".")) / 100
        except ValueError as error:
            raise forms.ValidationError(f"“{text[:60]}” is not written like 65+ = 25.") from error


class ReferenceForm(forms.Form):
    """Whom the data set is meant for: declared shares, or the assistant's own conversations."""

    name = forms.CharField(label="Source", max_length=200, help_text="Such as Customers 2025, annual report p. 12.")
    shares = SharesField(
        label="Shares in per cent",
        required=False,
        help_text="A line an attribute, such as age_group: 18-34 = 35; 35-64 = 40; 65+ = 25.",
    )
    sample = forms.IntegerField(
        label="Counted from", required=False, min_value=1, help_text="How many people, if the shares are of a sample."
    )
    days = forms.IntegerField(
        label="Or the assistant’s own conversations of the last … days", required=False, min_value=1, max_value=3650
    )

    @classmethod
    def of(cls, dataset: Dataset) -> ReferenceForm:
        """The form with what is declared now."""
        reference = DatasetReference.objects.filter(dataset=dataset).first()
        return cls(initial={name: getattr(reference, name) for name in cls.base_fields} if reference else {})


class SelectionForm(forms.Form):
    """Which conversations of the assistant are copied into the data set."""

    since = forms.DateField(label="First day", widget=calendar())
    last = forms.DateField(label="Last day", widget=calendar())
    release = forms.ModelChoiceField(
        label="Release", queryset=Release.objects.none(), required=False, empty_label="All"
    )
    intent = forms.CharField(label="Intent", required=False, max_length=120)
    language = forms.CharField(label="Language", required=False, max_length=12)
    outcome = forms.CharField(label="Outcome", required=False, max_length=60, help_text="Such as resolved.")
    outcome_value = forms.CharField(label="Its value", required=False, max_length=120, help_text="Such as true.")

    def __init__(self, *args: Any, assistant: Assistant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "release", assistant.releases.all())

    @property
    def selection(self) -> Selection:
        """What was chosen; the form is valid."""
        given = self.cleaned_data
        value = given["outcome_value"] or "true"
        return Selection(
            since=given["since"],
            last=given["last"],
            release_id=None if given["release"] is None else given["release"].pk,
            intent=given["intent"] or None,
            language=given["language"] or None,
            outcome=given["outcome"] or None,
            outcome_value=_BOTH.get(value, value) if given["outcome"] else None,
        )


class TrainedForm(forms.Form):
    """Which release of the assistant learned from the data set, on which day."""

    release = forms.ModelChoiceField(label="Release", queryset=Release.objects.none(), empty_label="Choose …")
    day = forms.DateField(label="Trained on", widget=calendar())

    def __init__(self, *args: Any, assistant: Assistant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "release", assistant.releases.all())

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day > timezone.now().astimezone(UTC).date():
            raise forms.ValidationError("The day lies in the future.")
        return day
