"""What was said of two undertakings that look alike: the hint is answered once, and the answer is kept."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..choices import OverlapKind
from .activity import Activity
from .querysets import ActivityQuerySet


class OverlapAnswerQuerySet(models.QuerySet):
    """Answers, as sets."""

    def between(self, activities: ActivityQuerySet) -> "OverlapAnswerQuerySet":
        """Those of which a person may read both undertakings."""
        return self.filter(activities.include("first"), activities.include("second"))

    def of(self, activity: Activity) -> "OverlapAnswerQuerySet":
        return self.filter(Q(first=activity) | Q(second=activity))

    def told_to(self, user: Any) -> "OverlapAnswerQuerySet":
        """Proposals to merge are for those who keep the register."""
        if user.is_authenticated and user.is_coordinator:
            return self
        return self.exclude(answer=OverlapKind.MERGE)


class OverlapAnswer(models.Model):
    """The answer to one hint. A pair has one: `first` is the undertaking with the lower key."""

    first = models.ForeignKey(Activity, models.CASCADE, related_name="overlaps_as_first", verbose_name=_("undertaking"))
    second = models.ForeignKey(
        Activity, models.CASCADE, related_name="overlaps_as_second", verbose_name=_("other undertaking")
    )
    answer = models.CharField(_("answer"), max_length=20, choices=OverlapKind)
    sentence = models.TextField(_("why"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("answered by"))
    at = models.DateTimeField(_("answered"), default=timezone.now)
    # Raised by every further answer; one that began from an older version is refused.
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OverlapAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a hint of overlap")
        verbose_name_plural = _("answers to hints of overlap")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="overlap_answered_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="overlap_in_one_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} – {self.second_id}: {self.get_answer_display()}"
