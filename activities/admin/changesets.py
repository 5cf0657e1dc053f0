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
from tracker.toolkit.dates import PartialDate
from tracker.toolkit.history import changes_by_record
from tracker.toolkit.texts import find_text

from ..models import Activity, ChangeSet, ChangeSetEntry, Participation, StatusUpdate
from ..models.changesets import ChangedRecord
from ..reading.events import with_earlier
from .importing import Importing

LONGEST = 300


class ReadOnly:
    """What was done is looked at, not changed."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class EntryInline(ReadOnly, KeptInline):
    model = ChangeSetEntry
    verbose_name_plural = _("changed activities")
    fields = readonly_fields = ("record", "facts")
    # Before and after in words, by what was changed and the number of the record.
    told: dict[tuple[str, int], str] = {}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("activity").defer("activity__search_text")

    @admin.display(description=_("activity"))
    def record(self, entry: ChangeSetEntry) -> SafeString | str:
        if entry.activity is None:
            return entry.code
        address = reverse("admin:activities_activity_history", args=[entry.activity_id])
        title = find_text(entry.activity, "title").value
        return format_html('<a href="{}"><bdi>{}</bdi> {}</a>', address, entry.activity.code, title)

    @admin.display(description=_("what was changed"))
    def facts(self, entry: ChangeSetEntry) -> str:
        told = self.told.get((entry.what, entry.history_id), "")
        words = [str(_("New")) if entry.created else "", told]
        return ": ".join(filter(None, words)) or str(_("Removed") if entry.activity is None else "")


@admin.register(ChangeSet)
class ChangeSetAdmin(ReadOnly, Importing, KeptAdmin):
    list_display = ("at", "done", "by", "reason", "number")
    list_display_links = ("at", "done")
    list_filter = ("kind",)
    list_select_related = ("by",)
    fields = readonly_fields = ("done", "kind", "by", "at", "reason", "undoes", "taken_back_by")
    inlines = (EntryInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(number_of_entries=Count("entries__code", distinct=True))

    def get_inline_instances(self, request: HttpRequest, obj: ChangeSet | None = None) -> list[Any]:
        inlines = super().get_inline_instances(request, obj)
        for inline in inlines:
            inline.told = told_by_record(obj) if obj else {}
        return inlines

    @admin.display(description=_("what was done"))
    def done(self, change_set: ChangeSet) -> str:
        return change_set.words

    @admin.display(description=_("taken back by"))
    def taken_back_by(self, change_set: ChangeSet) -> Any:
        undone = ChangeSet.objects.filter(undoes=change_set).first()
        if undone is None:
            return "–"
        address = reverse("admin:activities_changeset_change", args=[undone.pk])
        return format_html('<a href="{}">{}</a>', address, undone)

    @admin.display(description=_("activities"))
    def number(self, change_set: Any) -> int:
        return change_set.number_of_entries


def told_by_record(change_set: ChangeSet) -> dict[tuple[str, int], str]:
    """What each record of the act says, in words, by what was changed and its number."""
    ids: dict[str, set[int]] = {what: set() for what in ChangedRecord.values}
    for what, number in change_set.entries.values_list("what", "history_id"):
        ids[what].add(number)
    found: dict[tuple[str, int], str] = {}
    for what, model in ((ChangedRecord.ACTIVITY, Activity), (ChangedRecord.PARTICIPATION, Participation)):
        if not ids[what]:
            continue
        records = with_earlier(model.history.all(), ids[what])
        for record, changes in changes_by_record(list(records.order_by("-history_id"))):
            words = "; ".join(f"{one.label}: {one.before or '–'} → {one.after or '–'}" for one in changes)
            who = f"{record.organization} – {record.get_role_display()}" if what == ChangedRecord.PARTICIPATION else ""
            found[what, record.history_id] = " · ".join(filter(None, (who, words)))
    updates = StatusUpdate.objects.filter(pk__in=ids[ChangedRecord.UPDATE]).select_related("organization")
    for update in updates:
        said = f"{update.organization}, {PartialDate(update.as_of).localized()}: {update.done or update.reason}"
        found[ChangedRecord.UPDATE, update.pk] = said[:LONGEST]
    return found
