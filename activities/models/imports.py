"""A file read and previewed, waiting to be imported: private to who sent it, and kept for hours only."""

import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .changesets import ChangeSet

KEPT_FOR = datetime.timedelta(hours=4)


class SheetKind(models.TextChoices):
    """What the rows of an imported table are."""

    UNDERTAKINGS = "undertakings", _("Undertakings")
    PARTICIPATIONS = "participations", _("Participations")
    UPDATES = "updates", _("Updates")


class PreparedImportQuerySet(models.QuerySet):
    """Prepared imports, as sets."""

    def expired(self) -> "PreparedImportQuerySet":
        return self.filter(made_at__lt=timezone.now() - KEPT_FOR)

    def of(self, person: object) -> "PreparedImportQuerySet":
        """Those this person may still look at."""
        return self.filter(by=person, made_at__gte=timezone.now() - KEPT_FOR)


class PreparedImport(models.Model):
    """The cells of a file as text, and what importing them would do: `plan`, with the `digest` of what it rests on."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("sent by"))
    kind = models.CharField(_("kind"), max_length=20, choices=SheetKind)
    name = models.CharField(_("file"), max_length=120)
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    table = models.JSONField(_("cells"), default=dict)
    plan = models.JSONField(_("preview"), default=dict)
    digest = models.CharField(max_length=64, blank=True)
    # The language in which the preview speaks.
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    made_at = models.DateTimeField(_("sent"), default=timezone.now)
    change_set = models.OneToOneField(
        ChangeSet, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("set of changes")
    )

    objects = PreparedImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("prepared import")
        verbose_name_plural = _("prepared imports")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["by", "made_at"], name="prepared_import_of_person")]

    def __str__(self) -> str:
        return self.name
