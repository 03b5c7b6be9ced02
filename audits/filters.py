"""What the lists of the audits are narrowed by. Every field is optional and lives in the address.

An address with a value that does not exist narrows nothing and the form says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils import timezone

from assistants.models import Assistant, Release
from audits.check_areas import GROUPED_KINDS
from audits.checks.slice_asked import WINDOWS, WITHIN, Asked
from audits.queries.coverage import NOT_EVALUATED, NOT_EVALUATED_WORDS
from audits.queries.cycles import CycleFilters
from audits.queries.findings import FindingFilters
from audits.queries.queue import QueueFilters
from audits.queries.reveals import ReadFilters, RevealFilters
from audits.queries.windows import Window
from audits.states import CheckKind, CycleState, FindingState, FlagKind, Severity
from audits.type_words import words
from consent.models import Purpose
from consent.states import PERMITTING, Reason
from portal.accounts.choice_fields import PersonChoiceField
from portal.accounts.models import User
from portal.core.access import restrict
from portal.core.forms import calendar, choose_from
from portal.core.names import name_title

ANY = ("", "Any")
FINDING_KINDS = [*CheckKind.values, "flag"]
GROUPED_FINDING_KINDS = [*GROUPED_KINDS, ("From conversations", [("flag", "Raised from a flag")])]
WAITING = [
    ("", "Everything"),
    ("critical", "Critical and open"),
    ("high", "High and open"),
    ("overdue", "Overdue"),
    ("to_triage", "For my triage"),
    ("to_remediate", "For my remediation"),
    ("to_approve", "For my approval"),
    ("to_sign", "For my signature"),
]


_COUNTABLE = [  # with room for the days before and after it
    MinValueValidator(date(1970, 1, 1), "The day is out of range."),
    MaxValueValidator(date(2999, 12, 31), "The day is out of range."),
]


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=calendar(), validators=_COUNTABLE)


class OfAssistant(forms.Form):
    """A list that can be narrowed to one of the assistants that the actor may see, named by its slug."""

    assistant = forms.ModelChoiceField(
        queryset=Assistant.objects.none(), to_field_name="slug", required=False, empty_label="Any"
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "assistant", restrict(Assistant.objects.all(), actor, "assistants.view"))

    def value_of(self, name: str) -> str:
        """The chosen value; empty where none or a wrong one was given."""
        if not self.is_bound:
            return ""
        self.is_valid()
        value = self.cleaned_data.get(name) or ""
        return value.slug if isinstance(value, Assistant) else value


class QueueFilter(OfAssistant):
    kind = forms.ChoiceField(
        required=False,
        choices=[
            ANY,
            ("findings", "All findings"),
            *GROUPED_FINDING_KINDS,
            ("Flags", [("flags", "All flags"), *FlagKind.choices]),
        ],
    )
    severity = forms.ChoiceField(required=False, choices=[ANY, *Severity.choices])
    whose = forms.ChoiceField(label="Claimed", required=False, choices=[("", "All that waits"), ("mine", "By me")])

    @property
    def chosen(self) -> QueueFilters:
        """As the query takes it; `findings` and `flags` stand for all kinds of theirs."""
        kind, severity = self.value_of("kind"), self.value_of("severity")
        all_of = {"findings": FINDING_KINDS, "flags": FlagKind.values}
        return QueueFilters(
            severities=(severity,) if severity else (),
            kinds=tuple(all_of.get(kind, [kind])) if kind else (),
            assistant=self.value_of("assistant"),
            mine=self.value_of("whose") == "mine",
        )


class FindingFilter(OfAssistant):
    state = forms.ChoiceField(required=False, choices=[ANY, *FindingState.choices])
    severity = forms.ChoiceField(required=False, choices=[ANY, *Severity.choices])
    kind = forms.ChoiceField(required=False, choices=[ANY, *GROUPED_FINDING_KINDS])
    waiting = forms.ChoiceField(label="Waiting", required=False, choices=WAITING)
    sort = forms.ChoiceField(required=False, choices=[("", "Gravest first"), ("due", "Due first")])

    @property
    def chosen(self) -> FindingFilters:
        """As the query takes it."""
        state, severity, kind = self.value_of("state"), self.value_of("severity"), self.value_of("kind")
        return FindingFilters(
            states=(state,) if state else (),
            severities=(severity,) if severity else (),
            kinds=(kind,) if kind else (),
            assistant=self.value_of("assistant"),
            waiting=self.value_of("waiting"),
        )

    @property
    def sorted_by_due(self) -> bool:
        return self.value_of("sort") == "due"


class ExposureFilter(forms.Form):
    """The stretch of days, the release, and whose words are looked at. Empty days stand for the last ninety."""

    since = _day("From")
    last = _day("To")
    release = forms.ModelChoiceField(
        queryset=Release.objects.none(), to_field_name="version", required=False, empty_label="All"
    )
    origin = forms.ChoiceField(
        label="Trend of",
        required=False,
        choices=[
            ("", "Brought up"),
            ("echoed", "Repeated"),
            ("volunteered", "Typed by customers"),
        ],
    )
    type = forms.ChoiceField(label="Type", required=False)

    def __init__(
        self, *args: Any, assistant: Assistant, types: Sequence[tuple[str, list[tuple[str, str]]]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "release", assistant.releases.order_by("-released_at"))
        choose_from(self, "type", [("", "Any"), *types])

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or self.cleaned_data
        since, last = chosen.get("since"), chosen.get("last")
        if since is not None and last is not None and last < since:
            self.add_error("last", "The period ends before it begins.")
        return chosen

    @property
    def chosen(self) -> dict[str, Any]:
        """The values that are right; a wrong one narrows nothing."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return self.cleaned_data


