"""Telling people on screen what happened to the activities they follow: one line for each activity and day."""

import datetime

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from organizations.models import User

from ..choices import NotificationKind
from ..models import Notification
from ..notifications import Recipient, Telling, write
from .audience import Audience, know_rights
from .changes import STATUS, Change, changes_since

# How far back is looked: a night that was missed is made up for.
LOOK_BACK_DAYS = 7
BATCH = 500


def tell_followed(now: datetime.datetime) -> int:
    """Write what is new to each person who follows something; returns how many lines. Mail of it is the digest's."""
    since = now - datetime.timedelta(days=LOOK_BACK_DAYS)
    changes = changes_since(since)
    people = list(User.objects.filter(is_active=True, follows__isnull=False).distinct().order_by("pk"))
    if not changes or not people:
        return 0
    know_rights(people)
    audience = Audience(people, changes)
    told = _told_at(since)
    day = timezone.localdate(now).isoformat()
    tellings = []
    for user in people:
        for activity_id, happened in audience.told(user).items():
            # Not what the last line was about: after it came what is new, also on the evening of the same day.
            last = told.get((user.pk, activity_id))
            if fresh := [change for change in happened if last is None or change.at > last]:
                tellings.append(_telling(user, activity_id, fresh, day))
    return sum(write(tellings[start : start + BATCH], by=None) for start in range(0, len(tellings), BATCH))


def _told_at(since: datetime.datetime) -> dict[tuple[int, int], datetime.datetime]:
    rows = Notification.objects.filter(kind=NotificationKind.FOLLOWED, created_at__gte=since).order_by()
    pairs = rows.values_list("user", "activity").annotate(at=Max("created_at"))
    return {(user, activity): at for user, activity, at in pairs}


def _telling(user: User, activity_id: int, changes: list[Change], day: str) -> Telling:
    """`changes` names each change once; the newest entry of the log is where its link leads."""
    update = max((change.update for change in changes if change.update), default=None)
    organizations = {change.organization_id for change in changes}
    return Telling(
        kind=NotificationKind.FOLLOWED,
        recipient=Recipient(user, user.email, user.language or settings.LANGUAGE_CODE),
        key=f"{activity_id}:{day}",
        rows={
            "activity_id": activity_id,
            "update_id": update,
            "organization_id": organizations.pop() if len(organizations) == 1 else None,
        },
        facts={"changes": _facts(changes)},
        mail=False,
    )


def _facts(changes: list[Change]) -> list[dict[str, str]]:
    said = dict.fromkeys(
        (change.what, change.before, change.after) if change.what == STATUS else (change.what, "", "")
        for change in changes
    )
    return [
        {"what": what, "before": before, "after": after} if what == STATUS else {"what": what}
        for what, before, after in said
    ]
