"""Reporting rounds: a period for which every participant is asked for an update, and what is asked of whom."""

import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from tracker.toolkit.words import refuse_turned_names

from ..choices import DUE_WITHIN_DAYS, WAITING, RequestState, ReviewState
from .framework import Framework
from .log import StatusUpdate
from .participation import Participation
from .review import Review


class ReportingRoundQuerySet(models.QuerySet):
    """Rounds, as sets."""

    def open(self) -> "ReportingRoundQuerySet":
        return self.filter(closed_at__isnull=True)


class ReportingRound(models.Model):
    """A period for which participants are asked for updates; closing it freezes a report. One is open per framework.

    `filters` is the query string of the activity report that says which activities are asked about.
    """

    # Its public handle, in all frameworks together: /rounds/3/.
    number = models.PositiveIntegerField(_("number"), unique=True, editable=False)
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="rounds", verbose_name=_("framework"))
    title = models.CharField(_("title"), max_length=200)
    period_start = models.DateField(_("first day of the period"))
    period_end = models.DateField(_("last day of the period"))
    due_on = models.DateField(_("answers due on"))
    asked = models.TextField(_("what is asked"), blank=True, help_text=_("Stands in the call that everybody gets."))
    language = models.CharField(_("language of the text"), max_length=10, choices=settings.LANGUAGES, default="en")
    filters = models.TextField(_("which activities"), blank=True)
    # The call goes out in the recipient's language where it is one of these, else in the first of them.
    call_languages = models.JSONField(_("languages of the call"), default=list)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+", verbose_name=_("opened by")
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("closed by"),
    )
    is_demonstration = models.BooleanField(_("demonstration"), default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ReportingRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("reporting round")
        verbose_name_plural = _("reporting rounds")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["framework"],
                condition=Q(closed_at__isnull=True),
                name="one_open_round_per_framework",
                violation_error_message=_("A round of this framework is still open. Close it first."),
            ),
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")),
                name="round_period_ends_after_it_begins",
                violation_error_message=_("The period must end after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("round-detail", args=[self.number])

    def clean(self) -> None:
        refuse_turned_names(self, "title")

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class UpdateRequestQuerySet(models.QuerySet):
    """Requests, as sets."""

    def standing(self) -> "UpdateRequestQuerySet":
        """Requests whose participation has not left the round."""
        return self.filter(left_at__isnull=True)

    def visible_to(self, user: Any) -> "UpdateRequestQuerySet":
        """A request is as visible as its activity."""
        activity: Any = self.model._meta.get_field("activity").related_model
        return self.filter(activity.objects.visible_to(user).include("activity"))

    def with_state(self, today: datetime.date) -> "UpdateRequestQuerySet":
        """Each row with `answer_id`, the newest standing entry that answers it, and its `state` on that day.

        One entry answers for all roles of its organization in the activity.
        """
        answers = StatusUpdate.objects.standing().filter(
            round=OuterRef("round"), activity=OuterRef("activity"), organization=OuterRef("organization")
        )
        review = Review.objects.filter(update=OuterRef("answer_id")).values("state")[:1]
        soon = today + datetime.timedelta(days=DUE_WITHIN_DAYS)
        return self.annotate(
            answer_id=Subquery(answers.order_by("-pk").values("pk")[:1]),
            review_state=Subquery(review),
        ).annotate(
            state=Case(
                When(answer_id__isnull=False, review_state=ReviewState.ACCEPTED, then=Value(RequestState.ACCEPTED)),
                When(answer_id__isnull=False, review_state=ReviewState.RETURNED, then=Value(RequestState.RETURNED)),
                When(answer_id__isnull=False, then=Value(RequestState.ANSWERED)),
                When(round__due_on__lt=today, then=Value(RequestState.OVERDUE)),
                When(round__due_on__lte=soon, then=Value(RequestState.DUE)),
                default=Value(RequestState.NOT_YET_DUE),
                output_field=models.CharField(max_length=20),
            )
        )

    def waiting(self, today: datetime.date) -> "UpdateRequestQuerySet":
        """Standing requests to which an answer is awaited: the first, or one that makes good a returned one."""
        return self.standing().with_state(today).filter(state__in=WAITING)


class UpdateRequest(models.Model):
    """An organization asked, in one round, for an update on an activity in which it takes part in one role."""

    round = models.ForeignKey(
        ReportingRound, models.CASCADE, related_name="requests", verbose_name=_("reporting round")
    )
    participation = models.ForeignKey(
        Participation, models.CASCADE, related_name="requests", verbose_name=_("participation")
    )
    # Those of the participation, beside it so that answers are found in one step.
    activity = models.ForeignKey(
        "activities.Activity", models.CASCADE, related_name="requests", verbose_name=_("activity")
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="requests", verbose_name=_("organization")
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    # When the participation ended or was withdrawn: nothing more is asked, and it counts no longer.
    left_at = models.DateTimeField(_("left the round"), null=True, blank=True)

    objects = UpdateRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for an update")
        verbose_name_plural = _("requests for updates")
        ordering = ["round", "id"]
        constraints = [models.UniqueConstraint(fields=["round", "participation"], name="asked_once_in_a_round")]
        indexes = [
            models.Index(fields=["organization", "round"], name="request_organization"),
            models.Index(fields=["activity", "organization", "round"], name="request_activity"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.activity_id}/{self.organization_id}"
