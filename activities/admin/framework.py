"""The source documents: frameworks, passages, principles, areas, and the list of those who took part."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tracker.toolkit.admin import HistoryAdmin, KeptInline, SixLanguagesAdmin

from ..models import Area, Framework, FrameworkParticipant, ParticipantGroup, Passage, Principle
from .vocabulary import TITLES

TEXTS = [title.replace("title", "text") for title in TITLES]


class DocumentAdmin(HistoryAdmin, SixLanguagesAdmin):
    """Parts of a document are corrected, not taken away: others refer to them."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser


@admin.register(Framework)
class FrameworkAdmin(DocumentAdmin):
    list_display = ("symbol", "short_title", "issued_on", "source_language")
    list_display_links = ("symbol", "short_title")
    search_fields = ("code", "symbol", *TITLES, *(f"short_{title}" for title in TITLES))
    general = (
        ("code", "symbol"),
        "issued_on",
        ("meeting_started_on", "meeting_ended_on"),
        ("source_language", "position"),
    )


@admin.register(Passage)
class PassageAdmin(DocumentAdmin):
    list_display = ("anchor", "part", "number", "kind", "title", "framework")
    list_filter = ("framework", "part", "kind")
    list_select_related = ("framework",)
    search_fields = ("anchor", "number", *TITLES, *TEXTS)
    general = ("framework", ("part", "kind"), ("anchor", "number", "position"), "source")


@admin.register(Principle)
class PrincipleAdmin(DocumentAdmin):
    list_display = ("code", "title", "framework")
    list_display_links = ("code", "title")
    list_filter = ("framework",)
    list_select_related = ("framework",)
    search_fields = ("code", *TITLES, *TEXTS)
    general = ("framework", ("code", "position"))


@admin.register(Area)
class AreaAdmin(DocumentAdmin):
    list_display = ("code", "title", "framework")
    list_display_links = ("code", "title")
    list_filter = ("framework",)
    list_select_related = ("framework",)
    search_fields = ("code", *TITLES)
    general = ("framework", ("code", "position"))


class ParticipantInline(KeptInline):
    model = FrameworkParticipant
    fields = ("position", "organization", "name_as_printed")
    autocomplete_fields = ("organization",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("organization")


@admin.register(ParticipantGroup)
class ParticipantGroupAdmin(DocumentAdmin):
    list_display = ("title", "code", "framework")
    list_filter = ("framework",)
    list_select_related = ("framework",)
    search_fields = ("code", *TITLES)
    general = ("framework", ("code", "position"), "title_as_printed", "footnote_as_printed")
    inlines = (ParticipantInline,)
