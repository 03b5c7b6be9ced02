"""What people fill in about connectors and probe runs. What is wrong with it is said by the services, at its field."""

from __future__ import annotations

from typing import Any

from django import forms

from assistants.models import Assistant
from audits.checks.matched_pairs import outcome_label
from audits.engine.probing import BINARY_OUTCOMES
from audits.models import ProbeConnector, ProbeRun, ProbeSetVersion
from audits.probe_states import ConnectorKind
from audits.queries.probing import connectors_of, sets_to_ask

OUTCOMES = [(name, outcome_label(name)) for name in BINARY_OUTCOMES]


class ConnectorForm(forms.Form):
    """An endpoint and its limits. A kept secret is never filled in; left empty, it stays as it is."""

    name = forms.CharField(max_length=80, help_text="Such as: Chat, staging.")
    kind = forms.ChoiceField(label="Kind of endpoint", choices=ConnectorKind.choices)
    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="Such as https://bot.example.com/v1/chat/completions. The operator lists the hosts to be asked. "
        "Where a key belongs into the query: …?key={{secret}}.",
    )
    model = forms.CharField(
        required=False, max_length=120, help_text="For chat completions, if the endpoint asks for one."
    )
    instructions = forms.CharField(
        label="System message",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For chat completions, if the endpoint brings none of its own.",
    )
    body_template = forms.CharField(
        label="Body",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text='For any other JSON, such as {"session": "probe", "text": "{{prompt}}"}. '
        "{{secret}} stands for the secret.",
    )
    answer_path = forms.CharField(
        label="Where the answer stands",
        required=False,
        max_length=200,
        help_text="For any other JSON, such as reply.messages[0].text.",
    )
    secret_header = forms.CharField(
        label="Header of the secret",
        required=False,
        max_length=60,
        help_text="Authorization, unless the endpoint asks for another, such as X-Api-Key, or the secret has its place "
        "{{secret}} in the address or the body.",
    )
    secret = forms.CharField(
        required=False,
        max_length=4000,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
    )
    forget_secret = forms.BooleanField(label="Send no secret any more", required=False)
    requests_per_minute = forms.IntegerField(initial=60, min_value=1, max_value=6000)
    at_a_time = forms.IntegerField(label="Questions at a time", initial=1, min_value=1, max_value=8)
    timeout_seconds = forms.IntegerField(label="Seconds to wait for an answer", initial=30, min_value=1, max_value=120)
    max_answer_kb = forms.IntegerField(label="Largest answer, in KB", initial=256, min_value=1, max_value=4096)
    max_tokens = forms.IntegerField(
        label="Tokens an answer", initial=500, min_value=0, max_value=16_000, help_text="0: not said to the endpoint."
    )
    run_requests = forms.IntegerField(label="Requests a run", initial=2000, min_value=1, max_value=1_000_000)
    month_requests = forms.IntegerField(label="Requests a month", initial=10_000, min_value=1, max_value=10_000_000)
    month_characters = forms.IntegerField(
        label="Characters a month",
        initial=10_000_000,
        min_value=1,
        max_value=10_000_000_000,
        help_text="Of questions and answers together.",
    )

    def __init__(self, *args: Any, connector: ProbeConnector | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = connector is not None and bool(connector.secret)
        if not kept:
            del self.fields["forget_secret"]
        self.fields["secret"].help_text = (
            "One is kept and shown to nobody. Leave this empty to keep it; a changed address needs it anew."
            if kept
            else "Kept encrypted and shown to nobody."
        )
        if connector is not None:
            given = [name for name in self.fields if name not in ("secret", "forget_secret")]
            self.initial = {name: getattr(connector, name) for name in given}

    @property
    def secret_given(self) -> str | None:
        """None: the one there is, is kept."""
        if self.cleaned_data.get("forget_secret"):
            return ""
        return self.cleaned_data["secret"] or None


class ProbeStartForm(forms.Form):
    """What a run asks. It is estimated before it can be started."""

    connector = forms.ModelChoiceField(queryset=ProbeConnector.objects.none(), empty_label=None)
    probe_set = forms.ModelChoiceField(label="Probe set", queryset=ProbeSetVersion.objects.none(), empty_label=None)
    cues = forms.MultipleChoiceField(
        label="What changes between the two messages of a pair", widget=forms.CheckboxSelectMultiple
    )
    pairs_per_template = forms.IntegerField(
        label="Pairs for each template and group",
        initial=2,
        min_value=1,
        max_value=50,
        help_text="More pairs find smaller differences and cost more requests.",
    )
    budget_requests = forms.IntegerField(
        label="At most so many requests",
        required=False,
        min_value=1,
        help_text="Left empty: a fifth more than planned, for questions that have to be asked again.",
    )
    judge = forms.ModelChoiceField(
        queryset=ProbeConnector.objects.none(),
        required=False,
        empty_label="None: by rules alone",
        help_text="A second model that reads every answer, one at a time and without the person. The rules decide; "
        "it says how far they can be relied on. Choose a connector to another model than the one that is asked.",
    )
    judge_budget_requests = forms.IntegerField(
        label="At most so many requests to the judge",
        required=False,
        min_value=1,
        help_text="Left empty: a fifth more than there are answers.",
    )

    def __init__(self, *args: Any, assistant: Assistant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("connector", "judge"):
            self.fields[name].queryset = connectors_of(assistant).filter(active=True)  # type: ignore[attr-defined]
        sets = sets_to_ask(assistant)
        self.fields["probe_set"].queryset = sets  # type: ignore[attr-defined]
        cues = {cue.name: cue.label for version in sets for cue in version.probe_set().cues}
        self.fields["cues"].choices = list(cues.items())  # type: ignore[attr-defined]


class ProbeFilter(forms.Form):
    """Which comparison of a run is shown."""

    cue = forms.ChoiceField(required=False)
    outcome = forms.ChoiceField(required=False, choices=OUTCOMES)

    def __init__(self, *args: Any, run: ProbeRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(cue, cue.replace("_", " ").capitalize()) for cue in sorted(run.cues)]
        self.fields["cue"].choices = choices  # type: ignore[attr-defined]


class PairFilter(ProbeFilter):
    """Which pairs are shown side by side."""

    show = forms.ChoiceField(
        required=False,
        choices=[
            ("differing", "Answered differently"),
            ("worse", "Worse for the group"),
            ("all", "All pairs"),
            ("aa", "Identical pairs"),
        ],
    )
    field_order = ["cue", "show", "outcome"]
