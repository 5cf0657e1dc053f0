"""The source documents: frameworks, their text, principles, areas, and who took part in the meeting."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from tracker.toolkit.dates import PartialDateField


class Framework(models.Model):
    """A source document and the meeting that made it."""

    code = models.SlugField(
        _("code"), max_length=60, unique=True, help_text=_("As it stands in addresses: S-2001-138.")
    )
    symbol = models.CharField(_("document symbol"), max_length=60)
    title = models.CharField(_("title of the document"), max_length=300)
    short_title = models.CharField(
        _("short title"), max_length=200, help_text=_("Framework for cooperation in peace-building")
    )
    subtitle = models.CharField(_("subtitle"), max_length=300, blank=True)
    issued_on = PartialDateField(_("date of the document"))
    meeting_name = models.CharField(_("meeting"), max_length=300, blank=True)
    meeting_theme = models.CharField(_("theme of the meeting"), max_length=200, blank=True)
    meeting_place = models.CharField(_("place of the meeting"), max_length=120, blank=True)
    meeting_chair = models.CharField(_("chair of the meeting"), max_length=200, blank=True)
    meeting_started_on = PartialDateField(_("first day of the meeting"))
    meeting_ended_on = PartialDateField(_("last day of the meeting"))
    legal_nature = models.TextField(_("legal nature"), blank=True)
    source_language = models.CharField(
        _("language of the source text"), max_length=10, choices=settings.LANGUAGES, default="zh-hans"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("framework")
        verbose_name_plural = _("frameworks")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.symbol

    def get_absolute_url(self) -> str:
        return reverse("framework-detail", args=[self.code])


class Passage(models.Model):
    """A paragraph, heading or note of the source document, in order, citable by its anchor."""

    class Part(models.TextChoices):
        LETTER = "letter", _("Letter")
        ANNEX_I = "annex_i", _("Annex I")
        ANNEX_II = "annex_ii", _("Annex II")
        ANNEX_III = "annex_iii", _("Annex III")
        EDITORIAL = "editorial", _("Editorial notes")

    class Kind(models.TextChoices):
        HEADING = "heading", _("Heading")
        PARAGRAPH = "paragraph", _("Paragraph")
        FOOTNOTE = "footnote", _("Footnote")
        NOTE = "note", _("Editorial note")

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="passages", verbose_name=_("framework"))
    part = models.CharField(_("part"), max_length=20, choices=Part)
    position = models.PositiveSmallIntegerField(_("position"))
    anchor = models.SlugField(_("anchor"), max_length=60, help_text=_("As it stands in addresses: letter-2, K3."))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.PARAGRAPH)
    number = models.CharField(_("number"), max_length=20, blank=True, help_text=_("As printed: 2, I, II.A."))
    title = models.CharField(
        _("title"), max_length=300, blank=True, help_text=_("Our own short title, where there is one.")
    )
    text = models.TextField(_("text"), blank=True)
    source = models.CharField(_("source"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering = ["framework", "part", "position"]
        constraints = [models.UniqueConstraint(fields=["framework", "anchor"], name="passage_anchor_once")]

    def __str__(self) -> str:
        return f"{self.framework} {self.anchor}"


class Principle(models.Model):
    """A guiding principle of a framework."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="principles", verbose_name=_("framework"))
    code = models.CharField(_("code"), max_length=20)
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("principle")
        verbose_name_plural = _("principles")
        ordering = ["framework", "position"]
        constraints = [models.UniqueConstraint(fields=["framework", "code"], name="principle_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Area(models.Model):
    """An area of activity of a framework, such as A capacity-building."""

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="areas", verbose_name=_("framework"))
    code = models.CharField(_("code"), max_length=10)
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=200)

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["framework", "position"]
        constraints = [models.UniqueConstraint(fields=["framework", "code"], name="area_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class ParticipantGroup(models.Model):
    """A heading of the list of participants (annex III)."""

    framework = models.ForeignKey(
        Framework, models.CASCADE, related_name="participant_groups", verbose_name=_("framework")
    )
    code = models.CharField(_("code"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=200)
    title_as_printed = models.CharField(_("title as printed"), max_length=200, blank=True)
    footnote_as_printed = models.CharField(_("footnote as printed"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("group of participants")
        verbose_name_plural = _("groups of participants")
        ordering = ["framework", "position"]
        constraints = [models.UniqueConstraint(fields=["framework", "code"], name="participant_group_code_once")]

    def __str__(self) -> str:
        return self.title


class FrameworkParticipant(models.Model):
    """An organization as listed in the framework's own list of participants, under the name printed there."""

    group = models.ForeignKey(ParticipantGroup, models.CASCADE, related_name="entries", verbose_name=_("group"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="framework_entries", verbose_name=_("organization")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name_as_printed = models.CharField(_("name as printed"), max_length=250)

    class Meta:
        verbose_name = _("participant of the meeting")
        verbose_name_plural = _("participants of the meeting")
        ordering = ["group", "position"]
        constraints = [models.UniqueConstraint(fields=["group", "organization"], name="framework_participant_once")]

    def __str__(self) -> str:
        return self.name_as_printed
