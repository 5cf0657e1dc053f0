"""Cooperation activities: the framework's agreed items and what organizations undertake to carry them out."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from organizations.models import Organization
from tracker.toolkit.dates import PartialDateField
from tracker.toolkit.words import refuse_turned_names

from ..choices import (
    CLOSED_STATUSES,
    DEFAULT_UPDATE_INTERVAL_DAYS,
    Confidence,
    CounterpartStance,
    Level,
    Status,
    Visibility,
)
from .framework import Area, Framework, Principle
from .querysets import ActivityQuerySet
from .vocabulary import FunctionalField, Theme


class Activity(models.Model):
    """One cooperation activity: an agreed item (`agreed`, fixed text) or an undertaking under an agreed item.

    The columns from `status` to `search_text` are derived from the log and the participations; only
    `activities.workflow` writes them, and `manage.py check_register` recomputes them.
    """

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="activities", verbose_name=_("framework"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="activities", verbose_name=_("area"))
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("agreed item"),
        help_text=_("The item of the framework that this carries out in the first place."),
    )
    also_serves = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="also_served_by",
        verbose_name=_("also serves"),
        help_text=_("Further agreed items that this helps to carry out."),
    )
    follows = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="followed_by",
        verbose_name=_("follows"),
        help_text=_("The earlier activity that this one continues."),
    )
    code = models.CharField(_("reference"), max_length=30, help_text=_("A.5 for an item, A.5.1 for an undertaking."))
    # A.10 after A.9: the code with its numbers padded, for sorting in the database.
    sort_key = models.CharField(max_length=60, editable=False)
    # The highest number given to a child so far, so that a code is never used again.
    last_child_number = models.PositiveIntegerField(default=0, editable=False)
    agreed = models.BooleanField(
        _("agreed item"), default=False, help_text=_("One of the framework's own items; its text is fixed.")
    )

    language = models.CharField(_("language of the text"), max_length=10, choices=settings.LANGUAGES, default="en")
    title = models.CharField(_("title"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    aim = models.TextField(_("aim"), blank=True)
    closing_condition = models.TextField(
        _("closing condition"), blank=True, help_text=_("What ends it, and who decides.")
    )
    legal_basis = models.TextField(_("legal basis"), blank=True)
    national_counterpart = models.CharField(_("national counterpart"), max_length=300, blank=True)
    counterpart_stance = models.CharField(
        _("how the country stands to it"), max_length=20, choices=CounterpartStance, blank=True
    )
    other_participants = models.TextField(
        _("others taking part"), blank=True, help_text=_("Groups the source names without naming their members.")
    )

    level = models.CharField(_("level"), max_length=20, choices=Level, blank=True)
    countries = CountryField(_("countries"), multiple=True, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    functional_fields = models.ManyToManyField(
        FunctionalField, blank=True, related_name="activities", verbose_name=_("functional fields")
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="activities", verbose_name=_("themes"))
    principles = models.ManyToManyField(Principle, blank=True, related_name="activities", verbose_name=_("principles"))

    planned_start_on = PartialDateField(_("planned start"))
    planned_end_on = PartialDateField(_("planned end"))
    actual_start_on = PartialDateField(_("actual start"))
    actual_end_on = PartialDateField(_("actual end"))
    dates_as_stated = models.CharField(_("dates as the source states them"), max_length=300, blank=True)
    review_on = models.DateField(_("review date"), null=True, blank=True)
    update_interval_days = models.PositiveSmallIntegerField(
        _("days between updates"),
        default=DEFAULT_UPDATE_INTERVAL_DAYS,
        help_text=_("After so many days without an update it counts as silent."),
    )

    visibility = models.CharField(_("visible to"), max_length=20, choices=Visibility, default=Visibility.PUBLIC)
    confidence = models.CharField(_("confidence in the sources"), max_length=10, choices=Confidence, blank=True)
    editorial_note = models.TextField(_("note of the register"), blank=True)
    import_key = models.CharField(
        _("key of the import"), max_length=60, null=True, blank=True, unique=True, editable=False
    )
    is_demonstration = models.BooleanField(_("demonstration"), default=False, editable=False)

    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.PROPOSED, editable=False)
    status_as_of = PartialDateField(_("status as of"), editable=False)
    progress = models.PositiveSmallIntegerField(_("progress"), null=True, blank=True, editable=False)
    last_update_at = models.DateTimeField(_("last update"), null=True, blank=True, editable=False)
    lead = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="led_activities",
        verbose_name=_("lead"),
    )
    lead_withdrew_on = PartialDateField(_("lead withdrew on"), editable=False)
    # The first day on which it counts as silent; unknown for agreed items nobody has taken up directly.
    silent_on = models.DateField(_("silent on"), null=True, blank=True, editable=False)
    search_text = models.TextField(editable=False, default="")

    # Raised by every edit; an edit that began from an older version is refused.
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("cooperation activity")
        verbose_name_plural = _("cooperation activities")
        ordering = ["framework", "sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["framework", "code"], name="activity_code_once"),
            models.CheckConstraint(
                condition=Q(agreed=True) | Q(parent__isnull=False),
                name="undertaking_has_an_agreed_item",
                violation_error_message=_("An undertaking stands under an agreed item."),
            ),
            models.CheckConstraint(
                condition=Q(agreed=False) | Q(visibility=Visibility.PUBLIC),
                name="agreed_item_is_public",
                violation_error_message=_("Agreed items are always public."),
            ),
            models.CheckConstraint(
                condition=Q(progress__isnull=True) | Q(progress__lte=100),
                name="activity_progress_within_100",
                violation_error_message=_("Progress is a number from 0 to 100."),
            ),
        ]
        # Those by status and last update, and of the searched text, differ by database: migration 0003.
        indexes = [
            models.Index(fields=["framework", "sort_key"], name="activity_order"),
            models.Index(fields=["planned_end_on", "id"], name="activity_due"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("activity-detail", args=[self.framework.code, self.code])

    def clean(self) -> None:
        refuse_turned_names(self, "title")

    @property
    def is_open(self) -> bool:
        return self.status not in CLOSED_STATUSES
