"""What a person is asked for, as reporter and focal point of organizations."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import uuid4

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Concat

from organizations.models import Organization
from tracker.toolkit.dates import spans_until

from ..choices import ANSWERED_STATES, ASKED_ROLES, WAITING, ProposalState, RequestState, Response, Role, Signal
from ..models import (
    Activity,
    LeadProposal,
    Participation,
    ReportingRound,
    StatusUpdate,
    UpdateDraft,
    UpdateRequest,
)
from ..models.querysets import IS_OPEN, signal_rule
from ..models.signals import signal_words, signals_shown
from .cut import ROWS_SHOWN, Rows, shown
from .desk_entries import Entries, read_entries
from .rounds import Rate

DUE_SOON_DAYS = 30
# An organization seldom has more roles than this in an activity: then some of the first rows are not shown.
ROLES_READ = 4 * ROWS_SHOWN
# How `workflow.drafts` names the draft of a correction within the row of an activity.
CORRECTION = "corrects-"


class Asked(NamedTuple):
    """An activity on which an organization is asked for an update: in a round, or because it is silent or due soon.

    `state` is that of the request, None outside a round; `due` the day of the round, or the activity's planned end.
    `last` is the organization's newest standing entry here that has words to carry forward.
    """

    activity: Activity
    organization: Organization
    roles: list[str]
    signals: list[tuple[Signal, str]]
    heard_at: datetime.datetime | None
    last: StatusUpdate | None
    token: str
    state: RequestState | None
    due: Any

    @property
    def key(self) -> str:
        """The name of this row in the form that answers several."""
        return f"{self.activity.pk}-{self.organization.pk}"


class RoundAsked(NamedTuple):
    """An open round, how many of the requests to the person's organizations are answered, and how many rows wait."""

    round: ReportingRound
    rate: Rate
    waiting: int


class Flagged(NamedTuple):
    activity: Activity
    signals: list[tuple[Signal, str]]


class MemberDesk(NamedTuple):
    """`requests` are those of open rounds; `others` what waits for a word besides."""

    rounds: list[RoundAsked]
    requests: Rows
    others: Rows
    flagged: Rows
    entries: Entries

    @property
    def waiting(self) -> int:
        """How many activities wait for an update in all."""
        return self.requests.number + self.others.number


def read_member_desk(user: Any, today: datetime.date) -> MemberDesk:
    """What is asked of the person's organizations, in five statements, and one for each list that is cut."""
    rounds, requests, others = _rounds(user, today), _requests(user, today), _others(user, today)
    asked = [row for rows in (requests, others) for roles in rows for row in roles]
    activities, led = _activities(user, {row.activity_id for row in asked}, today)
    entries = read_entries(user, today, {row.last_id for row in asked if row.last_id})
    return MemberDesk(
        rounds=rounds,
        requests=Rows(_rows(requests, activities, entries, today), sum(row.waiting for row in rounds)),
        others=Rows(_rows(others, activities, entries, today), others.number),
        flagged=Rows([Flagged(row, _signals(row, today)) for row in led], led.number),
        entries=entries,
    )


def _told(rows: QuerySet) -> QuerySet:
    """With `heard_at`, when the organization last logged something on the activity, and `last_id`, its last words."""
    own = StatusUpdate.objects.filter(activity=OuterRef("activity"), organization=OuterRef("organization"))
    words = own.standing().exclude(done="", next_steps="").newest_first()
    return rows.annotate(
        heard_at=Subquery(own.order_by("-created_at").values("created_at")[:1]),
        last_id=Subquery(words.values("pk")[:1]),
    )


def _requests(user: Any, today: datetime.date) -> list[list[Any]]:
    """The requests of open rounds that wait for an answer, by due date."""
    rows = (
        _told(UpdateRequest.objects.waiting(today))
        .filter(organization__in=user.reporting_organization_ids, round__closed_at__isnull=True)
        .select_related("round", "organization", "participation")
    )
    return _by_pair(rows.order_by("round__due_on", "activity__sort_key", "organization", "pk")[:ROLES_READ])


def _by_pair(rows: Iterable[Any]) -> list[list[Any]]:
    """The first of them, together where they are roles of one organization in one activity."""
    pairs: dict[tuple[int, int], list[Any]] = {}
    for row in rows:
        pairs.setdefault((row.activity_id, row.organization_id), []).append(row)
    return list(pairs.values())[:ROWS_SHOWN]


def _rounds(user: Any, today: datetime.date) -> list[RoundAsked]:
    """Open rounds that ask something of the person's organizations, the one due first on top."""
    columns = ("number", "title", "language", "due_on", "asked")
    # One answer serves all roles of an organization in an activity.
    pair = Concat(Cast("activity_id", CharField()), Value("-"), Cast("organization_id", CharField()))
    found = (
        UpdateRequest.objects.standing()
        .filter(organization__in=user.reporting_organization_ids, round__closed_at__isnull=True)
        .with_state(today)
        .order_by()
        .values_list(*(f"round__{column}" for column in columns))
        .annotate(
            requested=Count("pk"),
            answered=Count("pk", filter=Q(state__in=ANSWERED_STATES)),
            waiting=Count(pair, filter=Q(state__in=WAITING), distinct=True),
        )
        .order_by("round__due_on", "round__number")
    )
    return [
        RoundAsked(ReportingRound(**dict(zip(columns, values, strict=True))), Rate(requested, answered), waiting)
        for *values, requested, answered, waiting in found
    ]


