"""What is said of rounds: calls, reminders, and that a round is closed; in the active language."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.toolkit.days import day_words
from tracker.toolkit.texts import NO_TEXT, Text

from ..models import Notification
from .wording import LONGEST_TITLE, Words, one_line, organization_name, person_wrote, why_this_recipient


def _of_round(notification: Notification) -> dict[str, Any]:
    made: Any = notification.round
    return {
        "organization": organization_name(notification.organization),
        "round": one_line(made.title, LONGEST_TITLE),
        "due": day_words(made.due_on),
        "start": day_words(made.period_start),
        "end": day_words(made.period_end),
        "number": int(notification.facts.get("requests") or 1),
    }


def _asking(notification: Notification, subject: str, *sentences: str, **more: Any) -> Words:
    """The place to answer is one's desk; a mailbox has none, so it is shown what needs no account."""
    path = reverse("desk") if notification.user_id else reverse("round-list")
    button = _("Answer on my desk") if notification.user_id else _("See the reporting rounds")
    return Words(subject, (*sentences, *why_this_recipient(notification)), button, path, **more)


def unmanned(notification: Notification) -> Words:
    """Told to coordinators of all organizations together that have nobody whom a call or a reminder could reach."""
    facts = _of_round(notification) | {"number": len(notification.facts["unmanned"])}
    subject = ngettext(
        "%(round)s: %(number)d organization cannot be reached",
        "%(round)s: %(number)d organizations cannot be reached",
        facts["number"],
    )
    sentence = ngettext(
        "%(number)d organization that is asked in “%(round)s” has named no focal point whom mail reaches.",
        "%(number)d organizations that are asked in “%(round)s” have named no focal point whom mail reaches.",
        facts["number"],
    )
    return Words(
        subject % facts,
        (sentence % facts, _("So this goes to the coordinators. Answers are due on %(due)s.") % facts),
        _("Open the round"),
        notification.round.get_absolute_url(),
    )


def call(notification: Notification) -> Words:
    made: Any = notification.round
    facts = _of_round(notification)
    asked = ngettext(
        "%(organization)s is asked for an update on %(number)d activity in the reporting round “%(round)s”.",
        "%(organization)s is asked for updates on %(number)d activities in the reporting round “%(round)s”.",
        facts["number"],
    )
    return _asking(
        notification,
        _("%(round)s: updates asked of %(organization)s by %(due)s") % facts,
        asked % facts,
        _("The period is from %(start)s to %(end)s. Answers are due on %(due)s.") % facts,
        _("Where nothing has changed, say so: “No change to report” is an answer and takes one click."),
        quote=Text(made.asked, made.language) if made.asked else NO_TEXT,
        quoted=_("What is asked") if made.asked else "",
    )


def due_soon(notification: Notification) -> Words:
    facts = _of_round(notification)
    sentence = ngettext(
        "%(number)d update that %(organization)s is asked for in “%(round)s” is due on %(due)s.",
        "%(number)d updates that %(organization)s is asked for in “%(round)s” are due on %(due)s.",
        facts["number"],
    )
    return _asking(notification, _("%(round)s: answers of %(organization)s due on %(due)s") % facts, sentence % facts)


def overdue(notification: Notification) -> Words:
    facts = _of_round(notification)
    sentence = ngettext(
        "%(number)d update that %(organization)s is asked for in “%(round)s” was due on %(due)s.",
        "%(number)d updates that %(organization)s is asked for in “%(round)s” were due on %(due)s.",
        facts["number"],
    )
    return _asking(
        notification, _("%(round)s: answers of %(organization)s overdue since %(due)s") % facts, sentence % facts
    )


def reminder(notification: Notification) -> Words:
    facts = _of_round(notification)
    sentence = ngettext(
        "%(number)d update that %(organization)s is asked for in “%(round)s” has not arrived yet.",
        "%(number)d updates that %(organization)s is asked for in “%(round)s” have not arrived yet.",
        facts["number"],
    )
    is_past = notification.round.due_on < timezone.localdate()
    due = _("Answers were due on %(due)s.") if is_past else _("Answers are due on %(due)s.")
    said, language = notification.facts.get("sentence", ""), notification.facts.get("language", "en")
    return _asking(
        notification,
        _("%(round)s: reminder to %(organization)s") % facts,
        sentence % facts,
        due % facts,
        quote=Text(said, language) if said else NO_TEXT,
        quoted=person_wrote(notification.by) if said else "",
    )


def round_closed(notification: Notification) -> Words:
    made: Any = notification.round
    facts = _of_round(notification)
    if hasattr(notification, "newest_report"):  # read with the row
        version = notification.newest_report
    else:
        version = made.reports.order_by("-version").values_list("version", flat=True).first()
    path = made.get_absolute_url() if notification.user_id else reverse("round-list")
    if version:
        path = reverse("frozen-report", args=[made.number, version])
    return Words(
        _("%(round)s is closed") % facts,
        (
            _("The reporting round “%(round)s” is closed.") % facts,
            _("Its report shows the register as it stood on that day, and stays as it is."),
            *why_this_recipient(notification),
        ),
        _("Read the report"),
        path,
    )
