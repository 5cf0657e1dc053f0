"""The log: dated entries that are only ever added to. The database itself refuses to change or delete one."""

import datetime
from pathlib import PurePath
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from tracker.toolkit.dates import PartialDateField, is_past

from ..choices import Closing, EvidenceKind, Status, UpdateKind
from .vocabulary import ObstacleKind


def heard_by(day: datetime.date) -> Q:
    """The register hears when an entry is made; what it records from old sources, on the day it speaks of."""
    tomorrow = day + datetime.timedelta(days=1)
    midnight = timezone.make_aware(datetime.datetime.combine(tomorrow, datetime.time()))
    return Q(created_at__lt=midnight) | (Q(kind=UpdateKind.DOCUMENTED) & is_past("as_of", tomorrow))


class StatusUpdateQuerySet(models.QuerySet):
    """Entries of logs, as sets."""

    def standing(self) -> "StatusUpdateQuerySet":
        """Entries no later entry corrects, but for those that only take another one back."""
        # Not `correction__isnull`: its join makes the database correct all entries before it takes the newest few.
        rows = self.filter(~Exists(self.model.objects.filter(corrects=OuterRef("pk"))))
        return rows.exclude(kind=UpdateKind.TAKEN_BACK)

    def standing_on(self, day: datetime.date) -> "StatusUpdateQuerySet":
        """Entries heard by the end of that day, which no entry heard by then corrects."""
        heard = heard_by(day)
        corrections = self.model.objects.filter(heard, corrects=OuterRef("pk"))
        return self.filter(heard, ~Exists(corrections)).exclude(kind=UpdateKind.TAKEN_BACK)

    def newest_first(self) -> "StatusUpdateQuerySet":
        return self.order_by("-as_of", "-id")

    def visible_to(self, user: Any) -> "StatusUpdateQuerySet":
        """An entry is as visible as its activity."""
        activity: Any = self.model._meta.get_field("activity").related_model
        return self.filter(activity.objects.visible_to(user).include("activity"))


class StatusUpdate(models.Model):
    """One dated entry of an activity's log, made by a person on behalf of an organization.

    A mistake is corrected by a new entry that names the one it corrects; the old one stays readable. Drafts are
    `UpdateDraft`. Only `activities.workflow.post_update` creates entries.
    """

    activity = models.ForeignKey(
        "activities.Activity", models.CASCADE, related_name="updates", verbose_name=_("activity")
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="updates", verbose_name=_("organization")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="updates",
        verbose_name=_("author"),
    )
    on_behalf = models.BooleanField(_("recorded on behalf of the organization"), default=False)
    kind = models.CharField(_("kind"), max_length=20, choices=UpdateKind, default=UpdateKind.UPDATE)
    as_of = PartialDateField(_("as of"), blank=False, help_text=_("The day for which this is true."))
    created_at = models.DateTimeField(_("entered"), default=timezone.now)
    status = models.CharField(_("status"), max_length=20, choices=Status, blank=True)
    progress = models.PositiveSmallIntegerField(_("progress"), null=True, blank=True)
    # What the entry changed, kept so that the log reads without computing.
    status_before = models.CharField(_("status before"), max_length=20, choices=Status, blank=True)
    progress_before = models.PositiveSmallIntegerField(_("progress before"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    closing = models.CharField(_("closing statement"), max_length=20, choices=Closing, blank=True)
    done = models.TextField(_("done"), blank=True)
    obstacles = models.TextField(_("obstacles"), blank=True)
    obstacle_kinds = models.ManyToManyField(
        ObstacleKind, blank=True, related_name="updates", verbose_name=_("kinds of obstacle")
    )
    next_steps = models.TextField(_("next steps"), blank=True)
    next_steps_due_on = PartialDateField(_("next steps due"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="correction", verbose_name=_("corrects")
    )
    # The round it answers, where one asked for it; a correction stays with the round of what it corrects.
    round = models.ForeignKey(
        "activities.ReportingRound",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="updates",
        verbose_name=_("reporting round"),
    )
    # Sent with the form: a second arrival of the same form is the same entry.
    token = models.UUIDField(unique=True, default=uuid4, editable=False)

    objects = StatusUpdateQuerySet.as_manager()

    class Meta:
        verbose_name = _("status update")
        verbose_name_plural = _("status updates")
        ordering = ["-as_of", "-id"]
        indexes = [
            models.Index(F("activity"), F("created_at").desc(), name="update_activity_recent"),
            models.Index(F("created_at").desc(), name="update_recent"),
            models.Index(F("organization"), F("created_at").desc(), name="update_organization"),
            models.Index(
                fields=["round", "activity", "organization"],
                condition=Q(round__isnull=False),
                name="update_round",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=UpdateKind.DOCUMENTED) | Q(organization__isnull=False, author__isnull=False),
                name="update_speaks_for_an_organization",
                violation_error_message=_("An update speaks for an organization."),
            ),
            models.CheckConstraint(
                condition=Q(progress__isnull=True) | Q(progress__lte=100),
                name="update_progress_within_100",
                violation_error_message=_("Progress is a number from 0 to 100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.as_of}"


def evidence_path(evidence: "Evidence", filename: str) -> str:
    """Where an uploaded file is kept: under a random name, so that what the person called it is never a path."""
    return f"{timezone.now():%Y}/{uuid4().hex}{PurePath(filename).suffix.lower()[:8]}"


class Evidence(models.Model):
    """What bears out an update: a file, served only to those who may read the activity, or a link."""

    update = models.ForeignKey(StatusUpdate, models.CASCADE, related_name="evidence", verbose_name=_("update"))
    kind = models.CharField(_("kind"), max_length=10, choices=EvidenceKind)
    title = models.CharField(_("title"), max_length=200, blank=True)
    url = models.URLField(_("address"), max_length=1000, blank=True)
    file = models.FileField(_("file"), upload_to=evidence_path, blank=True)
    content_type = models.CharField(_("type"), max_length=100, blank=True)
    size = models.PositiveIntegerField(_("size in bytes"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["update", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind=EvidenceKind.LINK, file="") & ~Q(url=""))
                | (Q(kind=EvidenceKind.FILE, url="") & ~Q(file="")),
                name="evidence_is_a_file_or_a_link",
                violation_error_message=_("Evidence is either a file or a link."),
            )
        ]

    def __str__(self) -> str:
        return self.title or self.url or str(self.file)
