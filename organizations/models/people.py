"""Who may sign in, and for which organization they speak."""

import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from tracker.toolkit.words import refuse_turned_names

from ..choices import COORDINATORS, REPORTING_ROLES, MembershipRole
from .organization import Organization


class UserManager(BaseUserManager["User"]):
    """Creates people; their e-mail address is their login."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("a user needs an e-mail address")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address."""

    email = models.EmailField(
        _("e-mail address"), unique=True, error_messages={"unique": _("Someone already signs in with this address.")}
    )
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("interface language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Untick instead of deleting: what the person wrote stays.")
    )
    # Counted where notifications are written and read, so that no page has to count them.
    unread_notifications = models.PositiveIntegerField(default=0, editable=False)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name", "email"]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        refuse_turned_names(self, "name")

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @cached_property
    def is_coordinator(self) -> bool:
        """Keeps the register: a member of the coordinators' group, or an administrator."""
        return self.is_active and (self.is_superuser or self.is_in_coordinators)

    @cached_property
    def is_in_coordinators(self) -> bool:
        """Member of the coordinators' group; the person of a session is read together with it."""
        return self.groups.filter(name=COORDINATORS).exists()

    @cached_property
    def current_memberships(self) -> list["Membership"]:
        """Today's memberships with their organizations, read once per request."""
        memberships = self.memberships.active_on(timezone.localdate()).order_by("pk")
        return list(memberships.select_related("organization"))

    @property
    def organization_ids(self) -> set[int]:
        """Organizations this person belongs to today, in any role."""
        return {membership.organization_id for membership in self.current_memberships}

    @property
    def reporting_organization_ids(self) -> set[int]:
        """Organizations this person may report for."""
        return {m.organization_id for m in self.current_memberships if m.role in REPORTING_ROLES}

    @property
    def focal_organization_ids(self) -> set[int]:
        """Organizations whose focal point this person is."""
        return {m.organization_id for m in self.current_memberships if m.role == MembershipRole.FOCAL_POINT}


class MembershipQuerySet(models.QuerySet):
    def active_on(self, day: datetime.date) -> "MembershipQuerySet":
        return self.filter(Q(since__isnull=True) | Q(since__lte=day), Q(until__isnull=True) | Q(until__gte=day))


class Membership(models.Model):
    """A person's place in an organization, from a day and until a day."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="memberships", verbose_name=_("organization")
    )
    role = models.CharField(_("role"), max_length=20, choices=MembershipRole, default=MembershipRole.READER)
    post = models.CharField(
        _("post"), max_length=150, blank=True, help_text=_("Better than a name: posts stay when people move on.")
    )
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["organization", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization", "role"],
                condition=Q(until__isnull=True),
                name="membership_open_once",
                violation_error_message=_("This person already has this role in this organization."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=models.F("since")),
                name="membership_ends_after_it_begins",
                violation_error_message=_("The last day must not be before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.organization} ({self.get_role_display()})"
