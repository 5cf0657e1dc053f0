"""What was known of an activity from day to day: the derived columns as the log and the participations told them."""

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from tracker.toolkit.dates import PartialDateField

from ..choices import Status

# Until something new is heard.
ENDLESS = datetime.date(9999, 12, 31)


class ActivityState(models.Model):
    """The derived columns of one activity from one day until another, on which something else was known.

    The states of an activity follow one another without a gap, from the day the register knew of it; the last one
    ends on ENDLESS. Only `activities.workflow.derived` writes them, and `manage.py check_register` recomputes them.
    """

    # The constraint below is the index that finds the state of a day: the first that ends after it.
    activity = models.ForeignKey(
        "activities.Activity", models.CASCADE, related_name="states", db_index=False, verbose_name=_("activity")
    )
    known_from = models.DateField(_("known from"))
    known_until = models.DateField(_("known until"), default=ENDLESS)
    status = models.CharField(_("status"), max_length=20, choices=Status)
    status_as_of = PartialDateField(_("status as of"))
    progress = models.PositiveSmallIntegerField(_("progress"), null=True, blank=True)
    last_update_at = models.DateTimeField(_("last update"), null=True, blank=True)
    lead = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("lead"),
    )
    lead_withdrew_on = PartialDateField(_("lead withdrew on"))
    silent_on = models.DateField(_("silent on"), null=True, blank=True)

    class Meta:
        verbose_name = _("state of an activity")
        verbose_name_plural = _("states of activities")
        ordering = ["activity", "known_from"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "known_until"], name="activity_state_once"),
            models.CheckConstraint(condition=Q(known_from__lt=F("known_until")), name="activity_state_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.known_from} {self.status}"
