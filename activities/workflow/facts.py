"""What the log and the participations say of an activity, for one day and from day to day. Nothing is written."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils import timezone

from tracker.toolkit.dates import PartialDate

from ..choices import LEADING_ROLES, TAKING_PART, Response, Role, UpdateKind
from ..models import ENDLESS, Activity, ActivityState, Participation, StatusUpdate
from .chain import Entry, standing, standing_entries, state_after, written_entries

Facts = dict[str, Any]


def heard_at(entry: Entry | StatusUpdate) -> datetime.datetime:
    """When the register heard: the moment of entry, but for what was recorded from old sources the day it speaks of."""
    if entry.kind != UpdateKind.DOCUMENTED:
        return entry.created_at
    day = PartialDate(entry.as_of).last_day
    at = datetime.datetime.combine(day, datetime.time(), tzinfo=timezone.get_default_timezone())
    return min(at, entry.created_at)


def derived_from_log(activity: Activity, entries: Sequence[Entry] | None = None) -> Facts:
    """Status, progress and last word as the standing entries tell them; they are read where they are not given."""
    if entries is None:
        entries = standing_entries(activity)
    state = state_after(activity, entries)
    heard = max(map(heard_at, entries), default=None)
    # An agreed item that nobody has taken up directly cannot fall silent.
    since = heard or (None if activity.agreed else activity.created_at)
    return {
        "status": state.status,
        "status_as_of": state.as_of,
        "progress": state.progress,
        "last_update_at": heard,
        "silent_on": since and timezone.localdate(since) + datetime.timedelta(days=activity.update_interval_days + 1),
    }


class Leading(NamedTuple):
    """A role as lead or co-lead that an organization has or had, from one day until another; None is unknown."""

    pk: int
    organization_id: int
    role: str
    response: str
    since: datetime.date | None
    until: datetime.date | None

    def holds_on(self, day: datetime.date) -> bool:
        if self.response not in TAKING_PART and self.until is None:
            return False  # it withdrew, nobody knows when
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


def leading_of(activity: Activity) -> list[Leading]:
    """Every lead and co-lead of any time, in the order in which they were entered."""
    rows = Participation.objects.filter(activity=activity).leading().held().order_by("id")
    columns = ("pk", "organization_id", "role", "response", "since", "until")
    return [
        Leading(pk, organization, role, response, since.first_day if since else None, until.last_day if until else None)
        for pk, organization, role, response, since, until in rows.values_list(*columns)
    ]


def led_on(day: datetime.date, leading: Sequence[Leading]) -> Facts:
    """Who leads on that day: the lead, or else the first co-lead; or since when the lead has withdrawn."""
    by_role: dict[str, int] = {}
    for row in leading:
        if row.holds_on(day):
            by_role.setdefault(row.role, row.organization_id)
    lead_id = next((by_role[role] for role in LEADING_ROLES if role in by_role), None)
    withdrew_on = ""
    if lead_id is None:
        # An invitation that was taken back before it was accepted is no lead that withdrew.
        ended = [(row.until or day, row.pk) for row in leading if (row.role, row.response) == WITHDRAWN_LEAD]
        last = max((end for end in ended if end[0] <= day), default=None)
        withdrew_on = PartialDate(last[0]) if last else ""
    return {"lead_id": lead_id, "lead_withdrew_on": withdrew_on}


WITHDRAWN_LEAD = (Role.LEAD, Response.WITHDRAWN)


def derived_from_participations(activity: Activity, today: datetime.date) -> Facts:
    return led_on(today, leading_of(activity))


def known_from(activity: Activity, heard_on: Iterable[datetime.date]) -> datetime.date:
    """The day of its creation or of the first word of it; an agreed item is known with its framework's document."""
    days = [timezone.localdate(activity.created_at), *heard_on]
    if activity.agreed and activity.framework.issued_on:
        days.append(PartialDate(activity.framework.issued_on).first_day)
    return min(days)


def day_by_day(begins: datetime.date, told: Mapping[datetime.date, Facts], leading: Sequence[Leading]) -> list[Facts]:
    """The states from `begins` on, oldest first; `told` is what the log said from each day on, the first included."""
    turns = {day for row in leading for day in (row.since, row.until) if day and day > begins}
    states: list[Facts] = []
    said: Facts = {}
    before: Facts = {}
    for day in sorted({*told, *turns}):
        said = told.get(day, said)
        facts = {**said, **led_on(day, leading)}
        if facts != before:
            if states:
                states[-1]["known_until"] = day
            states.append({"known_from": day, "known_until": ENDLESS, **facts})
            before = facts
    return states


def states_of(activity: Activity, entries: Sequence[Entry], leading: Sequence[Leading]) -> list[Facts]:
    """The states of an activity: its log, corrected entries too, replayed as the register heard of it."""
    heard_on = {entry.pk: timezone.localdate(heard_at(entry)) for entry in entries}
    begins = known_from(activity, heard_on.values())
    told = {
        day: derived_from_log(activity, standing(entry for entry in entries if heard_on[entry.pk] <= day))
        for day in {begins, *heard_on.values()}
    }
    return day_by_day(begins, told, leading)


STATE = ("known_from", "known_until", "status", "status_as_of", "progress", "last_update_at", "lead_id",
         "lead_withdrew_on", "silent_on")  # fmt: skip


def remembered_states(activity: Activity) -> list[Facts]:
    """The states as they stand in the database, oldest first."""
    return list(ActivityState.objects.filter(activity=activity).order_by("known_from").values(*STATE))


def computed_states(activity: Activity) -> list[Facts]:
    """The states as they should be."""
    return states_of(activity, written_entries(activity), leading_of(activity))
