"""What somebody has typed and not yet saved as an update: kept on the server, seen by its author only."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class UpdateDraft(models.Model):
    """The fields of an unsent update form, as typed. One for each person and activity."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="update_drafts", verbose_name=_("author")
    )
    activity = models.ForeignKey(
        "activities.Activity", models.CASCADE, related_name="drafts", verbose_name=_("activity")
    )
    data = models.JSONField(_("fields"), default=dict)
    saved_at = models.DateTimeField(_("kept"), auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["-saved_at"]
        constraints = [models.UniqueConstraint(fields=["author", "activity"], name="one_draft_each")]

    def __str__(self) -> str:
        return f"{self.author_id}/{self.activity_id}"
