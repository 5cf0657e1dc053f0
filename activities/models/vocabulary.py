"""Controlled lists that the framework itself names; each entry says where it is named."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class VocabularyEntry(models.Model):
    """An entry of a controlled list: a code for addresses and exports, a title in six languages."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source = models.CharField(
        _("named in"), max_length=200, blank=True, help_text=_("Where the framework names it, such as P5 or C.1.b.")
    )

    class Meta:
        abstract = True
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.title


class FunctionalField(VocabularyEntry):
    """One of the functional fields of peace-building."""

    class Meta(VocabularyEntry.Meta):
        verbose_name = _("functional field")
        verbose_name_plural = _("functional fields")


class Theme(VocabularyEntry):
    """A cross-cutting concern."""

    class Meta(VocabularyEntry.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")


class ObstacleKind(VocabularyEntry):
    """What stands in the way; the first three are the obstacles named at the meeting of 2001."""

    class Meta(VocabularyEntry.Meta):
        verbose_name = _("kind of obstacle")
        verbose_name_plural = _("kinds of obstacle")


class ResourceKind(VocabularyEntry):
    """A kind of resource (principle 2)."""

    class Meta(VocabularyEntry.Meta):
        verbose_name = _("kind of resource")
        verbose_name_plural = _("kinds of resource")


class PartnerKind(VocabularyEntry):
    """A kind of partner that the framework names besides the participating organizations."""

    class Meta(VocabularyEntry.Meta):
        verbose_name = _("kind of partner")
        verbose_name_plural = _("kinds of partner")
