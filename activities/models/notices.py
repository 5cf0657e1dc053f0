"""The outbox and the bell: who is to be told what, by mail and on screen, written together with the fact itself."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization

from ..choices import MailState, NotificationKind


class NotificationQuerySet(models.QuerySet):
    """Notifications, as sets."""

    def for_person(self, user: Any) -> "NotificationQuerySet":
        """Those in this person's list."""
        return self.filter(user=user, hidden=False)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at__isnull=True)

    def troubled(self) -> "NotificationQuerySet":
        """Mail that an administrator has to look at."""
        return self.filter(mail_state__in=(MailState.UNCERTAIN, MailState.REFUSED, MailState.FAILED))


class Notification(models.Model):
    """One person, or one mailbox, told of one event. `dedupe_key` makes a second telling impossible.

    The words are made from `kind`, the rows named here and `facts` when somebody reads them, in that person's
    language; see `activities.notifications.words_of`.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("person"),
    )
    # Of an organization's mailbox; a person's own address is looked up when the mail is sent.
    address = models.EmailField(_("mailbox"), blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=NotificationKind)
    dedupe_key = models.CharField(_("key"), max_length=150, unique=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    activity = models.ForeignKey(
        "activities.Activity", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("activity")
    )
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("organization")
    )
    round = models.ForeignKey(
        "activities.ReportingRound",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("reporting round"),
    )
    update = models.ForeignKey(
        "activities.StatusUpdate", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("update")
    )
    participation = models.ForeignKey(
        "activities.Participation",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("participation"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("caused by")
    )
    # What the words need besides: a coordinator's sentence, numbers, why this recipient was chosen.
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    # Only mailed, such as the digest: it has no place in the list.
    hidden = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    mail_state = models.CharField(_("mail"), max_length=12, choices=MailState, default=MailState.NONE)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Before this moment it is not tried (again).
    send_after = models.DateTimeField(_("not before"), default=timezone.now)
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_to = models.EmailField(_("sent to"), blank=True)
    error = models.TextField(_("what the mail server said"), blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(address=""), name="notification_has_a_recipient"
            )
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notification_list"),
            models.Index(fields=["send_after"], condition=Q(mail_state=MailState.QUEUED), name="notification_queue"),
            models.Index(fields=["round", "organization", "kind"], name="notification_round"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.user or self.address}"


class Unsubscription(models.Model):
    """Mail of one kind that a person, or a mailbox, does not want. The list on screen is not affected."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="unsubscriptions",
        verbose_name=_("person"),
    )
    address = models.EmailField(_("mailbox"), blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=NotificationKind)
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("mail not wanted")
        verbose_name_plural = _("mail not wanted")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(user__isnull=False), name="person_unsubscribes_once"
            ),
            models.UniqueConstraint(
                fields=["address", "kind"], condition=~Q(address=""), name="mailbox_unsubscribes_once"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, address="") | (Q(user__isnull=True) & ~Q(address="")),
                name="unsubscription_of_a_person_or_a_mailbox",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.address}: {self.get_kind_display()}"


class UndeliverableAddress(models.Model):
    """An address the mail server refused for good. Nothing is sent to it until an administrator removes this row."""

    address = models.EmailField(_("e-mail address"), unique=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    said = models.TextField(_("what the mail server said"), blank=True)

    class Meta:
        verbose_name = _("undeliverable address")
        verbose_name_plural = _("undeliverable addresses")
        ordering = ["-since"]

    def __str__(self) -> str:
        return self.address


class Follow(models.Model):
    """What a person wants to hear of: an activity, an area, an organization, or the result of a filter."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows", verbose_name=_("person"))
    activity = models.ForeignKey(
        "activities.Activity", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("activity")
    )
    area = models.ForeignKey(
        "activities.Area", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("area")
    )
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("organization")
    )
    # The query string of the activity report, in its tidy form.
    query = models.CharField(_("filter"), max_length=1000, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("followed")
        verbose_name_plural = _("followed")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "activity"], condition=Q(activity__isnull=False), name="follows_an_activity_once"
            ),
            models.UniqueConstraint(
                fields=["user", "area"], condition=Q(area__isnull=False), name="follows_an_area_once"
            ),
            models.UniqueConstraint(
                fields=["user", "organization"],
                condition=Q(organization__isnull=False),
                name="follows_an_organization_once",
            ),
            models.UniqueConstraint(fields=["user", "query"], condition=~Q(query=""), name="follows_a_filter_once"),
        ]

    def __str__(self) -> str:
        return str(self.activity or self.area or self.organization or self.name)
