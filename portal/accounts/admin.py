"""Administration of people, teams and API keys. The admin site is configuration; evidence is read-only in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from portal.accounts.api_keys import api_key_create, api_key_revoke
from portal.accounts.models import ApiKey, Membership, Team, User
from portal.core import ledger
from portal.core.admin import ReadOnlyAdmin
from portal.core.roles import Scope

ledger.register_actions(
    {
        "user.changed": "Account changed",
        "team.changed": "Team changed",
        "membership.granted": "Role granted",
        "membership.revoked": "Role taken away",
    }
)

admin.site.site_header = "Probity administration"
admin.site.site_title = "Probity"
admin.site.index_title = "Configuration"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister(Group)  # roles are memberships in teams
admin.site.unregister(Authenticator)  # whoever reads or adds one could sign as somebody else


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second factors: seen without their secrets, and taken away from who has lost theirs."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    exclude = ["data"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        data = {"fields": [f"second factor {obj.type}"]}
        ledger.append(action="user.changed", actor=_person(request), obj=obj.user, team_id=None, data=data)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for each in queryset:
            self.delete_model(request, each)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 1
    autocomplete_fields = ["user", "team"]


class _MembershipsAdmin(admin.ModelAdmin):
    """Saves memberships with the ledger entries that granting and revoking roles deserve."""

    inlines = [MembershipInline]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: Any) -> None:
        with transaction.atomic():
            rows = formset.save(commit=False)
            for row in formset.deleted_objects:
                _note_membership("membership.revoked", row, request.user)
                row.delete()
            for row in rows:
                row.save()
                _note_membership("membership.granted", row, request.user)
            formset.save_m2m()


@admin.register(User)
class UserAdmin(_MembershipsAdmin):
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "memberships__role"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    readonly_fields = ["last_login", "date_joined"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = UserChangeForm if obj else AdminUserCreationForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})]
        return [
            (None, {"fields": ["email", "name", "time_zone", "password"]}),
            ("Access", {"fields": ["is_active", "is_staff", "is_superuser"]}),
            ("Dates", {"fields": ["last_login", "date_joined"]}),
        ]

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        changed = sorted(set(form.changed_data) - {"password1", "password2"})
        ledger.append(action="user.changed", actor=_person(request), obj=obj, team_id=None, data={"fields": changed})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # people are deactivated: what they did stays theirs


@admin.register(Team)
class TeamAdmin(_MembershipsAdmin):
    list_display = ["name", "slug", "controller"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        data = {"fields": sorted(form.changed_data)}
        ledger.append(action="team.changed", actor=_person(request), obj=obj, team_id=obj.pk, data=data)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ApiKeyForm(forms.ModelForm):
    """Scopes as check boxes; a year of life unless said otherwise."""

    scopes = forms.MultipleChoiceField(choices=Scope.choices, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = ApiKey
        fields = ["team", "name", "scopes", "expires_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expires_at"].initial = timezone.now() + timedelta(days=365)


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    form = ApiKeyForm
    list_display = ["name", "prefix", "team", "expires_at", "revoked_at", "last_used_at"]
    list_filter = ["team"]
    actions = ["revoke"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = form.cleaned_data
        key, text = api_key_create(
            team=values["team"],
            name=values["name"],
            scopes=values["scopes"],
            expires_at=values["expires_at"],
            actor=_person(request),
        )
        obj.pk, obj.prefix = key.pk, key.prefix
        messages.success(request, f"The key, shown this once: {text}")

    @admin.action(description="Revoke the selected keys")
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        for key_id in queryset.values_list("pk", flat=True):
            api_key_revoke(api_key_id=key_id, actor=_person(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionError("the admin site is for signed-in people")
    return request.user


def _note_membership(action: str, row: Membership, actor: Any) -> None:
    data = {"user": row.user_id, "role": row.role}
    ledger.append(action=action, actor=actor, obj=row, team_id=row.team_id, data=data)
