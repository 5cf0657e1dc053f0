"""Who exists: organizations, the names they had, what is known about them."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tracker.toolkit.dates import PartialDateField
from tracker.toolkit.words import refuse_turned_names

from ..choices import OrganizationKind

# Where an organization, or one of its earlier names, says what it is called in each language.
NAME_COLUMNS = tuple(
    f"{field}_{code.replace('-', '_')}" for field in ("acronym", "name") for code in settings.MODELTRANSLATION_LANGUAGES
)


class OrganizationQuerySet(models.QuerySet):
    """Sets of organizations, named as one would say them."""

    def by_acronym(self) -> "OrganizationQuerySet":
        return self.order_by("acronym", "slug")


class Organization(models.Model):
    """An organization under its present name; earlier names are rows of `OrganizationName`.

    A rename keeps the organization; a succession ends one and names another as `successor`.
    """

    slug = models.SlugField(
        _("address"), max_length=60, unique=True, help_text=_("The last part of its page's address.")
    )
    acronym = models.CharField(_("acronym"), max_length=60, help_text=_("The short name shown in tables."))
    name = models.CharField(_("name"), max_length=250)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganizationKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("part of")
    )
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name=_("successor")
    )
    succeeded_on = PartialDateField(
        _("succeeded on"), help_text=_("The day the successor took over, as far as it is known.")
    )
    seat = models.CharField(_("seat"), max_length=120, blank=True)
    mailbox = models.EmailField(
        _("mailbox"), blank=True, help_text=_("Written to where the organization has no focal point.")
    )
    website = models.CharField(_("website"), max_length=200, blank=True)
    working_languages = models.JSONField(
        _("working languages"), default=list, blank=True, help_text=_("Language codes, such as en or fr.")
    )
    is_demonstration = models.BooleanField(
        _("demonstration"), default=False, help_text=_("Invented, to show how the register works.")
    )
    search_text = models.TextField(editable=False, default="")

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["acronym", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(successor__isnull=True) | ~models.Q(successor=models.F("id")),
                name="organization_is_not_its_own_successor",
                violation_error_message=_("An organization cannot succeed itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.acronym or self.name

    def get_absolute_url(self) -> str:
        return reverse("organization-detail", args=[self.slug])

    def clean(self) -> None:
        refuse_turned_names(self, "name", "acronym")


class OrganizationName(models.Model):
    """A name an organization had for a time; `until` is the day it ceased to be used."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="names", verbose_name=_("organization"))
    acronym = models.CharField(_("acronym"), max_length=60, blank=True)
    name = models.CharField(_("name"), max_length=250)
    since = PartialDateField(_("since"))
    until = PartialDateField(_("until"))
    source = models.CharField(_("source"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("name through time")
        verbose_name_plural = _("names through time")
        ordering = ["organization", "since", "id"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_turned_names(self, "name", "acronym")


class OrganizationNote(models.Model):
    """A dated fact about an organization and where it is written."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="notes", verbose_name=_("organization"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    occurred_on = PartialDateField(_("date"))
    text = models.TextField(_("text"))
    language = models.CharField(_("language"), max_length=10, default="en")
    source = models.CharField(_("source"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["organization", "position", "id"]

    def __str__(self) -> str:
        return self.text[:80]
