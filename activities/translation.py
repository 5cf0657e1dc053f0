"""Which texts of the register exist in six languages; history is registered here, after the language columns exist."""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from .models import (
    Activity,
    Area,
    Framework,
    FunctionalField,
    LeadProposal,
    ObstacleKind,
    OverlapAnswer,
    ParticipantGroup,
    Participation,
    PartnerKind,
    Passage,
    Principle,
    ReportingRound,
    ResourceKind,
    SavedReport,
    Theme,
)

# Computed from the log and the participations: their changes are already told there.
DERIVED = (
    "status",
    "status_as_of",
    "progress",
    "last_update_at",
    "lead",
    "lead_withdrew_on",
    "silent_on",
    "search_text",
    "sort_key",
    "last_child_number",
)


@register(Framework)
class FrameworkTranslation(TranslationOptions):
    fields = (
        "title",
        "short_title",
        "subtitle",
        "meeting_name",
        "meeting_theme",
        "meeting_place",
        "meeting_chair",
        "legal_nature",
    )


@register(Passage)
class PassageTranslation(TranslationOptions):
    fields = ("title", "text")


@register(Principle)
class PrincipleTranslation(TranslationOptions):
    fields = ("title", "text")


@register([Area, ParticipantGroup, FunctionalField, Theme, ObstacleKind, ResourceKind, PartnerKind])
class TitleTranslation(TranslationOptions):
    fields = ("title",)


@register(Activity)
class ActivityTranslation(TranslationOptions):
    fields = ("title", "description")


keep_history(Framework, app="activities")
keep_history(Passage, app="activities")
keep_history(
    Activity,
    app="activities",
    excluded_fields=[*DERIVED],
    m2m_fields=[
        Activity.also_serves.field,
        Activity.functional_fields.field,
        Activity.themes.field,
        Activity.principles.field,
    ],
)
keep_history(Participation, app="activities")
keep_history(LeadProposal, app="activities")
keep_history(ReportingRound, app="activities")
keep_history(OverlapAnswer, app="activities")
keep_history(SavedReport, app="activities")
for kept in (Area, Principle, ParticipantGroup, FunctionalField, Theme, ObstacleKind, ResourceKind, PartnerKind):
    keep_history(kept, app="activities")
