"""The weekly digest: by mail, what changed in what a person follows, and what is asked of the person's organization."""

import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from organizations.choices import REPORTING_ROLES
from organizations.models import Organization, User
from tracker.toolkit.days import day_words
from tracker.toolkit.texts import find_text

from ..choices import NotificationKind, Role, Status
from ..models import Activity, Notification
from ..notifications import Recipient, Telling, write
from .asked import Asking, asked_of
from .audience import Audience, know_rights
from .changes import ENTERED, PARTICIPANTS, STATUS, Change, changes_since

EVERY_DAYS = 7
# After an interruption it goes back so far and no further.
LOOK_BACK_DAYS = 14
LINES = 60
BATCH = 200


class Content(NamedTuple):
    """What one person would read: `fresh` says whether anything of it is new since the last digest."""

    asked: list[Asking]
    changes: dict[int, list[Change]]
    fresh: bool


def write_digests(now: datetime.datetime) -> int:
    """Write the digest of everybody whose last one is a week old and to whom something is new; returns how many."""
    today = timezone.localdate(now)
    last = _last_digests()
    week_ago = today - datetime.timedelta(days=EVERY_DAYS)
    people = [user for user in _readers(today) if user.pk not in last or timezone.localdate(last[user.pk]) <= week_ago]
    if not people:
        return 0
    know_rights(people)
    earliest = now - datetime.timedelta(days=LOOK_BACK_DAYS)
    audience = Audience(people, changes_since(earliest))
    asked = asked_of({pk for user in people for pk in user.reporting_organization_ids}, today)
    contents = {}
    for user in people:
        begin = max(last.get(user.pk, now - datetime.timedelta(days=EVERY_DAYS)), earliest)
        content = _content(user, audience, asked, begin)
        if content.fresh:
            contents[user] = content
    words = Words(contents.values())
    week = today.isocalendar()
    tellings = [_telling(user, words, content, f"{week.year}-W{week.week:02}") for user, content in contents.items()]
    return sum(write(tellings[start : start + BATCH], by=None) for start in range(0, len(tellings), BATCH))


def _readers(today: datetime.date) -> list[User]:
    """Those who follow something or answer for an organization."""
    reporting = Q(memberships__role__in=REPORTING_ROLES)
    reporting &= Q(memberships__since__isnull=True) | Q(memberships__since__lte=today)
    reporting &= Q(memberships__until__isnull=True) | Q(memberships__until__gte=today)
    return list(User.objects.filter(Q(follows__isnull=False) | reporting, is_active=True).distinct().order_by("pk"))


def _last_digests() -> dict[int, datetime.datetime]:
    rows = Notification.objects.filter(kind=NotificationKind.DIGEST, user__isnull=False).order_by()
    return dict(rows.values_list("user").annotate(at=Max("created_at")))


def _content(user: User, audience: Audience, asked: dict[int, list[Asking]], begin: datetime.datetime) -> Content:
    told = audience.told(user)
    changes = {pk: [change for change in happened if change.at > begin] for pk, happened in told.items()}
    changes = {pk: happened for pk, happened in changes.items() if happened}
    asking = [
        row
        for organization_id in sorted(user.reporting_organization_ids)
        for row in asked.get(organization_id, [])
        # A reporter logs updates; only the focal point answers invitations.
        if not row.role or organization_id in user.focal_organization_ids
    ]
    return Content(asking, changes, bool(changes) or any(row.at > begin for row in asking))


def _telling(user: User, words: "Words", content: Content, week: str) -> Telling:
    recipient = Recipient(user, user.email, user.language or settings.LANGUAGE_CODE)
    with override(recipient.language):
        lines = words.lines(content)
    return Telling(
        kind=NotificationKind.DIGEST,
        recipient=recipient,
        key=week,
        facts={"lines": lines[:LINES], "more": max(len(lines) - LINES, 0)},
        hidden=True,
    )


class Words:
    """What happened and what is asked, in the language that is active: rows are read once for all people."""

    def __init__(self, contents: Any) -> None:
        activity_ids = {row.activity_id for content in contents for row in content.asked}
        activity_ids |= {pk for content in contents for pk in content.changes}
        organization_ids = {row.organization_id for content in contents for row in content.asked}
        organization_ids |= {
            change.organization_id
            for content in contents
            for happened in content.changes.values()
            for change in happened
        }
        activities = Activity.objects.select_related("framework").defer("search_text", "description")
        self.activities = activities.in_bulk(activity_ids)
        self.organizations = Organization.objects.in_bulk(organization_ids - {None})

    def lines(self, content: Content) -> list[dict[str, str]]:
        """What is asked first, by due day; then what changed, latest first."""
        asked = [self._line(row.activity_id, [self._asked(row)]) for row in content.asked]
        latest = sorted(content.changes.items(), key=lambda item: item[1][-1].at, reverse=True)
        return asked + [self._line(pk, [self._changed(change) for change in happened]) for pk, happened in latest]

    def _line(self, activity_id: int, sentences: list[str]) -> dict[str, str]:
        activity = self.activities[activity_id]
        return {
            "activity": f"{activity.framework.code}/{activity.code}",
            "code": activity.code,
            "title": find_text(activity, "title").value,
            "text": " ".join(dict.fromkeys(sentences)),
        }

    def _asked(self, row: Asking) -> str:
        name = self._name(row.organization_id)
        if row.role:
            return _("%(organization)s is invited to take part: %(role)s.") % {
                "organization": name,
                "role": Role(row.role).label,
            }
        if row.returned or row.due_on is None:
            return _("%(organization)s: the update was returned, and a new entry is awaited.") % {"organization": name}
        facts = {"organization": name, "date": day_words(row.due_on)}
        if row.overdue:
            return _("%(organization)s: the update was due on %(date)s.") % facts
        return _("%(organization)s: an update is due on %(date)s.") % facts

    def _changed(self, change: Change) -> str:
        if change.what == ENTERED:
            return _("New in the register.")
        if change.what == STATUS:
            return _("The status changed from “%(before)s” to “%(after)s”.") % {
                "before": Status(change.before).label,
                "after": Status(change.after).label,
            }
        name = self._name(change.organization_id)
        if change.what == PARTICIPANTS:
            return _("Change among the participants: %(organization)s.") % {"organization": name}
        return _("New update by %(organization)s.") % {"organization": name} if name else _("New update.")

    def _name(self, organization_id: int | None) -> str:
        organization = self.organizations.get(organization_id or 0)
        if organization is None:
            return ""
        return find_text(organization, "acronym").value or find_text(organization, "name").value
