"""Audit programmes are configured here; everything else of the audits is evidence and read-only."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from audits.models import CheckRun, Cycle, Finding, Flag, Programme
from audits.programmes import checks_validated
from audits.services.programmes import programme_change
from portal.accounts.team_admin import OfMyTeams, person_of
from portal.core.admin import ReadOnlyAdmin
from portal.core.errors import Invalid


class ChecksField(forms.JSONField):
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
    filter_horizontal = ["notify"]

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
