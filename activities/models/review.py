"""What a coordinator said of an entry of the log. The entry itself is never touched: it is marked, not hidden."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..choices import ReturnReason, ReviewState
from .log import StatusUpdate


class ReviewQuerySet(models.QuerySet):
    """Reviews, as sets."""

    def waiting(self) -> "ReviewQuerySet":
        """The queue: submitted, and not corrected meanwhile, for then the correction waits instead."""
        return self.filter(state=ReviewState.SUBMITTED, update__correction__isnull=True)


class Review(models.Model):
    """The review of one entry: begun with the entry, decided once. A returned entry is answered by a new one."""

    update = models.OneToOneField(StatusUpdate, models.CASCADE, related_name="review", verbose_name=_("update"))
    state = models.CharField(_("state"), max_length=20, choices=ReviewState, default=ReviewState.SUBMITTED)
    sentence = models.TextField(_("sentence"), blank=True)
    language = models.CharField(_("language of the text"), max_length=10, choices=settings.LANGUAGES, default="en")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    submitted_at = models.DateTimeField(_("submitted"), default=timezone.now)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["submitted_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ReviewState.SUBMITTED, decided_at__isnull=True)
                | (~Q(state=ReviewState.SUBMITTED) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="review_names_who_decided",
            )
        ]
        indexes = [
            models.Index(fields=["submitted_at"], condition=Q(state=ReviewState.SUBMITTED), name="review_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.update_id}: {self.state}"


class ReviewReason(models.Model):
    """One coded reason for which an entry was returned; a row each, so that they can be counted."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="reasons", verbose_name=_("review"))
    code = models.CharField(_("reason"), max_length=30, choices=ReturnReason)

    class Meta:
        verbose_name = _("reason for returning")
        verbose_name_plural = _("reasons for returning")
        ordering = ["review", "id"]
        constraints = [models.UniqueConstraint(fields=["review", "code"], name="reason_given_once")]

    def __str__(self) -> str:
        return self.get_code_display()
