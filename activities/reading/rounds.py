"""Reporting rounds as their pages show them: how many answered, whom nobody has heard, what to follow up first."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, Max, OuterRef, Q, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext

from organizations.choices import MembershipRole
from organizations.models import Membership, Organization, User
from tracker.toolkit.history import Change, changes_by_record
from tracker.toolkit.keys import among
from tracker.toolkit.texts import find_text

from ..choices import (
    ANSWERED_STATES,
    DEFAULT_UPDATE_INTERVAL_DAYS,
    REMINDING,
    WAITING,
    RequestState,
    Signal,
)
from ..models import Activity, FrozenReport, Notification, Participation, ReportingRound, StatusUpdate, UpdateRequest
from ..models.querysets import signal_rule
from ..models.signals import signal_words, signals_shown

FOLLOWED_UP = 6


def percent_of(part: int, whole: int) -> int:
    """In whole per cent: 100 only for all, 0 only for none."""
    if not whole or part in (0, whole):
        return 100 if part else 0
    return min(99, max(1, round(100 * part / whole)))


class Rate(NamedTuple):
    """Requests that stand, and how many of them are answered."""

    requested: int
    answered: int

    @property
    def percent(self) -> int:
        """Rounded, but 100 means all and 0 none."""
        return percent_of(self.answered, self.requested)

    @property
    def waiting(self) -> int:
        return self.requested - self.answered


class RoundLine(NamedTuple):
    """A round in the list; `rate` is of what the reader may see, None where that is nothing."""

    round: ReportingRound
    rate: Rate | None
    reports: list[FrozenReport]


def list_rounds(user: Any, today: datetime.date) -> list[RoundLine]:
    """All rounds, the newest first."""
    rounds = list(ReportingRound.objects.select_related("framework").order_by("-number"))
    counted = {
        row["round"]: Rate(row["requested"], row["answered"])
        for row in UpdateRequest.objects.standing()
        .visible_to(user)
        .with_state(today)
        .order_by()
        .values("round")
        .annotate(requested=Count("pk"), answered=Count("pk", filter=Q(state__in=ANSWERED_STATES)))
    }
    reports: dict[int, list[FrozenReport]] = defaultdict(list)
    for report in FrozenReport.objects.select_related("round").defer("names").order_by("round", "version"):
        reports[report.round_id].append(report)
    return [RoundLine(made, counted.get(made.pk), reports[made.pk]) for made in rounds]


class Asked(NamedTuple):
    """One request: ids, its state, the moment when its answer arrived first, and how the activity stands today."""

    organization: int
    activity: int
    area: int
    state: str
    heard_at: datetime.datetime | None
    status: str
    progress: int | None

    @property
    def is_in(self) -> bool:
        return self.state in ANSWERED_STATES


def requests_of(user: Any, rounds: Iterable[ReportingRound], today: datetime.date) -> dict[int, list[Asked]]:
    """The standing requests of some rounds that this person may see, by round, in one statement."""
    answers = StatusUpdate.objects.filter(
        round=OuterRef("round"), activity=OuterRef("activity"), organization=OuterRef("organization")
    )
    first = answers.order_by("created_at").values("created_at")[:1]
    rows = (
        UpdateRequest.objects.filter(round__in=list(rounds))
        .standing()
        .visible_to(user)
        .with_state(today)
        .order_by()
        .annotate(heard_at=Subquery(first))
        .values_list(
            "round",
            "organization",
            "activity",
            "activity__area",
            "state",
            "heard_at",
            "activity__status",
            "activity__progress",
        )
    )
    found: dict[int, list[Asked]] = {made.pk: [] for made in rounds}
    for key, *asked in rows:
        found[key].append(Asked(*asked))
    return found


def rate_of(requests: Iterable[Asked]) -> Rate:
    in_or_not = Counter(request.is_in for request in requests)
    return Rate(in_or_not.total(), in_or_not[True])


class Line(NamedTuple):
    """One organization on the board. `focal_points` names people, and is read for coordinators only."""

    organization: Organization
    rate: Rate
    states: Counter[str]
    heard_at: datetime.datetime | None
    # Not heard of for so long that an undertaking would count as silent, or never.
    is_silent: bool
    reminded_at: datetime.datetime | None
    has_focal_point: bool
    focal_points: list[User]

    @property
    def is_waiting(self) -> bool:
        return self.rate.waiting > 0


# How the board can be ordered.
SORTS: dict[str, Callable[[Line], Any]] = {
    "response": lambda line: (line.rate.percent, line.rate.answered, -line.rate.requested, _name(line)),
    "name": lambda line: _name(line),
}


def _name(line: Line) -> str:
    return find_text(line.organization, "name").value.casefold()


def by_organization(
    user: Any, made: ReportingRound, requests: Iterable[Asked], today: datetime.date, sort: str
) -> list[Line]:
    """The organizations that were asked, with when each was last heard of and reminded; two statements."""
    asked: dict[int, list[Asked]] = defaultdict(list)
    for request in requests:
        asked[request.organization].append(request)
    # Of what the reader may see: when a hidden activity was reported on is nobody else's.
    readable = Activity.objects.visible_to(user).include("activity")
    heard = StatusUpdate.objects.filter(readable, organization=OuterRef("pk")).order_by("-created_at")
    reminded = (
        Notification.objects.filter(round=made, organization=OuterRef("pk"), kind__in=REMINDING)
        .order_by()
        .values("organization")
        .annotate(last=Max("created_at"))
    )
    # Whom mail reaches: those named on one of its requests, and the focal points of the organization.
    requested = UpdateRequest.objects.filter(round=made).standing().visible_to(user)
    named = Participation.objects.with_focal_point(today).filter(pk__in=requested.values("participation"))
    on_a_request = Exists(named.filter(organization=OuterRef("organization"), focal_point=OuterRef("user")))
    members = Membership.objects.active_on(today).filter(user__is_active=True)
    answering = members.filter(Q(role=MembershipRole.FOCAL_POINT) | on_a_request)
    organizations = Organization.objects.filter(pk__in=among(list(asked))).annotate(
        heard_at=Subquery(heard.values("created_at")[:1]),
        reminded_at=Subquery(reminded.values("last")),
        is_answered_for=Exists(answering.filter(organization=OuterRef("pk"))),
    )
    points: dict[int, list[User]] = defaultdict(list)
    if user.is_coordinator:
        for membership in answering.filter(organization__in=among(list(asked))).select_related("user").order_by("pk"):
            points[membership.organization_id].append(membership.user)
    long_ago = today - datetime.timedelta(days=DEFAULT_UPDATE_INTERVAL_DAYS)
    lines = [
        Line(
            organization=organization,
            rate=rate_of(asked[organization.pk]),
            states=Counter(request.state for request in asked[organization.pk]),
            heard_at=organization.heard_at,
            is_silent=organization.heard_at is None or timezone.localdate(organization.heard_at) < long_ago,
            reminded_at=organization.reminded_at,
            has_focal_point=organization.is_answered_for,
            focal_points=points[organization.pk],
        )
        for organization in organizations
    ]
    return sorted(lines, key=SORTS[sort])


class FollowUp(NamedTuple):
    activity: Activity
    signals: list[str]


def follow_up_first(user: Any, made: ReportingRound, today: datetime.date) -> list[FollowUp]:
    """Activities that wait for an answer and show a signal, the worst first."""
    waiting = UpdateRequest.objects.filter(round=made).waiting(today)
    worst = Case(
        *(When(signal_rule(signal, today), then=Value(rank)) for rank, signal in enumerate(Signal.values)),
        default=Value(None),
    )
    rows = (
        Activity.objects.visible_to(user)
        .filter(pk__in=waiting.values("activity"))
        .with_signals(today)
        .annotate(worst=worst)
        .exclude(worst=None)
        .select_related("framework")
        .defer("search_text")
        .order_by("worst", "sort_key", "pk")[:FOLLOWED_UP]
    )
    return [FollowUp(row, [signal_words(row, signal, today) for signal in signals_shown(row)]) for row in rows]


class Event(NamedTuple):
    """One change of a round, in words; `reason` is what the person said."""

    at: datetime.datetime
    title: str
    by: str
    reason: str
    changes: list[Change]


def history_of(made: ReportingRound) -> list[Event]:
    """What became of a round, the newest first."""
    records = list(
        ReportingRound.history.filter(id=made.pk)
        .select_related("history_user")
        .order_by("-history_date", "-history_id")
    )
    events = []
    earlier = [*records[1:], None]
    for (record, changes), before in zip(changes_by_record(records), earlier, strict=True):
        if before is None:
            title = gettext("Round opened")
        elif record.closed_at and not before.closed_at:
            title = gettext("Round closed")
        elif before.closed_at and not record.closed_at:
            title = gettext("Round opened again")
        else:
            title = gettext("Round changed")
        by = str(record.history_user) if record.history_user else ""
        events.append(Event(record.history_date, title, by, record.history_change_reason or "", changes))
    return events


def state_query(*states: str) -> str:
    """The part of an address that asks for requests in these states."""
    return "&".join(f"state={state}" for state in states)


IN = state_query(*ANSWERED_STATES)
NOT_IN = state_query(*(state for state in RequestState.values if state in WAITING))
