"""What owners declare about assistants, releases and data sources. Rules are the services' business."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from assistants.models import Assistant, Release
from assistants.states import DataSourceKind, RiskTier
from consent.choice_fields import PurposesField
from consent.models import Purpose
from consent.states import LawfulBasis
from portal.accounts.choice_fields import PersonChoiceField
from portal.accounts.models import Team, User
from portal.core.access import teams_with
from portal.core.forms import ListField, calendar, choose_from


def _text(label: str, *, required: bool = False, rows: int = 2, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=5000,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _day(label: str, help_text: str = "") -> forms.DateField:
    return forms.DateField(label=label, required=False, help_text=help_text, widget=calendar())


def _hash(label: str) -> forms.CharField:
    return forms.RegexField(
        regex=r"^[0-9a-fA-F]{64}\Z",
        label=label,
        required=False,
        help_text="SHA-256, 64 hexadecimal digits.",
        error_messages={"invalid": "Write 64 hexadecimal digits."},
    )


class DisclosureField(forms.CharField):
    """One line a language: its tag, a colon, the words. Gives a mapping of tags to words."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{tag}: {text}" for tag, text in sorted(value.items())) if isinstance(value, dict) else value

    def clean(self, value: Any) -> dict[str, str]:
        texts = {}
        for number, line in enumerate((super().clean(value) or "").splitlines(), 1):
            if not line.strip():
                continue
            tag, colon, text = line.partition(":")
            if not (colon and tag.strip() and text.strip()) or len(tag.strip()) > 12:
                raise forms.ValidationError(f"Line {number}: write a language, a colon and the words, such as “en: …”.")
            texts[tag.strip()] = text.strip()
        return texts


class AssistantForm(forms.Form):
    """What is declared about an assistant. `team` and `slug` are for a new one; a single team is not asked for."""

    team = forms.ModelChoiceField(queryset=Team.objects.none(), empty_label=None)
    name = forms.CharField(max_length=120)
    slug = forms.SlugField(
        label="Short name",
        max_length=60,
        help_text="For addresses, imports and the API: letters, digits and hyphens. It cannot be changed later.",
        error_messages={"invalid": "Use letters, digits, hyphens and underscores only."},
    )
    purpose = _text("What it is for", help_text="In a sentence or two, for people who do not know it.")
    out_of_scope = _text("What it must not be used for")
    limitations = _text("Known limitations and biases")
    vendor = forms.CharField(max_length=120, required=False, help_text="Empty: made in-house.")
    owner = PersonChoiceField(queryset=User.objects.none(), required=False, empty_label="Nobody yet")
    risk_tier = forms.ChoiceField(label="Risk", choices=RiskTier.choices, initial=RiskTier.LIMITED)
    channels = ListField(required=False, max_length=400, help_text="Separated by commas, such as web, app, phone.")
    languages = ListField(required=False, max_length=400, help_text="Language tags with commas, such as en, de, pl.")
    disclosure_texts = DisclosureField(
        label="Says that it is a machine",
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One line a language, such as “en: I am Ava, an AI assistant.”",
    )
    human_handoff = _text("How a customer reaches a person")
    jurisdiction = forms.CharField(
        label="Where its customers are",
        max_length=12,
        required=False,
        help_text="Such as DE, US-CA or EU. Counts where a customer's consents do not say where they are.",
    )
    next_review = _day("Next review")
    purposes = PurposesField(
        queryset=Purpose.objects.none(),
        required=False,
        help_text="Each conversation is checked against the customer's consent for these.",
    )

    def __init__(self, *args: Any, actor: User, assistant: Assistant | None = None, **kwargs: Any) -> None:
        if assistant is not None:
            kwargs["initial"] = {name: getattr(assistant, name) for name in self.base_fields if name != "purposes"}
            kwargs["initial"]["purposes"] = list(assistant.purposes.all())
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(pk__in=teams_with(actor, "assistants.change")).order_by("name")
        if assistant is not None:
            del self.fields["team"], self.fields["slug"]
            teams = teams.filter(pk=assistant.team_id)
        elif len(teams) == 1:
            self.fields["team"].widget = forms.HiddenInput()
            self.fields["team"].initial = teams[0].pk
        purposes = Purpose.objects.filter(team__in=teams).select_related("team").order_by("team__name", "name")
        if assistant is None:
            choose_from(self, "team", teams)
            purposes = purposes.filter(retired_at__isnull=True)
        offered = self.fields["purposes"]
        assert isinstance(offered, PurposesField)
        offered.queryset, offered.several_teams = purposes, len(teams) > 1
        people = User.objects.filter(is_active=True, memberships__team__in=teams).distinct()
        choose_from(self, "owner", people.order_by("name", "pk"))


class ReleaseForm(forms.Form):
    """A release, which is final once registered."""

    version = forms.CharField(max_length=60, help_text="As conversations name it, such as 2.1.")
    model = forms.CharField(max_length=120, help_text="The model that answers, with its version.")
    provider = forms.CharField(label="Provider of the model", max_length=120, required=False)
    algorithm = _text("How it decides, in plain words", required=True, rows=3)
    changes = _text("What changed since the release before")
    released_at = forms.DateTimeField(
        label="Met customers from",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        initial=timezone.now,
    )
    knowledge_base = forms.CharField(max_length=200, required=False, help_text="Name and version of what it looks up.")
    knowledge_base_hash = _hash("Hash of the knowledge base")
    prompt_hash = _hash("Hash of the prompt")
    guardrails = _text("Guardrails")
    tools = ListField(required=False, max_length=1000, help_text="What it may call, separated by commas.")


class DataSourceForm(forms.Form):
    """What an assistant learned from or looks things up in."""

    name = forms.CharField(max_length=200)
    kind = forms.ChoiceField(choices=DataSourceKind.choices)
    origin = forms.CharField(label="Where it comes from", max_length=300)
    licence = forms.CharField(max_length=120, required=False)
    lawful_basis = forms.ChoiceField(required=False, choices=[("", "Not stated"), *LawfulBasis.choices])
    personal_data = forms.BooleanField(label="It contains personal data", required=False)
    collected_from = _day("Collected from")
    collected_until = _day("Collected until", "Empty: it is still collected.")
    description = _text("Description")
    releases = forms.ModelMultipleChoiceField(
        queryset=Release.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: all releases.",
    )

    def __init__(self, *args: Any, assistant: Assistant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "releases", assistant.releases.order_by("-released_at"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        since, until = values.get("collected_from"), values.get("collected_until")
        if since and until and until < since:
            self.add_error("collected_until", "The collection ends before it begins.")
        return values
