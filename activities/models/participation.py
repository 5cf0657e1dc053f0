"""Who takes part in what, in which role, from when until when, and what the organization itself answered."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.models import Membership, Organization
from tracker.toolkit.dates import PartialDateField, is_past

from ..choices import INVITATION_PATIENCE_DAYS, LEADING_ROLES, TAKING_PART, Response, Role


class ParticipationQuerySet(models.QuerySet):
    """Participations, as sets."""

    def taking_part(self) -> "ParticipationQuerySet":
        """Those that answered yes, now or in the past."""
        return self.filter(response__in=TAKING_PART)

    def current_on(self, day: datetime.date) -> "ParticipationQuerySet":
        """Those begun and not ended on that day: `until` is the day on which it no longer holds."""
        return self.filter(~is_past("until", day + datetime.timedelta(days=1)), since__lte=day.isoformat())

    def with_focal_point(self, day: datetime.date) -> "ParticipationQuerySet":
        """Those whose own focal point belongs to the organization on that day: that person is written to first."""
        members = Membership.objects.active_on(day)
        theirs = members.filter(user=OuterRef("focal_point"), organization=OuterRef("organization"))
        return self.filter(Exists(theirs), focal_point__is_active=True)

    def known_on(self, day: datetime.date) -> "ParticipationQuerySet":
        """Those begun by that day and accepted, still held or ended: who withdrew later had not done so yet."""
        taken_back = self.model.objects.taken_back().filter(pk=OuterRef("pk"))  # type: ignore[attr-defined]
        ends_later = ~is_past("until", day + datetime.timedelta(days=1)) & ~Q(until="")
        withdrew_later = Q(response=Response.WITHDRAWN) & ends_later & ~Exists(taken_back)
        return self.filter(Q(response__in=TAKING_PART) | withdrew_later, since__lte=day.isoformat())

    def ended_between(self, day: datetime.date, later: datetime.date) -> "ParticipationQuerySet":
        """Those that still held on the first of these days and no longer on the second."""
        still = ~is_past("until", day + datetime.timedelta(days=1)) & ~Q(until="")
        return self.filter(still & is_past("until", later + datetime.timedelta(days=1)))

    def opening_to(self, organization_ids: set[int]) -> "ParticipationQuerySet":
        """Those by which these organizations may read a restricted activity today.

        Someone invited must be able to read what they are invited to; who has left reads no more.
        """
        tomorrow = timezone.localdate() + datetime.timedelta(days=1)
        return self.filter(
            ~is_past("until", tomorrow),
            organization__in=organization_ids,
            response__in=(*TAKING_PART, Response.INVITED),
        )

    def leading(self) -> "ParticipationQuerySet":
        return self.filter(role__in=LEADING_ROLES)

    def taken_back(self) -> "ParticipationQuerySet":
        """Invitations taken back before they were accepted.

        Their own history tells them from participations that were ended and of which nobody knows since when they held.
        """
        history = self.model.history  # type: ignore[attr-defined]
        accepted = history.filter(id=OuterRef("pk"), response__in=TAKING_PART)
        return self.filter(~Exists(accepted), response=Response.WITHDRAWN, since="", answered_at__isnull=False)

    def held(self) -> "ParticipationQuerySet":
        """Roles that an organization has or had: without invitations unanswered, declined or taken back."""
        taken_back = self.model.objects.taken_back().filter(pk=OuterRef("pk"))  # type: ignore[attr-defined]
        return self.filter(~Exists(taken_back), response__in=(*TAKING_PART, Response.WITHDRAWN))

    def unanswered(self, today: datetime.date) -> "ParticipationQuerySet":
        """Invitations that have waited too long; of an earlier day, those that had until then."""
        patience = datetime.timedelta(days=INVITATION_PATIENCE_DAYS)
        if today >= timezone.localdate():
            return self.filter(response=Response.INVITED, invited_at__lt=timezone.now() - patience)
        midnight = datetime.datetime.combine(today + datetime.timedelta(days=1), datetime.time())
        end = timezone.make_aware(midnight)
        answered_later = Q(answered_at__gte=end) & (Q(since="") | Q(since__gt=today.isoformat()))
        return self.filter(Q(response=Response.INVITED) | answered_later, invited_at__lt=end - patience)


class Participation(models.Model):
    """An organization in an activity, in one role, for a time. A change of role ends one row and begins another."""

    activity = models.ForeignKey(
        "activities.Activity", models.CASCADE, related_name="participations", verbose_name=_("activity")
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="participations", verbose_name=_("organization")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    response = models.CharField(_("response"), max_length=20, choices=Response, default=Response.INVITED)
    responsibility = models.TextField(
        _("responsibility"),
        blank=True,
        help_text=_("What the organization does here, in its own words or the source's."),
    )
    accepted_part = models.TextField(
        _("part accepted, or reason"),
        blank=True,
        help_text=_("Which part was accepted, or why it was declined or ended."),
    )
    mandate = models.TextField(
        _("acts under (mandate)"), blank=True, help_text=_("The organization's own legal basis for taking part.")
    )
    focal_point = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("focal point"),
    )
    since = PartialDateField(_("since"))
    until = PartialDateField(_("until"))
    note = models.TextField(_("note"), blank=True)

    invited_at = models.DateTimeField(_("invited"), default=timezone.now, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("invited by"),
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("answered by"),
    )
    # When a coordinator recorded the answer: who in the organization gave it, and where.
    answered_for = models.CharField(_("answer given by"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["activity", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity"],
                condition=Q(role=Role.LEAD, until="", response__in=TAKING_PART),
                name="one_lead_at_a_time",
                violation_error_message=_(
                    "There is one lead at a time: end the present lead first, or name a co-lead."
                ),
            ),
            models.UniqueConstraint(
                fields=["activity", "organization", "role"],
                condition=Q(until="", response__in=(*TAKING_PART, Response.INVITED)),
                name="participation_open_once",
                violation_error_message=_("This organization already has this role here."),
            ),
        ]
        indexes = [models.Index(fields=["organization", "role", "activity"], name="participation_organization")]

    def __str__(self) -> str:
        return f"{self.organization} – {self.get_role_display()}"

    @property
    def takes_part(self) -> bool:
        return self.response in TAKING_PART
