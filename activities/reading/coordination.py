"""What the register needs of its coordinators: open rounds, signals, leads and focal points nobody named, lost mail."""

import datetime
from collections import defaultdict
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from organizations.choices import MembershipRole
from organizations.models import Membership, Organization

from ..choices import ANSWERED_STATES, MailState, ProposalState, Signal
from ..models import Activity, Area, LeadProposal, Notification, Participation, ReportingRound, UpdateRequest
from ..models.querysets import signal_rule
from .cut import Rows, shown
from .record import TITLES
from .rounds import Rate

FEW = 10


class OpenRound(NamedTuple):
    round: ReportingRound
    rate: Rate


def open_rounds(today: datetime.date) -> list[OpenRound]:
    """Open rounds with the requests that stand and those answered, the one due first on top."""
    columns = ("number", "title", "language", "due_on")
    found = (
        UpdateRequest.objects.standing()
        .filter(round__closed_at__isnull=True)
        .with_state(today)
        .order_by()
        .values_list(*(f"round__{column}" for column in columns))
        .annotate(requested=Count("pk"), answered=Count("pk", filter=Q(state__in=ANSWERED_STATES)))
        .order_by("round__due_on", "round__number")
    )
    return [
        OpenRound(ReportingRound(**dict(zip(columns, values, strict=True))), Rate(requested, answered))
        for *values, requested, answered in found
    ]


class AreaSignals(NamedTuple):
    area: Area
    counts: list[tuple[Signal, int]]


def signals_by_area(today: datetime.date) -> list[AreaSignals]:
    """How many activities of each area show each signal."""
    columns = ("pk", "code", *TITLES)
    rows = (
        Activity.objects.values(*(f"area__{column}" for column in columns))
        .annotate(**{f"of_{signal}": Count("pk", filter=signal_rule(signal, today)) for signal in Signal})
        .order_by("area__framework__position", "area__framework", "area__position", "area")
    )
    return [
        AreaSignals(
            Area(**{column: row[f"area__{column}"] for column in columns}),
            [(signal, row[f"of_{signal}"]) for signal in Signal],
        )
        for row in rows
    ]


def unanswered_invitations(today: datetime.date) -> Rows:
    """Those that have waited too long, the oldest first."""
    rows = Participation.objects.unanswered(today).filter(Activity.objects.open().include("activity"))
    return shown(rows.select_related("activity__framework", "organization").order_by("invited_at", "pk"))


class Leaderless(NamedTuple):
    """`is_documented`: found in sources that name no lead. `offer`: the id of an organization's offer to lead it."""

    activity: Activity
    is_documented: bool
    offer: int | None


def without_lead(today: datetime.date) -> list[Leaderless]:
    """Those that an organization offers to lead first, then those longest in the register."""
    offers = LeadProposal.objects.filter(activity=OuterRef("pk"), state=ProposalState.PROPOSED, offered=True)
    rows: Any = (
        Activity.objects.without_lead(today)
        .select_related("framework")
        .defer("search_text", "description", "editorial_note")
        .annotate(offer=Subquery(offers.values("pk")[:1]))
        .order_by(F("offer").asc(nulls_last=True), "created_at", "pk")
    )
    return [
        Leaderless(row, bool(row.confidence or (row.import_key and not row.is_demonstration)), row.offer)
        for row in rows[:FEW]
    ]


def without_focal_point(today: datetime.date) -> Rows:
    """Organizations that take part in something open and have nobody to answer for them, there or altogether."""
    taking_part = Participation.objects.taking_part().current_on(today)
    taking_part = taking_part.filter(Activity.objects.open().include("activity"))
    answering = Membership.objects.active_on(today).filter(
        organization=OuterRef("pk"), role=MembershipRole.FOCAL_POINT, user__is_active=True
    )
    named = taking_part.with_focal_point(today).filter(organization=OuterRef("pk"))
    rows = Organization.objects.filter(pk__in=taking_part.values("organization")).exclude(Exists(answering))
    return shown(rows.exclude(Exists(named)).by_acronym())


class Troubled(NamedTuple):
    """How many mails stand so that an administrator has to look at them."""

    state: str
    label: str
    number: int


def troubled_mail() -> list[Troubled]:
    found: dict[str, int] = defaultdict(int)
    rows = Notification.objects.troubled().order_by().values_list("mail_state").annotate(number=Count("pk"))
    found |= dict(rows)
    return [Troubled(state, str(label), found[state]) for state, label in MailState.choices if found[state]]
