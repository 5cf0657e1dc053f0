"""Below an activity: who takes part, the log as it stands, and one new entry."""

from typing import Any

from django.contrib import admin
from django.db.models import Max, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from tracker.toolkit.admin import Keepers

from ..choices import Status
from ..models import Activity, Participation, StatusUpdate
from ..permissions import organizations_to_report_for
from .forms import EntryForm, ParticipationForm


class Refusable(Keepers):
    """An inline whose forms show what the workflow refused."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.refusals = getattr(request, "refusals", {})
        return formset


class ParticipationInline(Refusable, admin.StackedInline):
    model = Participation
    form = ParticipationForm
    extra = 0
    can_delete = False
    autocomplete_fields = ("organization", "focal_point")
    readonly_fields = ("until", "answered_at", "answered_by")
    fieldsets = (
        (None, {"fields": [("organization", "role", "response"), ("on", "ends"), "answered_for", "seen_version"]}),
        (
            _("Particulars"),
            {
                "classes": ["collapse"],
                "fields": [
                    ("focal_point", "since", "until"),
                    "responsibility",
                    "mandate",
                    "accepted_part",
                    ("answered_at", "answered_by"),
                    "note",
                ],
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("organization", "focal_point", "answered_by")


class LogInline(Keepers, admin.TabularInline):
    """The log is only ever added to: what stands here is read."""

    model = StatusUpdate
    verbose_name_plural = _("log")
    fields = ("as_of", "organization", "author", "moved", "said")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("organization", "author").newest_first()

    @admin.display(description=_("status"))
    def moved(self, update: StatusUpdate) -> str:
        words = [Status(status).label for status in (update.status_before, update.status) if status]
        percent = [] if update.progress is None else [f"{update.progress}%"]
        return " · ".join([" → ".join(map(str, words)), *percent]).strip(" ·") or "–"

    @admin.display(description=_("entry"))
    def said(self, update: StatusUpdate) -> str:
        texts = [update.get_kind_display(), update.reason, update.done, update.obstacles, update.next_steps]
        return format_html_join("", '<p dir="auto">{}</p>', ((text,) for text in texts if text))


class OneNewEntry(BaseInlineFormSet):
    """Never takes an existing entry for its own, whatever a request says."""

    def initial_form_count(self) -> int:
        return 0


class EntryInline(Refusable, admin.StackedInline):
    """One further entry, written through the workflow."""

    model = StatusUpdate
    form = EntryForm
    formset = OneNewEntry
    verbose_name = _("new entry")
    verbose_name_plural = _("log an update")
    classes = ["collapse"]
    can_delete = False
    fieldsets = (
        (
            None,
            {
                "fields": [
                    ("organization", "as_of", "kind"),
                    ("status", "progress", "closing"),
                    "reason",
                    "done",
                    "obstacles",
                    "obstacle_kinds",
                    "next_steps",
                    ("next_steps_due_on", "language"),
                    "form_token",
                    "seen",
                ]
            },
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).none()

    def get_formset(self, request: HttpRequest, obj: Activity | None = None, **kwargs: Any) -> Any:
        # On the formset's class these would be ignored.
        kwargs |= {"extra": 1, "max_num": 1, "validate_max": True}
        formset = super().get_formset(request, obj, **kwargs)
        if obj is not None:
            formset.form.activity = obj
            formset.form.organizations = organizations_to_report_for(request.user, obj)
            newest = StatusUpdate.objects.filter(activity=obj).aggregate(newest=Max("pk"))["newest"]
            formset.form.newest = newest or 0
        return formset
