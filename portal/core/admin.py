"""The ground floor in the admin site: to be looked at, never changed there."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from portal.core.models import DataKey, Job, LedgerEntry


class ReadOnlyAdmin(admin.ModelAdmin):
    """Looks, but does not touch."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ["seq", "at", "action", "actor", "object_type", "object_id"]
    list_filter = ["action"]
    search_fields = ["object_id", "actor"]
    ordering = ["-seq"]
    show_full_result_count = False


@admin.register(DataKey)
class DataKeyAdmin(ReadOnlyAdmin):
    list_display = ["id", "master_key_id", "created_at", "destroyed_at"]
    exclude = ["wrapped"]
    show_full_result_count = False


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["id", "task", "state", "attempts", "created_at", "finished_at", "error"]
    list_filter = ["state", "task"]
    ordering = ["-id"]
    show_full_result_count = False
