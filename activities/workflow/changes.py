"""What happened to activities lately: entries of their logs, who takes part, which undertakings are new."""

import datetime
from collections import defaultdict
from typing import NamedTuple

from ..choices import Response, UpdateKind
from ..models import Activity, Participation, StatusUpdate

# What a change is, as `facts["changes"]` of a notification names it.
ENTERED, STATUS, UPDATE, PARTICIPANTS = "entered", "status", "update", "participants"


class Change(NamedTuple):
    """One thing that happened to an activity; `by` is the id of a person, `update` that of an entry of the log."""

    what: str
    at: datetime.datetime
    by: int | None
    organization_id: int | None = None
    update: int | None = None
    # Of a change of status.
    before: str = ""
    after: str = ""


Changes = dict[int, list[Change]]


def changes_since(since: datetime.datetime) -> Changes:
    """What happened from that moment on, oldest first, by the id of the activity: three statements."""
    found: Changes = defaultdict(list)
    entered = Activity.objects.undertakings().filter(created_at__gte=since).order_by()
    for pk, at, by in entered.values_list("pk", "created_at", "created_by_id"):
        found[pk].append(Change(ENTERED, at, by))
    entries = StatusUpdate.objects.standing().filter(created_at__gte=since).order_by()
    columns = ("activity_id", "created_at", "author_id", "organization_id", "pk", "status_before", "status", "kind")
    for activity_id, at, author, organization_id, pk, before, after, kind in entries.values_list(*columns):
        if kind == UpdateKind.DOCUMENTED and activity_id in found:
            continue  # an undertaking recorded from public sources arrives with its past
        what = STATUS if before else UPDATE
        found[activity_id].append(Change(what, at, author, organization_id, pk, before, after))
    for activity_id, at, by, organization_id in _of_participants(since):
        found[activity_id].append(Change(PARTICIPANTS, at, by, organization_id))
    for changes in found.values():
        changes.sort(key=lambda change: change.at)
    return found


def _of_participants(since: datetime.datetime) -> list[tuple[int, datetime.datetime, int | None, int]]:
    """An invitation counts once it is answered: until then nobody has begun to take part."""
    records = Participation.history.filter(history_date__gte=since).exclude(response=Response.INVITED).order_by()
    return list(records.values_list("activity_id", "history_date", "history_user_id", "organization_id"))


def interests(changes: Changes, organization_ids: set[int] | None = None) -> dict[int, set[int]]:
    """The activities that changed, each with the organizations taking or having taken part in it."""
    rows = Participation.objects.filter(activity__in=changes)
    rows = rows.exclude(response__in=(Response.INVITED, Response.DECLINED))
    if organization_ids is not None:
        rows = rows.filter(organization__in=organization_ids)
    found: dict[int, set[int]] = defaultdict(set)
    for activity_id, organization_id in rows.order_by().values_list("activity_id", "organization_id"):
        found[activity_id].add(organization_id)
    return found
