"""What a person is asked for: as reporter and focal point of organizations, and as coordinator of the register."""

import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from organizations.choices import MembershipRole
from organizations.models import Membership, Organization
from tracker.toolkit.dates import spans_until

from ..choices import ASKED_ROLES, Response, Signal
from ..models import Activity, Area, Participation, StatusUpdate, UpdateDraft
from ..models.querysets import IS_OPEN, signal_rule
from ..models.signals import signal_words, signals_shown

DUE_SOON_DAYS = 30
ROWS_SHOWN = 50
FEW = 10
# How `workflow.drafts` names the draft of a correction within the row of an activity.
CORRECTION = "corrects-"


class Asked(NamedTuple):
    """An open activity on which an organization is asked for an update."""

    activity: Activity
    organization: Organization
    roles: list[str]
    signals: list[tuple[Signal, str]]
    heard_at: datetime.datetime | None
    token: str


class Flagged(NamedTuple):
    activity: Activity
    signals: list[tuple[Signal, str]]


def asked_of(user: Any, today: datetime.date) -> list[Asked]:
    """Open activities of the person's organizations that are silent or due soon, those silent longest first."""
    heard = StatusUpdate.objects.filter(activity=OuterRef("activity"), organization=OuterRef("organization"))
    soon = spans_until("planned_end_on", today + datetime.timedelta(days=DUE_SOON_DAYS))
    wanted = Activity.objects.filter(IS_OPEN & (signal_rule(Signal.SILENT, today) | soon))
    participations = list(
        Participation.objects.filter(organization__in=user.reporting_organization_ids, role__in=ASKED_ROLES)
        .taking_part()
        .current_on(today)
        .filter(wanted.include("activity"))
        .select_related("organization")
        .annotate(heard_at=Subquery(heard.order_by("-created_at").values("created_at")[:1]))
        .order_by(F("activity__silent_on").asc(nulls_last=True), "activity__sort_key", "organization", "pk")[
            :ROWS_SHOWN
        ]
    )
    activities = _with_signals({row.activity_id for row in participations}, today)
    found: dict[tuple[int, int], Asked] = {}
    for row in participations:
        activity = activities[row.activity_id]
        key = (row.activity_id, row.organization_id)
        asked = found.setdefault(
            key, Asked(activity, row.organization, [], _signals(activity, today), row.heard_at, str(uuid4()))
        )
        asked.roles.append(row.get_role_display())
    return list(found.values())


def _with_signals(keys: set[int], today: datetime.date) -> dict[int, Activity]:
    rows = Activity.objects.filter(pk__in=keys).with_signals(today).select_related("framework", "lead")
    return {row.pk: row for row in rows.defer("search_text")}


def _signals(activity: Activity, today: datetime.date) -> list[tuple[Signal, str]]:
    return [(signal, signal_words(activity, signal, today)) for signal in signals_shown(activity)]


class Draft(NamedTuple):
    """What was typed and not saved; `corrects` is the id of the entry that it corrects, "" for a new one."""

    activity: Activity
    corrects: str
    kept_at: datetime.datetime


def drafts_of(user: Any) -> list[Draft]:
    """The person's drafts, of activities still to be seen, the latest first."""
    rows = UpdateDraft.objects.filter(Activity.objects.visible_to(user).include("activity"), author=user)
    found = rows.select_related("activity__framework").defer("activity__search_text").order_by("-saved_at", "-pk")
    return [
        Draft(row.activity, slot.removeprefix(CORRECTION) if slot.startswith(CORRECTION) else "", row.saved_at)
        for row in found[:ROWS_SHOWN]
        for slot in row.data
    ]


def invitations_to(user: Any) -> list[Participation]:
    """Invitations that await an answer of the person's organizations, the oldest first."""
    rows = Participation.objects.filter(
        Activity.objects.open().include("activity"),
        organization__in=user.focal_organization_ids,
        response=Response.INVITED,
    )
    return list(rows.select_related("activity__framework", "organization").order_by("invited_at", "pk")[:ROWS_SHOWN])


def flagged_for(user: Any, today: datetime.date) -> list[Flagged]:
    """Activities that the person's organizations lead and that show a signal."""
    any_signal = Q()
    for signal in Signal:
        any_signal |= signal_rule(signal, today)
    led = (
        Participation.objects.filter(organization__in=user.focal_organization_ids)
        .leading()
        .taking_part()
        .current_on(today)
    )
    rows = Activity.objects.filter(any_signal, pk__in=led.values("activity")).with_signals(today)
    rows = rows.select_related("framework").defer("search_text").order_by("sort_key")[:ROWS_SHOWN]
    return [Flagged(row, _signals(row, today)) for row in rows]


def logged_by(user: Any) -> list[StatusUpdate]:
    rows = StatusUpdate.objects.visible_to(user).filter(author=user)
    return list(
        rows.select_related("activity__framework", "organization")
        .defer("activity__search_text")
        .order_by("-pk")[:FEW]
    )


class AreaSignals(NamedTuple):
    area: Area
    counts: list[tuple[Signal, int]]


def signals_by_area(today: datetime.date) -> list[AreaSignals]:
    """How many activities of each area show each signal."""
    counted: dict[int, dict[str, int]] = {
        row["area"]: row
        for row in Activity.objects.order_by()
        .values("area")
        .annotate(**{f"of_{signal}": Count("pk", filter=signal_rule(signal, today)) for signal in Signal})
    }
    return [
        AreaSignals(area, [(signal, counted.get(area.pk, {}).get(f"of_{signal}", 0)) for signal in Signal])
        for area in Area.objects.order_by("framework__position", "position")
    ]


def unanswered_invitations(today: datetime.date) -> list[Participation]:
    """Those that have waited too long, the oldest first."""
    rows = Participation.objects.unanswered(today).filter(Activity.objects.open().include("activity"))
    return list(rows.select_related("activity__framework", "organization").order_by("invited_at", "pk")[:ROWS_SHOWN])


def without_lead(today: datetime.date) -> list[Activity]:
    rows = Activity.objects.without_lead(today).select_related("framework").defer("search_text")
    return list(rows.order_by("created_at", "pk")[:FEW])


def without_focal_point(today: datetime.date) -> list[Organization]:
    """Organizations that take part in something open and have nobody to answer for them."""
    taking_part = Participation.objects.taking_part().current_on(today)
    taking_part = taking_part.filter(Activity.objects.open().include("activity"))
    answering = Membership.objects.active_on(today).filter(
        organization=OuterRef("pk"), role=MembershipRole.FOCAL_POINT, user__is_active=True
    )
    rows = Organization.objects.filter(pk__in=taking_part.values("organization")).exclude(Exists(answering))
    return list(rows.by_acronym()[: ROWS_SHOWN + 1])
