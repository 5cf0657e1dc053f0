"""What a person is asked for, as reporter and focal point of organizations."""

import datetime
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import uuid4

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When, Window

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
from .desk_entries import Entries, read_entries
from .rounds import Rate

DUE_SOON_DAYS = 30
ROWS_SHOWN = 50
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
    """An open round, and how many of the requests to the person's organizations are answered."""

    round: ReportingRound
    rate: Rate


class Flagged(NamedTuple):
    activity: Activity
    signals: list[tuple[Signal, str]]


class MemberDesk(NamedTuple):
    """`requests` are those of open rounds; `others` what waits for a word besides."""

    rounds: list[RoundAsked]
    requests: list[Asked]
    others: list[Asked]
    flagged: list[Flagged]
    entries: Entries


def read_member_desk(user: Any, today: datetime.date) -> MemberDesk:
    """What is asked of the person's organizations, in four statements."""
    requests, participations = _requests(user, today), _others(user, today)
    waiting = [row for row in requests if row.state in WAITING]
    activities = _activities(user, {row.activity_id for row in [*waiting, *participations]}, today)
    last = {row.last_id for row in [*waiting, *participations] if row.last_id}
    entries = read_entries(user, today, last)
    return MemberDesk(
        rounds=_rounds(requests),
        requests=_rows(waiting, activities, entries, today),
        others=_rows(participations, activities, entries, today),
        flagged=[
            Flagged(row, signals)
            for row in activities.values()
            if row.is_led and (signals := _signals(row, today))  # type: ignore[attr-defined]
        ],
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


def _requests(user: Any, today: datetime.date) -> list[Any]:
    """Requests of open rounds, what waits first and by due date, each with the numbers of its round."""
    rows = (
        _told(UpdateRequest.objects.standing())
        .filter(organization__in=user.reporting_organization_ids, round__closed_at__isnull=True)
        .with_state(today)
        .select_related("round", "organization", "participation")
        .annotate(
            requested=Window(Count("pk"), partition_by=F("round")),
            answered=Window(Count("pk", filter=Q(state__in=ANSWERED_STATES)), partition_by=F("round")),
            later=Case(When(state__in=WAITING, then=Value(0)), default=Value(1)),
        )
    )
    return list(rows.order_by("later", "round__due_on", "activity__sort_key", "organization", "pk")[: 2 * ROWS_SHOWN])


def _rounds(requests: Iterable[Any]) -> list[RoundAsked]:
    found = {row.round_id: RoundAsked(row.round, Rate(row.requested, row.answered)) for row in requests}
    return sorted(found.values(), key=lambda row: (row.round.due_on, row.round.number))


def _others(user: Any, today: datetime.date) -> list[Any]:
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
    return list(_told(rows).order_by(*order)[:ROWS_SHOWN])


def _activities(user: Any, asked: set[int], today: datetime.date) -> dict[int, Any]:
    """Those asked about and those led that show a signal, with their signals and `is_led`, in one statement."""
    led = (
        Participation.objects.filter(organization__in=user.focal_organization_ids, activity=OuterRef("pk"))
        .leading()
        .taking_part()
        .current_on(today)
    )
    any_signal = Q()
    for signal in Signal:
        any_signal |= signal_rule(signal, today)
    rows = (
        Activity.objects.filter(Q(pk__in=asked) | (any_signal & Exists(led)))
        .with_signals(today)
        .annotate(is_led=Exists(led), first=Case(When(pk__in=asked, then=Value(0)), default=Value(1)))
        .select_related("framework", "lead")
        .defer("search_text", "description", "editorial_note")
        .order_by("first", "sort_key")
    )
    found = sorted(rows[: len(asked) + ROWS_SHOWN], key=lambda row: row.sort_key)
    return {row.pk: row for row in found}


def _rows(found: Iterable[Any], activities: dict[int, Any], entries: Entries, today: datetime.date) -> list[Asked]:
    """One row for each activity and organization, however many roles it has there."""
    rows: dict[tuple[int, int], Asked] = {}
    for each in found:
        activity = activities[each.activity_id]
        state, due, role = None, activity.planned_end_on, each
        if isinstance(each, UpdateRequest):
            state, due, role = RequestState(each.state), each.round.due_on, each.participation  # type: ignore[attr-defined]
        asked = rows.setdefault(
            (each.activity_id, each.organization_id),
            Asked(
                activity,
                each.organization,
                [],
                _signals(activity, today),
                each.heard_at,
                entries.last.get(each.last_id),
                str(uuid4()),
                state,
                due,
            ),
        )
        asked.roles.append(role.get_role_display())
    return list(rows.values())[:ROWS_SHOWN]


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


def lead_proposals_to(user: Any, today: datetime.date) -> list[LeadProposal]:
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
    return list(rows.select_related("activity__framework", "organization").order_by("proposed_at", "pk")[:ROWS_SHOWN])
