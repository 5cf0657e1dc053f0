"""Saved reports: a view of the register with its filters under a name, and what a person sees first."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from tracker.toolkit.words import refuse_turned_names

from ..choices import ReportKind, Sharing, StartPage

# The name of the address that shows each kind. What is not installed cannot be saved.
ADDRESS_NAMES = {
    ReportKind.LIST: "activity-list",
    ReportKind.MATRIX: "matrix",
    ReportKind.TIMELINE: "timeline",
    ReportKind.FRAMEWORK: "framework-report",
    ReportKind.BRIEF: "organization-brief",
    ReportKind.OBSTACLES: "obstacle-report",
}
# Without letters and digits that are taken for one another when a link is read aloud.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
KEY_LENGTH = 10


def new_key() -> str:
    """The end of a report's address: at random, so that it does not tell how many there are."""
    return get_random_string(KEY_LENGTH, ALPHABET)


class SavedReportQuerySet(models.QuerySet):
    """Saved reports, as sets."""

    def usable_by(self, user: Any) -> "SavedReportQuerySet":
        """The same rule as `activities.use_saved_report`, for many rows."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(owner=user) | Q(sharing=Sharing.MEMBERS) | shared_with(user.organization_ids))

    def close_to(self, user: Any) -> "SavedReportQuerySet":
        """This person's own, and those shared with the person's organizations; the own ones first, then the newest."""
        if not user.is_authenticated:
            return self.none()
        own = Case(When(owner=user, then=Value(0)), default=Value(1))
        return self.filter(Q(owner=user) | shared_with(user.organization_ids)).order_by(own, "-changed_at", "-pk")

    def of_name(self, owner: Any, name: str) -> "SavedReport | None":
        found: Any = self.filter(owner=owner, name=name).first()
        return found

    def shared_by_others(self, user: Any) -> "SavedReportQuerySet":
        """What others have shared with this person: with an organization first, then with everybody."""
        rows = self.usable_by(user).exclude(owner=user.pk)
        wide = Case(When(sharing=Sharing.ORGANIZATION, then=Value(0)), default=Value(1))
        return rows.order_by(wide, "organization", "name", "pk")


def shared_with(organization_ids: Iterable[int]) -> Q:
    return Q(sharing=Sharing.ORGANIZATION, organization__in=list(organization_ids))


class SavedReport(models.Model):
    """A view of the register under a name: which view, of what, with which parameters.

    It holds no rows: whoever opens it reads the rows that he or she may read.
    """

    key = models.CharField(_("end of the address"), max_length=20, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_reports", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("view"), max_length=20, choices=ReportKind)
    # What the address names besides: the code of a framework, the address of an organization.
    subject = models.CharField(_("of what"), max_length=100, blank=True)
    # The query string, its parameters by name; values keep their order, which says that of columns.
    query = models.CharField(_("filter"), max_length=2000, blank=True)
    # {parameter: {value: words}} in `language`, as they were when it was saved: values may vanish from the register.
    words = models.JSONField(_("values in words"), default=dict, blank=True)
    language = models.CharField(_("language of the words"), max_length=10, choices=settings.LANGUAGES, default="en")
    sharing = models.CharField(_("shared with"), max_length=20, choices=Sharing, default=Sharing.PRIVATE)
    # Empty where it is not shared with one, or where that one was removed.
    organization = models.ForeignKey(
        Organization,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="saved_reports",
        verbose_name=_("organization"),
    )
    created_at = models.DateTimeField(_("saved"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SavedReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved report")
        verbose_name_plural = _("saved reports")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="saved_report_named_once",
                violation_error_message=_("A saved report of this name exists already."),
            ),
            models.CheckConstraint(
                condition=Q(sharing=Sharing.ORGANIZATION) | Q(organization__isnull=True),
                name="saved_report_shared_one_way",
                violation_error_message=_("Choose one way of sharing."),
            ),
        ]
        indexes = [
            models.Index(fields=["sharing", "organization", "name"], name="saved_report_shared"),
            models.Index(fields=["owner", "-changed_at"], name="saved_report_own"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("report-open", args=[self.key])

    def clean(self) -> None:
        refuse_turned_names(self, "name")

    @property
    def path(self) -> str:
        """The address of the view without its parameters; "" where it is not installed."""
        return address_of(self.kind, self.subject)

    @property
    def target(self) -> str:
        """The address that it stands for."""
        return f"{self.path}?{self.query}" if self.query else self.path


def address_of(kind: str, subject: str = "") -> str:
    """Where a kind of report is read; "" where no address of this installation shows it."""
    try:
        return reverse(ADDRESS_NAMES[ReportKind(kind)], args=[subject] if subject else [])
    except (NoReverseMatch, ValueError):
        return ""


class StartView(models.Model):
    """What one person sees first after signing in. Without such a row it is the desk."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="start_view", verbose_name=_("person")
    )
    page = models.CharField(_("page"), max_length=20, choices=StartPage, default=StartPage.DESK)
    # Empty also where the report was deleted: then the overview is shown, with a word on it.
    report = models.ForeignKey(
        SavedReport, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("saved report")
    )

    class Meta:
        verbose_name = _("start view")
        verbose_name_plural = _("start views")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(page=StartPage.REPORT) | Q(report__isnull=True), name="start_view_is_one_page"
            )
        ]

    def __str__(self) -> str:
        return str(self.report or self.get_page_display())
