"""Organizations: their names through time, what is known of them, who belongs to them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationStackedInline

from tracker.toolkit.admin import (
    HistoryAdmin,
    Keepers,
    KeptInline,
    SixLanguagesAdmin,
    language_fieldsets,
    name_language,
)

from ..forms import CodesField
from ..models import Membership, Organization, OrganizationName, OrganizationNote
from ..workflow import save_names

# A new successor changes by which names an organization's activities are found.
NAMING = {"slug", "successor"}


class NameInline(Keepers, TranslationStackedInline):
    """Names the organization had, each with its time."""

    model = OrganizationName
    extra = 0
    classes = ["collapse"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        general = (None, {"fields": [("since", "until"), "source"]})
        columns = [
            (title, {**options, "fields": [tuple(options["fields"])]})
            for title, options in language_fieldsets(("acronym", "name"))
        ]
        return [general, *columns]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return name_language(db_field, super().formfield_for_dbfield(db_field, request, **kwargs))


class NoteInline(KeptInline):
    model = OrganizationNote
    fields = ("position", "occurred_on", "text", "language", "source")
    classes = ["collapse"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "text":
            field.widget.attrs["rows"] = 2
        return field


class MembershipInline(KeptInline):
    """Who belongs here; an ended membership stays, with its last day."""

    model = Membership
    fields = ("user", "role", "post", "since", "until")
    autocomplete_fields = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("user", "organization")


class SuccessionFilter(admin.SimpleListFilter):
    """Whether it still exists under its own name."""

    title = _("succession")
    parameter_name = "succession"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("current", _("Exists today")), ("succeeded", _("Has a successor"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset if self.value() is None else queryset.filter(successor__isnull=self.value() == "current")


@admin.register(Organization)
class OrganizationAdmin(HistoryAdmin, SixLanguagesAdmin):
    list_display = ("acronym", "name", "kind", "successor", "is_demonstration")
    list_display_links = ("acronym", "name")
    list_filter = ("kind", SuccessionFilter, "is_demonstration")
    list_select_related = ("successor",)
    search_fields = ("search_text",)
    ordering = ("acronym", "slug")
    autocomplete_fields = ("parent", "successor")
    inlines = (NameInline, MembershipInline, NoteInline)
    general = (
        "slug",
        "kind",
        "parent",
        ("successor", "succeeded_on"),
        "seat",
        "mailbox",
        "website",
        "working_languages",
        "is_demonstration",
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "working_languages":
            return CodesField(label=capfirst(db_field.verbose_name), help_text=db_field.help_text, required=False)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        """Names are kept in two tables: only when both are written is it known what the organization is found by."""
        super().save_related(request, form, formsets, change)
        names = any(formset.has_changed() for formset in formsets if formset.model is OrganizationName)
        if names or any(name in NAMING or name.startswith(("acronym_", "name_")) for name in form.changed_data):
            save_names(form.instance)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Organizations end by succession; only an administrator takes away one entered by mistake."""
        return request.user.is_superuser

    def related_histories(self, obj: Organization) -> Iterable[QuerySet]:
        return [
            model.history.filter(organization_id=obj.pk) for model in (OrganizationName, OrganizationNote, Membership)
        ]
