"""Notifications in words: made when somebody reads them, of what that person may read at that moment."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.models import Organization

from ..choices import NotificationKind
from ..models import Activity, FrozenReport, Notification
from . import of_activities, of_rounds
from .wording import Line, Words, activity_of, one_line

WORDS: dict[str, Callable[[Notification], Words]] = {
    NotificationKind.CALL: of_rounds.call,
    NotificationKind.DUE_SOON: of_rounds.due_soon,
    NotificationKind.OVERDUE: of_rounds.overdue,
    NotificationKind.REMINDER: of_rounds.reminder,
    NotificationKind.ROUND_CLOSED: of_rounds.round_closed,
    NotificationKind.RETURNED: of_activities.returned,
    NotificationKind.ACCEPTED: of_activities.accepted,
    NotificationKind.INVITATION: of_activities.invitation,
    NotificationKind.ANSWER: of_activities.answer,
    NotificationKind.LEAD_CHANGE: of_activities.lead_change,
    NotificationKind.MENTION: of_activities.mention,
    NotificationKind.FOLLOWED: of_activities.followed,
}


# Of the organization for which somebody else is written to: its names in every language, and its address.
NAMES = {"slug": "slug"} | {
    column: column
    for code in settings.MODELTRANSLATION_LANGUAGES
    for column in (f"acronym_{code.replace('-', '_')}", f"name_{code.replace('-', '_')}")
}


@dataclass(frozen=True)
class Mailbox:
    """Organizations that read their mail without an account: they may read what their members may."""

    organization_ids: frozenset[int]
    is_authenticated = True
    is_coordinator = False


def reader_of(notification: Notification) -> Any:
    """Who reads it: a person, or whoever has the mailbox today."""
    if notification.user_id:
        return notification.user
    return Mailbox(frozenset(Organization.objects.filter(mailbox=notification.address).values_list("pk", flat=True)))


def with_rows(queryset: QuerySet, reader: Any) -> QuerySet:
    """These notifications with everything their words need: two statements, however many there are.

    `reader` is whose they are; what that person may no longer read is told without its name.
    """
    about = Coalesce("activity", "participation__activity", "update__activity")
    newest_report = FrozenReport.objects.filter(round=OuterRef("round")).order_by("-version").values("version")[:1]
    readable = Activity.objects.visible_to(reader).filter(pk=OuterRef("about")).order_by()
    stood_for = Organization.objects.filter(pk=Cast(OuterRef("facts__instead_of"), BigIntegerField())).order_by()
    return (
        queryset.select_related(
            "activity__framework",
            "participation__activity__framework",
            "participation__organization",
            "update__activity__framework",
            "update__organization",
            "update__review",
            "organization",
            "round",
            "by",
        )
        .prefetch_related("update__review__reasons")
        .annotate(
            about=about,
            newest_report=Subquery(newest_report),
            stood_for=Subquery(stood_for.annotate(told=JSONObject(**NAMES)).values("told")),
        )
        .annotate(readable=Exists(readable))
    )


def words_of(notification: Notification) -> Words:
    """What this notification says, in the active language. Rows of `with_rows` cost no further statement, but a digest
    costs one: what was written into it then is told as far as it may be read today.
    """
    if notification.kind == NotificationKind.DIGEST:
        lines = _readable_lines(notification)
        return of_activities.digest(notification, lines) if lines else _untold(_("Nothing that you can still see"))
    if not _is_readable(notification):
        return _untold(_("An activity that you can no longer see"))
    if "unmanned" in notification.facts:
        return of_rounds.unmanned(notification)
    return WORDS[notification.kind](notification)


def _untold(subject: str) -> Words:
    return Words(subject, (), _("Open my desk"), reverse("desk"), told=False)


def _is_readable(notification: Notification) -> bool:
    activity = activity_of(notification)
    if activity is None:
        return True
    if hasattr(notification, "readable"):
        return notification.readable
    return Activity.objects.visible_to(reader_of(notification)).filter(pk=activity.pk).exists()


def _readable_lines(notification: Notification) -> tuple[Line, ...]:
    written = notification.facts.get("lines", ())
    codes = {line["activity"].partition("/")[2] for line in written}
    rows = Activity.objects.visible_to(reader_of(notification)).filter(code__in=codes).order_by()
    readable = {f"{framework}/{code}" for framework, code in rows.values_list("framework__code", "code")}
    return tuple(
        Line(line["activity"], line["code"], one_line(line["title"]), one_line(line["text"]))
        for line in written
        if line["activity"] in readable
    )