class FairnessFilter(forms.Form):
    """What is compared, within what, and when. Shows what `audits.checks.slice_asked` has read and checked."""

    outcome = forms.ChoiceField(required=False)
    by = forms.ChoiceField(label="Compare", required=False)
    within = forms.ChoiceField(label="Within the same", required=False, choices=list(WITHIN.items()))
    window = forms.ChoiceField(label="Days", required=False, choices=list(WINDOWS.items()))
    since = _day("From")
    last = _day("To")
    release = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "outcome": [(name, name_title(name)) for name in asked.choices.outcomes],
            "by": list(asked.choices.dimensions),
            "release": [("", "All"), *((one.version, one.version) for one in asked.releases)],
        }
        for name, options in choices.items():
            choose_from(self, name, options or [("", "–")])


class CycleFilter(OfAssistant):
    state = forms.ChoiceField(required=False, choices=[ANY, *CycleState.choices])

    @property
    def chosen(self) -> CycleFilters:
        """As the query takes it."""
        state = self.value_of("state")
        return CycleFilters(states=(state,) if state else (), assistant=self.value_of("assistant"))


class _AccessFilter(OfAssistant):
    """What both lists of accesses share; days are UTC days, both included. `before` is where a page begins."""

    person = PersonChoiceField(queryset=User.objects.none(), required=False, empty_label="Anybody")
    since = _day("From")
    until = _day("To")
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: User, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        choose_from(self, "person", people)

    @property
    def page_before(self) -> int | None:
        """The id that the page's rows are below; None on the first page."""
        return self._cleaned("before")

    @property
    def kept(self) -> dict[str, str]:
        """What was given, for the address of another page of the same list."""
        return {name: self.data[name] for name in self.fields if name != "before" and self.data.get(name)}

    def _cleaned(self, name: str) -> Any:
        """The value of a field, None where none or a wrong one was given."""
        if not self.is_bound:
            return None
        self.is_valid()
        return self.cleaned_data.get(name)


class RevealFilter(_AccessFilter):
    type = forms.ChoiceField(label="Kind of value", required=False)
    open_only = forms.BooleanField(label="Still open only", required=False)

    field_order = ["assistant", "person", "type", "since", "until", "open_only", "before"]

    def __init__(self, *args: Any, types: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "type", [ANY, *((type_, words(type_)) for type_ in types)])

    @property
    def chosen(self) -> RevealFilters:
        """As the query takes it."""
        person = self._cleaned("person")
        return RevealFilters(
            person=person.pk if person else None,
            assistant=self.value_of("assistant"),
            type=self.value_of("type"),
            since=self._cleaned("since"),
            until=self._cleaned("until"),
            open_only=bool(self._cleaned("open_only")),
        )


class TranscriptReadFilter(_AccessFilter):
    field_order = ["assistant", "person", "since", "until", "before"]

    @property
    def chosen(self) -> ReadFilters:
        """As the query takes it."""
        person = self._cleaned("person")
        return ReadFilters(
            person=person.pk if person else None,
            assistant=self.value_of("assistant"),
            since=self._cleaned("since"),
            until=self._cleaned("until"),
        )


class CoverageFilter(forms.Form):
    """Purpose, reason and days of the list of conversations outside the consent. Empty days: the last ninety."""

    purpose = forms.ChoiceField(required=False)
    reason = forms.ChoiceField(required=False)
    since = _day("From")
    last = _day("To")
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput())

    def __init__(self, *args: Any, assistant: Assistant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purposes = {one.code: one for one in assistant.purposes.order_by("code")}
        choose_from(self, "purpose", [(code, one.name) for code, one in self.purposes.items()])
        outside = [(one.value, one.label) for one in Reason if one not in PERMITTING]
        choose_from(self, "reason", [("", "Any"), *outside, (NOT_EVALUATED, NOT_EVALUATED_WORDS)])
        self.chosen: dict[str, Any] = {}
        if self.is_bound:
            self.is_valid()
            self.chosen = self.cleaned_data

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or self.cleaned_data
        since, last = chosen.get("since"), chosen.get("last")
        if since is not None and last is not None and last < since:
            self.add_error("last", "The period ends before it begins.")
        return chosen

    @property
    def chosen_purpose(self) -> Purpose | None:
        """The one chosen, or the first; None where the assistant names none."""
        return self.purposes.get(self.chosen.get("purpose") or next(iter(self.purposes), ""))

    @property
    def chosen_reason(self) -> str:
        return self.chosen.get("reason") or ""

    @property
    def page_before(self) -> int | None:
        return self.chosen.get("before")

    @property
    def window(self) -> Window:
        last = self.chosen.get("last") or timezone.now().date()
        since = self.chosen.get("since") or last - timedelta(days=89)
        return Window(since=since, until=last + timedelta(days=1))

    @property
    def kept(self) -> dict[str, str]:
        """The filters for the address of another page of the same list."""
        kept = {name: str(self.chosen[name]) for name in ("since", "last") if self.chosen.get(name)}
        if self.chosen_purpose is not None:
            kept["purpose"] = self.chosen_purpose.code
        if self.chosen_reason:
            kept["reason"] = self.chosen_reason
        return kept
