"""Activities: agreed items, whose text is fixed, and undertakings, all written through the workflow."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tracker.toolkit.admin import REASON, HistoryAdmin, SixLanguagesAdmin, language_fieldsets
from tracker.toolkit.days import age_words, day_words
from tracker.toolkit.templatetags import ui
from tracker.toolkit.texts import current_language, find_text, text_in

from ..models import Activity, ChangeSetEntry, LeadProposal, Participation, StatusUpdate
from ..workflow.keeping import CLASSIFICATION
from .actions import BULK
from .export import export_csv, export_xlsx
from .forms import SOURCE_OF_LEAD, ActivityForm, NewUndertakingForm
from .inlines import EntryInline, LogInline, OneNewEntry, ParticipationInline
from .lists import KindFilter, SignalFilter
from .saving import add_activity, log_entry, save_activity, save_participation

# Computed, or given once and for good.
SHOWN = (
    "status",
    "status_as_of",
    "progress",
    "last_update_at",
    "lead",
    "lead_withdrew_on",
    "silent_on",
    "created_at",
    "created_by",
    "is_demonstration",
)
CONTENT = (
    "aim",
    "closing_condition",
    "legal_basis",
    ("national_counterpart", "counterpart_stance"),
    "other_participants",
)
DATES = (
    ("planned_start_on", "planned_end_on"),
    ("actual_start_on", "actual_end_on"),
    "dates_as_stated",
    ("review_on", "update_interval_days"),
)
CLASSES = (("level", "place"), "countries", "functional_fields", "themes", "principles")
OF_ITEMS_ONLY = ("parent", "also_serves")  # relations whose other end is an agreed item


@admin.register(Activity)
class ActivityAdmin(HistoryAdmin, SixLanguagesAdmin):
    form = ActivityForm
    list_display = ("code", "headline", "area_code", "mark", "lead", "due", "heard", "visibility")
    list_display_links = ("code", "headline")
    list_filter = (
        KindFilter,
        "area",
        "status",
        SignalFilter,
        "visibility",
        "functional_fields",
        "themes",
        "is_demonstration",
        "framework",
    )
    list_select_related = ("area", "lead", "framework")
    search_fields = ("search_text",)
    ordering = ("framework", "sort_key")
    autocomplete_fields = ("parent", "also_serves", "follows")
    inlines = (ParticipationInline, EntryInline, LogInline)
    actions = (*BULK, export_csv, export_xlsx)
    readonly_fields = SHOWN

    # --- the list -----------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        # Long, and of no use on any of these pages.
        return super().get_queryset(request).defer("search_text", "lead__search_text")

    @admin.display(description=_("title"), ordering="title")
    def headline(self, activity: Activity) -> str:
        return find_text(activity, "title").value

    @admin.display(description=_("area"), ordering="area")
    def area_code(self, activity: Activity) -> str:
        return activity.area.code

    @admin.display(description=_("status"), ordering="status")
    def mark(self, activity: Activity) -> SafeString:
        return ui.status(activity.status, activity.get_status_display())

    @admin.display(description=_("due"), ordering="planned_end_on")
    def due(self, activity: Activity) -> str:
        return day_words(activity.planned_end_on, short=True) if activity.planned_end_on else ""

    @admin.display(description=_("last update"), ordering="last_update_at")
    def heard(self, activity: Activity) -> str:
        return age_words(activity.last_update_at and activity.last_update_at.date())

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        if request.GET.get("field_name") in OF_ITEMS_ONLY and request.path.endswith("/autocomplete/"):
            queryset = queryset.filter(agreed=True)
        return super().get_search_results(request, queryset, search_term)

    # --- the page -----------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Activity | None = None) -> Any:
        if obj is None:
            head = (None, {"fields": ["parent", ("lead_organization", "lead_accepted", SOURCE_OF_LEAD), "language"]})
            return [head, *self._undertaking(obj), (_("History"), {"fields": [REASON]})]
        about = (_("What the register knows"), {"fields": [("code", "agreed"), *SHOWN]})
        reason = (_("History"), {"fields": [REASON, "seen_version"]})
        if obj.agreed:
            rest = [name for name in CLASSIFICATION if name in ("review_on", "update_interval_days", "editorial_note")]
            classes = (_("Classification"), {"fields": ["level", *CLASSES[1:], tuple(rest[:2]), rest[2]]})
            return [classes, reason, *self._folded(obj), about]
        head = (None, {"fields": ["parent", "also_serves", "follows", "language"]})
        return [head, *self._undertaking(obj), reason, about]

    def _undertaking(self, obj: Activity | None = None) -> list[Any]:
        return [
            *self._folded(obj),
            (_("Content"), {"fields": list(CONTENT)}),
            (_("Classification"), {"fields": list(CLASSES)}),
            (_("Dates"), {"fields": list(DATES)}),
            (_("Register"), {"fields": [("visibility", "confidence"), "editorial_note"]}),
        ]

    def _folded(self, obj: Activity | None = None) -> list[Any]:
        """Title and description by language; open in English, the reader's language and where there is a title."""
        fieldsets = []
        for language, (title, options) in zip(
            settings.MODELTRANSLATION_LANGUAGES, language_fieldsets(("title", "description")), strict=True
        ):
            used = language in ("en", current_language()) or (obj is not None and text_in(obj, "title", language))
            fieldsets.append((title, options if used else {**options, "classes": ["collapse"]}))
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Activity | None = None) -> Any:
        if obj is None:
            return SHOWN
        fixed = ("code", "agreed", "parent")
        if not obj.agreed:
            return (*SHOWN, *fixed)
        texts = [name for _title, options in language_fieldsets(("title", "description")) for name in options["fields"]]
        return (*SHOWN, *fixed, *texts)

    def get_form(self, request: HttpRequest, obj: Activity | None = None, **kwargs: Any) -> type[forms.ModelForm]:
        if obj is None:
            kwargs["form"] = NewUndertakingForm
        return super().get_form(request, obj, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("functional_fields", "themes", "principles"):
            kwargs["widget"] = CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Activity | None) -> Any:
        return self.inlines if obj else ()

    def view_on_site(self, obj: Activity) -> str:
        return obj.get_absolute_url()

    def related_histories(self, obj: Activity) -> Iterable[QuerySet]:
        return [
            model.history.filter(activity_id=obj.pk).select_related("organization")
            for model in (Participation, LeadProposal)
        ]

    def acts(self, obj: Activity) -> dict[tuple[str, int], tuple[str, str]]:
        entries = ChangeSetEntry.objects.filter(activity=obj).select_related("change_set")
        return {
            (entry.what, entry.history_id): (
                entry.change_set.words,
                reverse("admin:activities_changeset_change", args=[entry.change_set_id]),
            )
            for entry in entries
        }

    def has_delete_permission(self, request: HttpRequest, obj: Activity | None = None) -> bool:
        """Only what nobody has ever reported on, one at a time: a log is never lost, and a code never used again."""
        if obj is None or obj.agreed or not super().has_delete_permission(request, obj):
            return False
        return not StatusUpdate.objects.filter(activity=obj).exists()

    # --- writing ------------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Activity, form: Any, change: bool) -> None:
        if change:
            save_activity(form, obj, request.user)
        else:
            # The page goes on with the instance it knows, which thereby becomes the new row.
            vars(obj).update(vars(add_activity(form, request.user)))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing is written here but through the workflow, which has also written the form's own sets."""
        for formset in formsets:
            for row in formset.forms:
                if not row.has_changed():
                    continue
                if formset.model is Participation:
                    save_participation(row, form.instance, request.user)
                elif isinstance(formset, OneNewEntry):
                    log_entry(row, form.instance, request.user)
            # What the page's own log of changes reads.
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
