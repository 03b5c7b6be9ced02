"""The admin site keeps teams apart like every page does: what belongs to another team is not there."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import JSONField
from django.http import HttpRequest

from portal.accounts.models import User
from portal.core.access import restrict, teams_with
from portal.core.forms import JsonField


def person_of(request: HttpRequest) -> User:
    """Who is signed in; the admin site lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


class OfMyTeams(admin.ModelAdmin):
    """Shows, and offers for choice, only rows of teams in which the person holds `permission`. Deletes nothing."""

    permission = ""
    formfield_overrides = {JSONField: {"form_class": JsonField}}
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return restrict(super().get_queryset(request), person_of(request), self.permission)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, **self._choices(db_field, request), **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **self._choices(db_field, request), **kwargs)

    def _choices(self, db_field: Any, request: HttpRequest) -> dict[str, Any]:
        model, person = db_field.remote_field.model, person_of(request)
        if model is User:
            teams = teams_with(person, self.permission)
            return {"queryset": User.objects.filter(memberships__team__in=teams).distinct()}
        return {"queryset": restrict(model.objects.all(), person, self.permission)}
