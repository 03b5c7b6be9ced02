"""Administration of the registry, through its services; conversations are looked at, never touched or opened."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from assistants.models import (
    Assistant,
    AuditedAttribute,
    Conversation,
    Dataset,
    DatasetRow,
    DataSource,
    Release,
    TrainedOn,
)
from assistants.services.registry import (
    assistant_change,
    assistant_move,
    assistant_register,
    audited_attribute_declare,
    data_source_register,
    release_register,
)
from assistants.states import AssistantState
from portal.accounts.team_admin import OfMyTeams, person_of
from portal.core.admin import ReadOnlyAdmin
from portal.core.errors import ProbityError


class _ServiceAdmin(OfMyTeams):
    """Saves through a service: permissions, checks and ledger are the same as everywhere else."""

    permission = "assistants.change"

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The service has saved what belongs to the row."""


class _AddOnlyAdmin(_ServiceAdmin):
    """What is registered stays as it is."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)


class AssistantForm(forms.ModelForm):
    """Purposes are those of the team."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        team = self.instance.team if self.instance.pk else values.get("team")
        if team and any(purpose.team_id != team.pk for purpose in values.get("purposes") or ()):
            raise forms.ValidationError({"purposes": "A purpose of another team cannot be chosen."})
        return values


@admin.register(Assistant)
class AssistantAdmin(_ServiceAdmin):
    form = AssistantForm
    list_display = ["name", "slug", "team", "state", "risk_tier", "next_review"]
    list_filter = [("team", admin.RelatedOnlyFieldListFilter), "state", "risk_tier"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    filter_horizontal = ["purposes"]
    readonly_fields = ["state"]
    actions = ["submit_for_review", "approve", "reject", "set_live", "restrict_use", "retire"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["state"] if obj is None else ["team", "slug", "state"]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.prepopulated_fields if obj is None else {}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = dict(form.cleaned_data)
        if change:
            assistant_change(assistant_id=obj.pk, actor=person_of(request), **values)
        else:
            obj.pk = assistant_register(actor=person_of(request), **values).pk

    @admin.action(description="Submit for review")
    def submit_for_review(self, request: HttpRequest, queryset: Any) -> None:
        self._move(request, queryset, AssistantState.IN_REVIEW)

    @admin.action(description="Approve")
    def approve(self, request: HttpRequest, queryset: Any) -> None:
        self._move(request, queryset, AssistantState.APPROVED)

    @admin.action(description="Reject")
    def reject(self, request: HttpRequest, queryset: Any) -> None:
        self._move(request, queryset, AssistantState.REJECTED)

    @admin.action(description="Set live")
    def set_live(self, request: HttpRequest, queryset: Any) -> None:
        self._move(request, queryset, AssistantState.LIVE)

    @admin.action(description="Restrict")
    def restrict_use(self, request: HttpRequest, queryset: Any) -> None:
        self._move(request, queryset, AssistantState.RESTRICTED)

    @admin.action(description="Retire")
    def retire(self, request: HttpRequest, queryset: Any) -> None:
        self._move(request, queryset, AssistantState.RETIRED)

    def _move(self, request: HttpRequest, queryset: Any, state: AssistantState) -> None:
        for assistant in queryset:
            try:
                assistant_move(assistant_id=assistant.pk, state=state, actor=person_of(request))
            except ProbityError as error:
                self.message_user(request, f"{assistant}: {error.message}", level="error")
            else:
                self.message_user(request, f"{assistant} is {state.label.lower()}.")


@admin.register(AuditedAttribute)
class AuditedAttributeAdmin(_ServiceAdmin):
    list_display = ["name", "assistant", "label", "reference"]
    list_filter = [("assistant", admin.RelatedOnlyFieldListFilter)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [] if obj is None else ["assistant", "name"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        saved = audited_attribute_declare(
            assistant_id=obj.assistant_id,
            name=obj.name,
            label=obj.label,
            reference=obj.reference,
            actor=person_of(request),
        )
        obj.pk = saved.pk


@admin.register(Release)
class ReleaseAdmin(_AddOnlyAdmin):
    list_display = ["version", "assistant", "model", "provider", "released_at"]
    list_filter = [("assistant", admin.RelatedOnlyFieldListFilter)]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = dict(form.cleaned_data)
        assistant = values.pop("assistant")
        obj.pk = release_register(assistant_id=assistant.pk, actor=person_of(request), **values).pk


class DataSourceForm(forms.ModelForm):
    """Releases are those of the assistant."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        assistant = values.get("assistant")
        if assistant and any(one.assistant_id != assistant.pk for one in values.get("releases") or ()):
            raise forms.ValidationError({"releases": "A release of another assistant cannot be chosen."})
        return values


@admin.register(DataSource)
class DataSourceAdmin(_AddOnlyAdmin):
    form = DataSourceForm
    list_display = ["name", "assistant", "kind", "licence", "personal_data"]
    list_filter = [("assistant", admin.RelatedOnlyFieldListFilter), "kind"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = dict(form.cleaned_data)
        assistant = values.pop("assistant")
        obj.pk = data_source_register(assistant_id=assistant.pk, actor=person_of(request), **values).pk


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin, OfMyTeams):
    permission = "conversations.view"
    list_display = ["public_id", "assistant", "release", "channel", "language", "state", "started_at"]
    list_filter = [("assistant", admin.RelatedOnlyFieldListFilter), "state"]
    list_select_related = ["assistant", "release"]
    search_fields = ["=public_id", "=external_id"]
    exclude = ["sealed", "content_hash"]
    ordering = ["-started_at", "-id"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("sealed")


@admin.register(Dataset)
class DatasetAdmin(ReadOnlyAdmin, OfMyTeams):
    """Registered and changed on its pages, where the policy's consequences are said."""

    permission = "datasets.view"
    list_display = ["name", "slug", "assistant", "state", "purpose", "row_count"]
    list_filter = [("assistant", admin.RelatedOnlyFieldListFilter), "state"]
    list_select_related = ["assistant", "purpose"]
    search_fields = ["name", "slug"]


@admin.register(DatasetRow)
class DatasetRowAdmin(ReadOnlyAdmin, OfMyTeams):
    """Where a row comes from; nothing sealed, no hash."""

    permission = "datasets.view"
    fields = [
        "public_id",
        "dataset",
        "language",
        "collected_at",
        "received_at",
        "conversation",
        "erased_at",
        "disposed_at",
    ]
    list_display = ["public_id", "dataset", "language", "collected_at", "erased_at"]
    list_filter = [("dataset", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["dataset"]
    ordering = ["-pk"]
    show_full_result_count = False


@admin.register(TrainedOn)
class TrainedOnAdmin(ReadOnlyAdmin, OfMyTeams):
    permission = "datasets.view"
    list_display = ["dataset", "release", "trained_at", "withdrawals", "first_withdrawal_at"]
    list_select_related = ["dataset", "release"]
