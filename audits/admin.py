"""Audit programmes and own patterns are configured here; everything else is evidence and read-only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from audits.forms import PatternForm
from audits.models import CheckRun, Cycle, DetectionPattern, Finding, Flag, Programme, TrainingExport
from audits.programmes import checks_validated
from audits.services.patterns import (
    pattern_activate,
    pattern_draft,
    pattern_retire,
    pattern_try,
    pattern_validated,
)
from audits.services.programmes import programme_change
from audits.services.rescans import default_since
from portal.accounts.team_admin import OfMyTeams, person_of
from portal.core.admin import ReadOnlyAdmin
from portal.core.errors import Invalid, ProbityError
from portal.core.forms import JsonField

PATTERN_FIELDS = ("type", "name", "pattern", "context", "must_match", "must_not_match", "score")


class ChecksField(JsonField):
    """JSON that people read and edit: indented."""

    widget = forms.Textarea(attrs={"rows": 24, "cols": 100})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


class ProgrammeForm(forms.ModelForm):
    """What is wrong in `checks` is said with its place."""

    checks = ChecksField(help_text="Each check with its thresholds; docs/user-guide.md explains them.")

    class Meta:
        model = Programme
        fields = ["frequency", "active", "checks", "notify"]

    def clean_checks(self) -> Any:
        try:
            return checks_validated(self.cleaned_data["checks"])
        except Invalid as error:
            raise ValidationError(f"{error.field}: {error.message}") from error


@admin.register(Programme)
class ProgrammeAdmin(OfMyTeams):
    form = ProgrammeForm
    permission = "audits.programme_change"
    list_display = ["assistant", "frequency", "active", "next_opens_on"]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "notify":
            kwargs |= {"widget": FilteredSelectMultiple("people to tell", is_stacked=False), "label": "People to tell"}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = form.cleaned_data
        programme_change(
            programme_id=obj.pk,
            actor=person_of(request),
            checks=values["checks"],
            frequency=values["frequency"],
            active=values["active"],
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # an assistant's programme is made with its first cycle


class DetectionPatternForm(PatternForm, forms.ModelForm):
    """The page's form; a fault is said at its field before anything is saved."""

    class Meta:
        model = DetectionPattern
        fields = ["assistant"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            words = self.instance.words
            kept: dict[str, Any] = {name: getattr(self.instance, name) for name in PATTERN_FIELDS}
            lines = "\n".join(f"{language}: {listed}" for language, listed in words)
            self.initial.update({**kept, "context": lines})

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        given: dict[str, Any] = {name: values.get(name) for name in PATTERN_FIELDS}
        given["type"] = values.get("type") or self.instance.type
        if not self.errors:
            try:
                pattern_validated(**given)
            except Invalid as error:
                raise ValidationError({str(error.field): error.message}) from error
        return values

    def _post_clean(self) -> None:
        """The service makes the row; a live one must not be changed, not even in memory."""


@admin.register(DetectionPattern)
class DetectionPatternAdmin(OfMyTeams):
    """Saving writes a draft: of a live or retired version, its successor."""

    form = DetectionPatternForm
    permission = "audits.pattern_change"
    fields = ["assistant", *PATTERN_FIELDS]
    list_display = ["type", "version", "assistant", "name", "state", "tried_at", "activated_at"]
    list_filter = [("assistant", admin.RelatedOnlyFieldListFilter), "state"]
    list_select_related = ["assistant"]
    actions = ["try_out", "take_live", "retire"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [] if obj is None else ["assistant", "type"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in PATTERN_FIELDS if name in form.cleaned_data}
        assistant_id = obj.assistant_id if change else form.cleaned_data["assistant"].pk
        saved = pattern_draft(assistant_id=assistant_id, actor=person_of(request), **{"type": obj.type, **values})
        obj.pk, obj.assistant_id, obj.type, obj.version = saved.pk, saved.assistant_id, saved.type, saved.version

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing belongs to a pattern."""

    @admin.action(description="Try on the last conversations")
    def try_out(self, request: HttpRequest, queryset: Any) -> None:
        for pattern in self._each(request, queryset, lambda pk: pattern_try(pattern_id=pk, actor=person_of(request))):
            trial = pattern.trial
            said = f"{pattern}: {trial['hits']} hits in {trial['messages']} messages ({trial['per_1000']} in 1,000)."
            self.message_user(request, said)

    @admin.action(description="Take live; scan the last ninety days again")
    def take_live(self, request: HttpRequest, queryset: Any) -> None:
        def activate(pk: int) -> DetectionPattern:
            return pattern_activate(pattern_id=pk, actor=person_of(request), rescan_since=default_since())

        for pattern in self._each(request, queryset, activate):
            self.message_user(request, f"{pattern} is live.")

    @admin.action(description="Retire")
    def retire(self, request: HttpRequest, queryset: Any) -> None:
        for pattern in self._each(
            request, queryset, lambda pk: pattern_retire(pattern_id=pk, actor=person_of(request))
        ):
            self.message_user(request, f"{pattern} is retired.")

    def _each(
        self, request: HttpRequest, queryset: Any, act: Callable[[int], DetectionPattern]
    ) -> Iterator[DetectionPattern]:
        for chosen in queryset:
            try:
                yield act(chosen.pk)
            except ProbityError as error:
                self.message_user(request, f"{chosen}: {error.message}", level="error")


class EvidenceAdmin(ReadOnlyAdmin, OfMyTeams):
    """Evidence of one's own teams, read-only."""

    permission = "audits.view"
    ordering = ["-pk"]


@admin.register(Cycle)
class CycleAdmin(EvidenceAdmin):
    list_display = ["id", "assistant", "period_from", "period_until", "state", "opened_at"]
    list_filter = ["state"]
    list_select_related = ["assistant"]


@admin.register(CheckRun)
class CheckRunAdmin(EvidenceAdmin):
    list_display = ["id", "assistant", "kind", "target", "state", "finished_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["assistant"]


@admin.register(Finding)
class FindingAdmin(EvidenceAdmin):
    list_display = ["id", "title", "assistant", "severity", "state", "due_at"]
    list_filter = ["state", "severity"]
    list_select_related = ["assistant"]


@admin.register(Flag)
class FlagAdmin(EvidenceAdmin):
    list_display = ["id", "kind", "source", "state", "raised_at"]
    list_filter = ["state", "kind"]
    exclude = ["note", "decision"]


@admin.register(TrainingExport)
class TrainingExportAdmin(ReadOnlyAdmin, OfMyTeams):
    """Asked for and fetched on its pages; its lines are not shown at all."""

    permission = "datasets.view"
    list_display = ["public_id", "dataset", "state", "row_count", "requested_by", "requested_at"]
    list_filter = ["state"]
    list_select_related = ["dataset", "requested_by"]
    ordering = ["-pk"]
