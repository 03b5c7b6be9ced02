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
from audits.services.probing.connectors import LIMITS
from audits.services.probing.runs import MOST_PAIRS_PER_TEMPLATE
from portal.core.forms import choose_from

OUTCOMES = [(name, outcome_label(name)) for name in BINARY_OUTCOMES]


def _limit(name: str, label: str | None = None, *, initial: int, help_text: str = "") -> forms.IntegerField:
    """A limit of a connector, within what the service takes."""
    least, most = LIMITS[name]
    return forms.IntegerField(label=label, initial=initial, min_value=least, max_value=most, help_text=help_text)


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
    requests_per_minute = _limit("requests_per_minute", initial=60)
    at_a_time = _limit("at_a_time", "Questions at a time", initial=1)
    timeout_seconds = _limit("timeout_seconds", "Seconds to wait for an answer", initial=30)
    max_answer_kb = _limit("max_answer_kb", "Largest answer, in KB", initial=256)
    max_tokens = _limit("max_tokens", "Tokens an answer", initial=500, help_text="0: not said to the endpoint.")
    run_requests = _limit("run_requests", "Requests a run", initial=2000)
    month_requests = _limit("month_requests", "Requests a month", initial=10_000)
    month_characters = _limit(
        "month_characters", "Characters a month", initial=10_000_000, help_text="Of questions and answers together."
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
        max_value=MOST_PAIRS_PER_TEMPLATE,
        help_text="More pairs find smaller differences and cost more requests.",
    )
    budget_requests = forms.IntegerField(
        label="Limit of requests",
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
        label="Limit of requests to the judge",
        required=False,
        min_value=1,
        help_text="Left empty: a fifth more than there are answers.",
    )

    def __init__(self, *args: Any, assistant: Assistant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("connector", "judge"):
            choose_from(self, name, connectors_of(assistant).filter(active=True))
        sets = sets_to_ask(assistant)
        choose_from(self, "probe_set", sets)
        choose_from(self, "cues", {cue.name: cue.label for one in sets for cue in one.probe_set().cues}.items())


class ProbeFilter(forms.Form):
    """Which comparison of a run is shown."""

    cue = forms.ChoiceField(required=False)
    outcome = forms.ChoiceField(required=False, choices=OUTCOMES)

    def __init__(self, *args: Any, run: ProbeRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "cue", [(cue, cue.replace("_", " ").capitalize()) for cue in sorted(run.cues)])


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
