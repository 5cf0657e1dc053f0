"""What was changed in the record of an activity and in its participations: before and after, by whom and why."""

import datetime
from typing import Any, NamedTuple

from django.db.models import Model
from django.utils.translation import gettext

from organizations.models import Organization, User
from tracker.toolkit.history import Change, changes_by_record

from ..choices import Response, Role
from ..models import Activity, Participation

CREATED, DELETED = "+", "-"
# Names of people are for those who have signed in.
PERSONAL = {"answered_for"}


class Event(NamedTuple):
    """One saved change. `organization` is set where it concerns a participation; `by` is "" where nobody is named."""

    at: datetime.datetime
    title: str
    by: str
    reason: str
    changes: list[Change]
    organization: Organization | None


def read_history(user: Any, activity: Activity) -> list[Event]:
    """Newest first. Rows this person may not see are left unnamed, and people are named to signed-in readers only."""

    def say(row: Model) -> str | None:
        if isinstance(row, User):
            return str(row) if user.is_authenticated else gettext("a person")
        if isinstance(row, Activity) and not user.has_perm("activities.read", row):
            return None
        return str(row)

    hidden = () if user.is_authenticated else PERSONAL
    events = []
    records = Activity.history.filter(id=activity.pk).order_by("-history_date", "-history_id")
    for record, changes in changes_by_record(records.select_related("history_user"), say):
        title = gettext("Entered in the register") if record.history_type == CREATED else gettext("Record changed")
        events.append(_event(record, title, _differing(changes), user, None))
    rows = Participation.history.filter(activity_id=activity.pk).order_by("-history_date", "-history_id")
    participations = changes_by_record(rows.select_related("history_user"), say, hidden)
    organizations = Organization.objects.in_bulk({record.organization_id for record, _ in participations})
    for record, changes in participations:
        organization = organizations.get(record.organization_id)
        events.append(_event(record, _participation_title(record), _differing(changes), user, organization))
    events = [event for event in events if event.changes or event.title != gettext("Record changed")]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _differing(changes: list[Change]) -> list[Change]:
    """Without those of which the reader may know neither side."""
    return [change for change in changes if change.before != change.after]


def _event(record: Any, title: str, changes: list[Change], user: Any, organization: Organization | None) -> Event:
    by = record.history_user
    name = (str(by) if user.is_authenticated else gettext("a person")) if by else ""
    return Event(record.history_date, title, name, record.history_change_reason or "", changes, organization)


def _participation_title(record: Any) -> str:
    role = Role(record.role).label
    if record.history_type == CREATED:
        response = Response(record.response).label
        return gettext("Named as participant: %(role)s, %(response)s") % {"role": role, "response": response}
    if record.history_type == DELETED:
        return gettext("Participation removed: %(role)s") % {"role": role}
    return gettext("Participation changed: %(role)s") % {"role": role}
