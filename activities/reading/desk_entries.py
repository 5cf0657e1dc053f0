"""Entries of the log that a desk shows – what was said last, what came back, what is new – read in one statement."""

import datetime
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from ..choices import ReviewState, UpdateKind
from ..models import Participation, Review, StatusUpdate
from .cut import ROWS_SHOWN, Rows
from .review import Exchange, answers_after_return, exchange_of, with_exchange

LOGGED_SHOWN = 10
QUEUE_SHOWN = 5
LATEST_SHOWN = 5

LAST, RETURNED, LOGGED, QUEUE, LATEST = "last", "returned", "logged", "queue", "latest"


class Returned(NamedTuple):
    """An entry that came back and waits for another one; `corrects` tells whether this person may correct it."""

    update: StatusUpdate
    exchange: Exchange
    corrects: bool


class Entries(NamedTuple):
    """`last` holds the entries that were asked for, by their ids; `waiting` is how many wait for review in all."""

    last: dict[int, StatusUpdate]
    returned: Rows
    logged: list[StatusUpdate]
    queue: list[StatusUpdate]
    latest: list[StatusUpdate]
    waiting: int


def read_entries(user: Any, today: datetime.date, last: Collection[int] = ()) -> Entries:
    """What this person's desk says of the log. `queue` and `latest` are the coordinators'."""
    came_back = _returned_to(user, today)
    parts = {
        LAST: StatusUpdate.objects.filter(pk__in=last),
        LOGGED: _logged_by(user),
        RETURNED: came_back[: ROWS_SHOWN + 1],
    }
    if user.is_coordinator:
        parts |= {QUEUE: _waiting(), LATEST: _latest()}
    whole = _whole(user, today)
    marked = [whole.filter(pk__in=rows.values("pk")).annotate(part=Value(name)) for name, rows in parts.items()]
    found: dict[str, list[Any]] = {name: [] for name in (LAST, RETURNED, LOGGED, QUEUE, LATEST)}
    for row in marked[0].union(*marked[1:], all=True):
        found[row.part].append(row)
    for name in (LOGGED, LATEST):
        found[name].sort(key=lambda row: (row.created_at, row.pk), reverse=True)
    found[QUEUE].sort(key=lambda row: (row.review.submitted_at, row.pk))
    found[RETURNED].sort(key=lambda row: (row.review.decided_at, row.pk))
    return Entries(
        last={row.pk: row for row in found[LAST]},
        returned=Rows(
            [
                Returned(row, exchange, _may_correct(row, user))
                for row in found[RETURNED][:ROWS_SHOWN]
                if (exchange := exchange_of(row))
            ],
            came_back.count() if len(found[RETURNED]) > ROWS_SHOWN else len(found[RETURNED]),
        ),
        logged=found[LOGGED],
        queue=found[QUEUE],
        latest=found[LATEST],
        waiting=found[QUEUE][0].waiting if found[QUEUE] else 0,
    )


def _whole(user: Any, today: datetime.date) -> QuerySet:
    leading = Participation.objects.leading().taking_part().current_on(today)
    waiting = Review.objects.waiting().order_by().annotate(one=Value(1)).values("one")
    return (
        with_exchange(StatusUpdate.objects.order_by())
        .select_related("activity__framework", "organization")
        .defer("activity__search_text", "activity__description", "activity__editorial_note")
        .annotate(
            leads=Exists(
                leading.filter(activity=OuterRef("activity"), organization=OuterRef("organization")).filter(
                    organization__in=user.focal_organization_ids
                )
            ),
            waiting=Coalesce(Subquery(waiting.annotate(number=Count("pk")).values("number")), 0)
            if user.is_coordinator
            else Value(0),
        )
    )


def _logged_by(user: Any) -> QuerySet:
    rows = StatusUpdate.objects.visible_to(user).filter(author=user)
    return rows.order_by("-created_at", "-pk")[:LOGGED_SHOWN]


def _returned_to(user: Any, today: datetime.date) -> QuerySet:
    """Returned and not answered, of the organizations this person reports for; a coordinator's own as well.

    Of an organization that has left the activity nothing more is expected.
    """
    whose = Q(organization__in=user.reporting_organization_ids)
    if user.is_coordinator:
        whose |= Q(author=user)
    takes_part = (
        Participation.objects.taking_part()
        .current_on(today)
        .filter(activity=OuterRef("activity"), organization=OuterRef("organization"))
    )
    rows = StatusUpdate.objects.filter(whose, Exists(takes_part), review__state=ReviewState.RETURNED)
    return rows.filter(~Exists(answers_after_return())).order_by("review__decided_at", "pk")


def _waiting() -> QuerySet:
    rows = StatusUpdate.objects.filter(review__state=ReviewState.SUBMITTED, correction__isnull=True)
    return rows.order_by("review__submitted_at", "review")[:QUEUE_SHOWN]


def _latest() -> QuerySet:
    rows = StatusUpdate.objects.standing().exclude(kind=UpdateKind.DOCUMENTED)
    return rows.order_by("-created_at", "-pk")[:LATEST_SHOWN]


def _may_correct(row: Any, user: Any) -> bool:
    """What set the status is corrected by those who may set it; others answer with an entry of its own."""
    sets_state = bool(row.status) or row.progress is not None
    return user.is_coordinator or row.leads or not sets_state
