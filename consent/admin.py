"""Purposes and notices are configured here, through the same services as elsewhere; all else is read-only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from consent.models import ConsentEvent, DataSubject, Notice, Purpose
from consent.services.notices import notice_publish
from consent.services.purposes import purpose_change, purpose_create
from portal.accounts.team_admin import OfMyTeams, person_of
from portal.core.admin import ReadOnlyAdmin


class PurposeForm(forms.ModelForm):
    """Name, description and whether it is retired; the rest is settled when it is made."""

    retired = forms.BooleanField(required=False, help_text="Takes no new consents. Withdrawals are still taken.")

    class Meta:
        model = Purpose
        fields = ["team", "code", "name", "description", "lawful_basis", "legal_claims"]
        help_texts = {"legal_claims": "For legal claims: a restriction of processing does not stop it."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["retired"].initial = self.instance.retired_at is not None


@admin.register(Purpose)
class PurposeAdmin(OfMyTeams):
    form = PurposeForm
    permission = "consent.configure"
    list_display = ["code", "name", "lawful_basis", "team", "retired_at"]
    list_filter = ["team", "lawful_basis"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["team", "code", "lawful_basis", "legal_claims"] if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = form.cleaned_data
        wording = {"name": values["name"], "description": values["description"], "actor": person_of(request)}
        if change:
            purpose_change(purpose_id=obj.pk, retired=values["retired"], **wording)
        else:
            made = purpose_create(
                team=values["team"],
                code=values["code"],
                lawful_basis=values["lawful_basis"],
                legal_claims=values["legal_claims"],
                **wording,
            )
            obj.pk = made.pk


class NoticeForm(forms.ModelForm):
    """A further language of a version repeats its number; left empty, the next version is published."""

    version = forms.IntegerField(required=False, min_value=1, help_text="Empty: the next version.")

    class Meta:
        model = Notice
        fields = ["team", "code", "version", "language", "content", "purposes", "material", "published_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "published_at" in self.fields:
            self.fields["published_at"].required = False
            self.fields["published_at"].help_text = "Empty: now."


@admin.register(Notice)
class NoticeAdmin(OfMyTeams):
    """Published versions are shown and never changed: the admin only publishes."""

    form = NoticeForm
    permission = "consent.configure"
    list_display = ["code", "version", "language", "material", "published_at", "team"]
    list_filter = ["team", "code"]
    filter_horizontal = ["purposes"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = form.cleaned_data
        made = notice_publish(
            team=values["team"],
            code=values["code"],
            version=values["version"],
            language=values["language"],
            content=values["content"],
            purposes=list(values["purposes"]),
            material=values["material"],
            published_at=values["published_at"],
            actor=person_of(request),
        )
        obj.pk = made.pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The service has stored the purposes with the notice."""


@admin.register(DataSubject)
class DataSubjectAdmin(ReadOnlyAdmin, OfMyTeams):
    """Pseudonyms only: nothing sealed, no index."""

    permission = "consent.view"
    fields = ["public_id", "team", "kind", "minor_below_age", "created_at", "erased_at"]
    list_display = ["public_id", "team", "kind", "created_at", "erased_at"]
    list_filter = ["team", "kind"]
    ordering = ["-pk"]


@admin.register(ConsentEvent)
class ConsentEventAdmin(ReadOnlyAdmin, OfMyTeams):
    """The append-only ledger of consents."""

    permission = "consent.view"
    exclude = ["content_hash"]
    list_display = ["id", "state", "purpose", "subject", "occurred_at", "recorded_at", "source"]
    list_filter = ["team", "state", "purpose"]
    list_select_related = ["purpose", "subject"]
    ordering = ["-pk"]
