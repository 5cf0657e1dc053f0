"""Controlled lists: fields, themes, kinds of obstacle, of resource, of partner."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from tracker.toolkit.admin import HistoryAdmin, SixLanguagesAdmin

from ..models import FunctionalField, ObstacleKind, PartnerKind, ResourceKind, Theme

TITLES = [f"title_{language.replace('-', '_')}" for language in settings.MODELTRANSLATION_LANGUAGES]


class EntryAdmin(HistoryAdmin, SixLanguagesAdmin):
    list_display = ("code", "title", "position", "source")
    list_display_links = ("code", "title")
    search_fields = ("code", *TITLES)
    general = (("code", "position"), "source")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Codes stand in addresses and exports that people keep."""
        return ("code",) if obj else ()


admin.site.register([FunctionalField, Theme, ObstacleKind, ResourceKind, PartnerKind], EntryAdmin)