def _others(user: Any, today: datetime.date) -> Rows:
    """Participations in what is silent or due soon and not asked about in an open round, those silent longest first."""
    soon = spans_until("planned_end_on", today + datetime.timedelta(days=DUE_SOON_DAYS))
    wanted = Activity.objects.filter(IS_OPEN & (signal_rule(Signal.SILENT, today) | soon))
    in_a_round = UpdateRequest.objects.standing().filter(
        activity=OuterRef("activity"), organization=OuterRef("organization"), round__closed_at__isnull=True
    )
    rows = (
        Participation.objects.filter(organization__in=user.reporting_organization_ids, role__in=ASKED_ROLES)
        .taking_part()
        .current_on(today)
        .filter(~Exists(in_a_round), wanted.include("activity"))
        .select_related("organization")
    )
    order = (F("activity__silent_on").asc(nulls_last=True), "activity__sort_key", "organization", "pk")
    found = list(_told(rows).order_by(*order)[:ROLES_READ])
    pairs = _by_pair(found)
    if len(found) < ROLES_READ and len(pairs) < ROWS_SHOWN:
        return Rows(pairs, len(pairs))
    return Rows(pairs, rows.order_by().values("activity", "organization").distinct().count())


def _activities(user: Any, asked: set[int], today: datetime.date) -> tuple[dict[int, Any], Rows]:
    """Those asked about, by id, and those led that show a signal, all with their signals: in one statement."""
    led = (
        Participation.objects.filter(organization__in=user.focal_organization_ids, activity=OuterRef("pk"))
        .leading()
        .taking_part()
        .current_on(today)
    )
    any_signal = Q()
    for signal in Signal:
        any_signal |= signal_rule(signal, today)
    flagged = any_signal & Exists(led)
    rows = (
        Activity.objects.filter(Q(pk__in=asked) | flagged)
        .with_signals(today)
        .annotate(is_led=Exists(led), first=Case(When(pk__in=asked, then=Value(0)), default=Value(1)))
        .select_related("framework", "lead")
        .defer("search_text", "description", "editorial_note")
        .order_by("first", "sort_key")
    )
    most = len(asked) + ROWS_SHOWN
    found = sorted(rows[:most], key=lambda row: row.sort_key)
    with_signal = [row for row in found if row.is_led and signals_shown(row)]
    number = len(with_signal) if len(found) < most else Activity.objects.filter(flagged).count()
    return {row.pk: row for row in found}, Rows(with_signal[:ROWS_SHOWN], number)


def _rows(
    pairs: Iterable[list[Any]], activities: dict[int, Any], entries: Entries, today: datetime.date
) -> Iterator[Asked]:
    """One row for each activity and organization, however many roles it has there."""
    for roles in pairs:
        first = roles[0]
        activity = activities[first.activity_id]
        of_round = isinstance(first, UpdateRequest)
        yield Asked(
            activity,
            first.organization,
            [(each.participation if of_round else each).get_role_display() for each in roles],
            _signals(activity, today),
            first.heard_at,
            entries.last.get(first.last_id),
            str(uuid4()),
            RequestState(first.state) if of_round else None,
            first.round.due_on if of_round else activity.planned_end_on,
        )


def _signals(activity: Activity, today: datetime.date) -> list[tuple[Signal, str]]:
    return [(signal, signal_words(activity, signal, today)) for signal in signals_shown(activity)]


class Draft(NamedTuple):
    """What was typed and not saved; `corrects` is the id of the entry that it corrects, "" for a new one."""

    activity: Activity
    corrects: str
    kept_at: datetime.datetime


def drafts_of(user: Any) -> Rows:
    """The person's drafts, of activities still to be seen, the latest first."""
    rows = UpdateDraft.objects.filter(Activity.objects.visible_to(user).include("activity"), author=user)
    rows = rows.select_related("activity__framework").defer("activity__search_text")
    found = shown(rows.order_by("-saved_at", "-pk"))
    drafts = [
        Draft(row.activity, slot.removeprefix(CORRECTION) if slot.startswith(CORRECTION) else "", row.saved_at)
        for row in found
        for slot in row.data
    ]
    return Rows(drafts, found.number - len(found) + len(drafts))


def invitations_to(user: Any) -> Rows:
    """Invitations that await an answer of the person's organizations, the oldest first."""
    rows = Participation.objects.filter(
        Activity.objects.open().include("activity"),
        organization__in=user.focal_organization_ids,
        response=Response.INVITED,
    )
    return shown(rows.select_related("activity__framework", "organization").order_by("invited_at", "pk"))


def lead_proposals_to(user: Any, today: datetime.date) -> Rows:
    """Proposals that the person's organizations are asked to accept: to lead, or as co-leads another's offer."""
    co_leads = (
        Participation.objects.filter(
            activity=OuterRef("activity"), organization__in=user.focal_organization_ids, role=Role.CO_LEAD
        )
        .exclude(organization=OuterRef("organization"))
        .taking_part()
        .current_on(today)
    )
    to_us = Q(offered=False, organization__in=user.focal_organization_ids)
    offered = Q(Exists(co_leads), offered=True) & ~Q(proposed_by=user)
    rows = LeadProposal.objects.filter(to_us | offered, state=ProposalState.PROPOSED)
    return shown(rows.select_related("activity__framework", "organization").order_by("proposed_at", "pk"))
