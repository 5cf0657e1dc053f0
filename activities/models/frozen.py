"""Frozen reports: the register as it stood when a round was closed, kept as rows and never computed again."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .rounds import ReportingRound


class FrozenReport(models.Model):
    """What one closing of a round kept. The database refuses to change or delete it.

    `names` holds what everything was called on that day, in every language: {language: {list: {key: [code, title,
    language]}}}. `checksum` is the SHA-256 of everything the report and its rows say: `workflow.freezing.checksum_of`.
    """

    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="reports", verbose_name=_("reporting round"))
    # Of a round that was reopened and closed again.
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    frozen_at = models.DateTimeField(_("frozen"))
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("frozen by")
    )
    # Title, period, filters and counts of the round as they were; a round may be reopened and extended.
    facts = models.JSONField(_("facts"), default=dict)
    names = models.JSONField(_("names"), default=dict)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    checksum = models.CharField(_("checksum"), max_length=64)

    class Meta:
        verbose_name = _("frozen report")
        verbose_name_plural = _("frozen reports")
        ordering = ["round", "version"]
        constraints = [models.UniqueConstraint(fields=["round", "version"], name="frozen_report_version_once")]

    def __str__(self) -> str:
        return f"{self.round_id}.{self.version}"

    def get_absolute_url(self) -> str:
        return reverse("frozen-report", args=[self.round.number, self.version])


class FrozenRowQuerySet(models.QuerySet):
    """Rows of frozen reports, as sets."""

    def visible_to(self, user: Any) -> "FrozenRowQuerySet":
        """A row is as visible as its activity is today: what was hidden since is hidden here too."""
        activity: Any = self.model._meta.get_field("activity").related_model
        return self.filter(activity.objects.visible_to(user).include("activity"))


class FrozenRow(models.Model):
    """One activity as a frozen report shows it: references and texts as they were, names in the report."""

    report = models.ForeignKey(FrozenReport, models.CASCADE, related_name="rows", verbose_name=_("frozen report"))
    position = models.PositiveIntegerField(_("position"))
    # Without a constraint: whatever becomes of the activity, the row stays.
    activity = models.ForeignKey(
        "activities.Activity",
        models.DO_NOTHING,
        db_constraint=False,
        related_name="frozen_rows",
        verbose_name=_("activity"),
    )
    data = models.JSONField(_("facts"))

    objects = FrozenRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a frozen report")
        verbose_name_plural = _("rows of frozen reports")
        ordering = ["report", "position"]
        constraints = [models.UniqueConstraint(fields=["report", "position"], name="frozen_row_position_once")]

    def __str__(self) -> str:
        return f"{self.report_id}/{self.position}"
