"""What words of a notification consist of, and names that are safe to stand in them."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from organizations.models import Organization
from tracker.toolkit.texts import NO_TEXT, Text, find_text
from tracker.toolkit.words import TURNING

from ..models import Activity, Notification
from .addresses import COORDINATION, MAILBOX

# A subject is cut by mail programs in any case; a title of 300 letters must not push the rest of it away.
LONGEST_TITLE = 80
# Marks of direction that turn nothing around, but are as invisible.
INVISIBLE = TURNING | frozenset("\u200e\u200f\u061c\ufeff")


@dataclass(frozen=True)
class Line:
    """One line of the digest: an activity, and what happened to it, both in the recipient's language."""

    activity: str
    code: str
    title: str
    text: str

    @property
    def path(self) -> str:
        framework, _slash, code = self.activity.partition("/")
        return reverse("activity-detail", args=[framework, code])


@dataclass(frozen=True)
class Words:
    """What a person reads, on the screen or in mail: plain texts, to be escaped where they are shown.

    `points` follow the sentences as a list; `quote` is what a person wrote, with its language, and `quoted` says who.
    `path` is the place to act, `button` the words on the way there. `told` is False where the words are empty on
    purpose: then no mail is sent.
    """

    subject: str
    sentences: tuple[str, ...]
    button: str
    path: str
    points: tuple[str, ...] = ()
    quoted: str = ""
    quote: Text = NO_TEXT
    lines: tuple[Line, ...] = ()
    told: bool = True


def one_line(text: object, longest: int = 0) -> str:
    """A text on one line, without control characters and marks of direction; cut with “…” where it is too long."""
    kept = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in str(text) if c not in INVISIBLE)
    line = " ".join("".join(kept).split())
    return Truncator(line).chars(longest) if longest else line


def organization_name(organization: Any) -> str:
    """The short name in the reader's language."""
    if organization is None:
        return _("An organization")
    return one_line(find_text(organization, "acronym").value or find_text(organization, "name").value)


def activity_name(activity: Activity, longest: int = 0) -> str:
    """“A.5.1 Joint course”."""
    return f"{activity.code} {one_line(find_text(activity, 'title').value, longest)}"


def activity_of(notification: Notification) -> Activity | None:
    """The activity it speaks of, whichever of its columns names it."""
    if notification.activity_id:
        return notification.activity
    if notification.participation_id:
        return notification.participation.activity
    return notification.update.activity if notification.update_id else None


def stood_for(notification: Notification) -> Any:
    """The organization whose focal point should have been told, where somebody else is: a row, or its names."""
    if found := getattr(notification, "stood_for", None):  # read with the row
        return found
    pk = notification.facts.get("instead_of")
    if pk is None or pk == notification.organization_id:
        return notification.organization
    return Organization.objects.filter(pk=pk).first()


def slug_of(organization: Any) -> str:
    return str(organization["slug"] if isinstance(organization, Mapping) else organization.slug)


def why_this_recipient(notification: Notification) -> list[str]:
    """Said where somebody else is written to than the focal point named for it, and how there comes to be one."""
    sentences = {
        MAILBOX: _("%(organization)s has named no focal point whom mail reaches, so this goes to its mailbox."),
        COORDINATION: _(
            "%(organization)s has named no focal point whom mail reaches, so this goes to the coordinators."
        ),
    }
    because = notification.facts.get("because", "")
    if because not in sentences:
        return []
    facts = {"organization": organization_name(stood_for(notification)), "address": settings.SECRETARIAT_EMAIL}
    if because == COORDINATION:
        return [sentences[because] % facts]
    account = (
        _("To answer on the site, an account is needed: to have one opened for a focal point, write to %(address)s.")
        if settings.SECRETARIAT_EMAIL
        else _("To answer on the site, an account is needed: ask the secretariat to open one for a focal point.")
    )
    return [sentences[because] % facts, account % facts]


def person_wrote(person: Any) -> str:
    return _("%(name)s wrote") % {"name": one_line(person)} if person else _("A coordinator wrote")
