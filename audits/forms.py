"""What people fill in on the pages of the audits. Rules about state and role are the services' business."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from assistants.models import Assistant, Release
from audits.check_areas import GROUPED_KINDS
from audits.models import CheckRun, Finding
from audits.services.notes import NOTE_LIMIT
from audits.services.remediations import MOST_RECHECK_DAYS
from audits.services.reveals import REASON_LEAST, REASON_MOST
from audits.states import DismissReason, FlagKind, Severity
from portal.accounts.choice_fields import PersonChoiceField
from portal.accounts.models import User
from portal.core.access import restrict
from portal.core.forms import calendar, choose_from


def _note(label: str, *, required: bool, rows: int = 3, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=NOTE_LIMIT,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class Unasked(forms.Form):
    """A decision that needs nothing but the decision."""


class CommentForm(forms.Form):
    note = _note("Comment", required=True)


class RevealForm(forms.Form):
    reason = forms.CharField(
        label="What do you need it for?",
        min_length=REASON_LEAST,
        max_length=REASON_MOST,
        help_text="Your privacy officer reads this. Do not repeat personal data in it.",
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )


class ReasonForm(forms.Form):
    note = _note("Why", required=True)


class OptionalNoteForm(forms.Form):
    note = _note("Note", required=False)


class DismissForm(forms.Form):
    reason = forms.ChoiceField(label="Because", choices=DismissReason.choices)
    note = _note("Why", required=True, help_text="What you looked at and what it showed.")


class ConfirmForm(forms.Form):
    """`able` are the people who may remediate the finding."""

    owner = PersonChoiceField(
        label="Who sees to it", queryset=User.objects.none(), required=False, empty_label="Nobody yet"
    )
    note = _note("Note", required=False)

    field_order = ["note", "owner"]

    def __init__(self, *args: Any, able: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "owner", able)


class AssignForm(forms.Form):
    owner = PersonChoiceField(label="Who sees to it", queryset=User.objects.none(), empty_label="Choose …")

    def __init__(self, *args: Any, able: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "owner", able)


class DuplicateForm(forms.Form):
    of = forms.ModelChoiceField(label="The same as", queryset=Finding.objects.none(), empty_label="Choose …")
    note = _note("Note", required=False)

    def __init__(self, *args: Any, originals: QuerySet[Finding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "of", originals)


class AcceptRiskForm(forms.Form):
    until = forms.DateField(
        label="Accepted until", widget=calendar(), help_text="Within a year. Then the finding is confirmed again."
    )
    note = _note("Why, and what makes up for it", required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].widget.attrs["min"] = (timezone.localdate() + timedelta(days=1)).isoformat()


class PlanForm(forms.Form):
    """`remedies` are offered for a finding about groups, nearest first; `recheck` says what its re-check can see."""

    remedy = forms.ChoiceField(label="Remedy", required=False)
    plan = _note("Plan", required=True, rows=6, help_text="What will be changed, by whom, and how one will see it.")
    recheck_days = forms.IntegerField(
        label="Check again after this many days of new data",
        required=False,
        min_value=1,
        max_value=MOST_RECHECK_DAYS,
        help_text="Empty: somebody starts the check by hand.",
    )

    def __init__(self, *args: Any, remedies: Sequence[tuple[str, str]] = (), recheck: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if remedies:
            choose_from(self, "remedy", [*remedies, ("", "Something else")])
        else:
            del self.fields["remedy"]
        if recheck:
            self.fields["recheck_days"].help_text = recheck


class ImplementForm(forms.Form):
    release = forms.ModelChoiceField(
        label="Release that carries the fix",
        queryset=Release.objects.none(),
        required=False,
        empty_label="None: something else was changed",
    )
    note = _note("What was done", required=False)

    def __init__(self, *args: Any, releases: QuerySet[Release], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "release", releases)


class SignForm(forms.Form):
    """`statement` is the hash of what the signer has been shown."""

    statement = forms.CharField(widget=forms.HiddenInput)
    agreed = forms.BooleanField(label="I sign this statement.")
    note = _note("Note", required=False)


class FlagRaiseForm(forms.Form):
    """`turn` is counted from 1, as on the page; `turn_index` from 0, as stored."""

    kind = forms.ChoiceField(label="What is wrong", choices=FlagKind.choices)
    turn = forms.IntegerField(
        label="In turn", required=False, min_value=1, help_text="Leave empty for the whole conversation."
    )
    note = _note("Note", required=False, help_text="Describe it without repeating personal data.")

    def __init__(self, *args: Any, turn_count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.turn_count = turn_count

    def clean_turn(self) -> int | None:
        turn: int | None = self.cleaned_data["turn"]
        if turn is not None and turn > self.turn_count:
            raise forms.ValidationError(f"This conversation has {self.turn_count} turns.")
        return turn

    @property
    def turn_index(self) -> int | None:
        turn: int | None = self.cleaned_data["turn"]
        return None if turn is None else turn - 1


class PromoteForm(forms.Form):
    severity = forms.ChoiceField(label="Severity", choices=Severity.choices, initial=Severity.MEDIUM)
    check_run = forms.ModelChoiceField(
        label="Check that will prove the fix",
        queryset=CheckRun.objects.none(),
        empty_label="Choose …",
        help_text="Its re-run on newer data must pass before the finding can close.",
    )

    def __init__(self, *args: Any, checks: QuerySet[CheckRun], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "check_run", checks)


class CycleOpenForm(forms.Form):
    """Which assistant, which days (both included), which checks; none chosen means all of its programme."""

    assistant = forms.ModelChoiceField(
        queryset=Assistant.objects.none(), to_field_name="slug", empty_label="Choose one"
    )
    first_day = forms.DateField(label="First day", widget=calendar())
    last_day = forms.DateField(label="Last day", widget=calendar())
    checks = forms.MultipleChoiceField(
        required=False,
        choices=GROUPED_KINDS,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: all that its programme enables.",
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "assistant", restrict(Assistant.objects.all(), actor, "audits.cycle_open"))
        today = timezone.now().astimezone(UTC).date()
        self.fields["first_day"].initial = today - timedelta(days=30)
        self.fields["last_day"].initial = today - timedelta(days=1)

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or self.cleaned_data
        first, last = chosen.get("first_day"), chosen.get("last_day")
        if first is not None and last is not None and last < first:
            self.add_error("last_day", "The period ends before it begins.")
        return chosen

    @property
    def period_until(self) -> date:
        """The day after the last."""
        last: date = self.cleaned_data["last_day"]
        return last + timedelta(days=1)

    @property
    def kinds(self) -> list[str] | None:
        return self.cleaned_data["checks"] or None


class PatternForm(forms.Form):
    """An assistant's own pattern, as people write it. What is wrong with it is said by the service, at its field."""

    name = forms.CharField(label="What it finds", max_length=80, help_text="Such as: customer number.")
    type = forms.CharField(
        label="Called",
        max_length=40,
        help_text="In capitals, such as CUSTOMER_NUMBER. The next version of a pattern keeps its name.",
    )
    pattern = forms.CharField(
        max_length=200,
        help_text=(
            "Such as BW-\\d{7} or (KD|BW)[ -]?\\d{6,8}. \\d is a digit, \\w a letter or digit, [A-F] one of several, "
            "{1,8} how often at most. (?i) at the start ignores case."
        ),
    )
    context = forms.CharField(
        label="Words that name it",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A line a language, such as en: customer number, client no. A value then counts only beside one.",
    )
    must_match = forms.CharField(
        label="Messages in which it must find a value",
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line. Invent the values.",
    )
    must_not_match = forms.CharField(
        label="Messages in which it must not",
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    score = forms.FloatField(
        initial=0.8, min_value=0.5, max_value=0.95, help_text="How sure a hit is: from 0.5 to 0.95."
    )

    def clean_context(self) -> dict[str, list[str]]:
        """`en: customer number, client no`, a line a language."""
        context: dict[str, list[str]] = {}
        for line in self.cleaned_data["context"].splitlines():
            if not line.strip():
                continue
            language, colon, words = line.partition(":")
            if not colon:
                raise forms.ValidationError("Begin each line with a language and a colon, such as en:")
            context.setdefault(language.strip(), []).extend(words.split(","))
        return context

    def clean_must_match(self) -> list[str]:
        return str(self.cleaned_data["must_match"]).splitlines()

    def clean_must_not_match(self) -> list[str]:
        return str(self.cleaned_data["must_not_match"]).splitlines()


class RescanForm(forms.Form):
    """From which day on conversations are scanned again."""

    since = forms.DateField(label="From", widget=calendar())


class PatternRescanForm(forms.Form):
    """What a change of the live patterns means for conversations that were scanned already."""

    since = forms.DateField(
        label="Scan again from",
        required=False,
        widget=calendar(),
        help_text="Empty: only new conversations. Until they are read again they count as unscanned.",
    )
