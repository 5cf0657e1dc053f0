"""Bulk changes and imports: what was done in one act, unfolding to each record it changed. Nothing is edited here."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tracker.toolkit.admin import KeptAdmin, KeptInline
from tracker.toolkit.history import changes_by_record
from tracker.toolkit.texts import find_text

from ..models import Activity, ChangeSet, ChangeSetEntry
from ..reading.events import with_earlier


class ReadOnly:
    """What was done is looked at, not changed."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class EntryInline(ReadOnly, KeptInline):
    model = ChangeSetEntry
    verbose_name_plural = _("changed activities")
    fields = readonly_fields = ("record", "facts")
    # Before and after in words, by the number of the record.
    told: dict[int, str] = {}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("activity").defer("activity__search_text")

    @admin.display(description=_("activity"))
    def record(self, entry: ChangeSetEntry) -> SafeString:
        address = reverse("admin:activities_activity_history", args=[entry.activity_id])
        title = find_text(entry.activity, "title").value
        return format_html('<a href="{}"><bdi>{}</bdi> {}</a>', address, entry.activity.code, title)

    @admin.display(description=_("what was changed"))
    def facts(self, entry: ChangeSetEntry) -> str:
        return self.told.get(entry.history_id, "")


@admin.register(ChangeSet)
class ChangeSetAdmin(ReadOnly, KeptAdmin):
    list_display = ("at", "done", "by", "reason", "number")
    list_display_links = ("at", "done")
    list_filter = ("kind",)
    list_select_related = ("by",)
    fields = readonly_fields = ("done", "kind", "by", "at", "reason")
    inlines = (EntryInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(number_of_entries=Count("entries"))

    def get_inline_instances(self, request: HttpRequest, obj: ChangeSet | None = None) -> list[Any]:
        inlines = super().get_inline_instances(request, obj)
        for inline in inlines:
            inline.told = told_by_record(obj) if obj else {}
        return inlines

    @admin.display(description=_("what was done"))
    def done(self, change_set: ChangeSet) -> str:
        return change_set.words

    @admin.display(description=_("activities"))
    def number(self, change_set: Any) -> int:
        return change_set.number_of_entries


def told_by_record(change_set: ChangeSet) -> dict[int, str]:
    """What each record of the act changed, in words, by its number."""
    ids = set(change_set.entries.values_list("history_id", flat=True))
    records = list(with_earlier(Activity.history.all(), ids).order_by("-history_id"))
    return {
        record.history_id: "; ".join(f"{one.label}: {one.before or '–'} → {one.after or '–'}" for one in changes)
        for record, changes in changes_by_record(records)
        if record.history_id in ids
    }
