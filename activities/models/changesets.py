"""Changes that belong together: a bulk change or an import, told as one event that unfolds."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..choices import ChangeSetKind

# What was done, by the code that `title` holds for acts the product knows.
DONE = {
    "set_visibility": _("Who may see the activities was set"),
    "add_fields": _("Functional fields were added"),
    "set_fields": _("Functional fields were replaced"),
    "add_themes": _("Themes were added"),
    "set_themes": _("Themes were replaced"),
    "undertakings": _("Undertakings were imported"),
    "participations": _("Participations were imported"),
    "updates": _("Updates were imported"),
    "undo": _("An import was taken back"),
}


class ChangedRecord(models.TextChoices):
    """What a record of a set of changes is about."""

    ACTIVITY = "activity", _("activity")
    PARTICIPATION = "participation", _("participation")
    UPDATE = "update", _("entry of the log")


class ChangeSet(models.Model):
    """One act of one person that changed several records."""

    kind = models.CharField(_("kind"), max_length=10, choices=ChangeSetKind)
    # A code of `DONE`, or words.
    title = models.CharField(_("what was done"), max_length=200)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by"))
    at = models.DateTimeField(_("changed"), default=timezone.now)
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="undone", verbose_name=_("takes back")
    )

    class Meta:
        verbose_name = _("set of changes")
        verbose_name_plural = _("sets of changes")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """What was done, in the reader's language where the product knows it."""
        return str(DONE.get(self.title, self.title))


class ChangeSetEntry(models.Model):
    """One record that the act wrote: of the history of an activity or a participation, or an entry of a log.

    Whatever becomes of the activity, what was done to it stays told: then `code` alone names it.
    """

    change_set = models.ForeignKey(ChangeSet, models.CASCADE, related_name="entries", verbose_name=_("set of changes"))
    activity = models.ForeignKey(
        "activities.Activity",
        models.SET_NULL,
        null=True,
        related_name="change_set_entries",
        verbose_name=_("activity"),
    )
    code = models.CharField(_("reference"), max_length=30, blank=True)
    what = models.CharField(_("what was changed"), max_length=20, choices=ChangedRecord, default=ChangedRecord.ACTIVITY)
    # The act entered it in the register.
    created = models.BooleanField(_("new"), default=False)
    # Its number among the histories of activities or of participations, or the key of the entry of the log.
    history_id = models.PositiveBigIntegerField(_("record of history"))

    class Meta:
        verbose_name = _("change in a set")
        verbose_name_plural = _("changes in a set")
        ordering = ["change_set", "id"]
        constraints = [models.UniqueConstraint(fields=["what", "history_id"], name="record_in_one_set")]

    def __str__(self) -> str:
        return f"{self.change_set_id}/{self.activity_id}"
