"""What coordinators said of entries: the queue, one entry with what went before it, and how often what was returned."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce, Concat

from organizations.models import Organization, User
from tracker.toolkit.dates import PartialDate

from ..choices import ReturnReason, ReviewState
from ..models import Evidence, ReportingRound, Review, ReviewReason, StatusUpdate

ORGANIZATIONS_SHOWN = 50
RETURNS_SHOWN = 10
# How an address asks for what was logged while no round asked for it.
OUTSIDE = "none"


class Exchange(NamedTuple):
    """What became of an entry in review, and the entry that answers it where it was returned."""

    state: str
    label: str
    decided_at: datetime
    decided_by: User
    reasons: list[str]
    sentence: str
    language: str
    answer_id: int | None
    answer_as_of: PartialDate | None


def answers_after_return() -> QuerySet:
    """Of an outer entry that was returned: the standing entries of its organization since, the newest first."""
    since = Q(created_at__gte=OuterRef("review__decided_at"), pk__gt=OuterRef("pk")) | Q(corrects=OuterRef("pk"))
    return (
        StatusUpdate.objects.standing()
        .filter(since, activity=OuterRef("activity"), organization=OuterRef("organization"))
        .order_by("-pk")
    )


def with_exchange(updates: QuerySet) -> QuerySet:
    """Entries with their review, its reasons and the entry that answers it, in the statement that reads them."""
    returned = Q(review__state=ReviewState.RETURNED)
    answer = answers_after_return()
    given = [
        Case(
            When(Exists(ReviewReason.objects.filter(review=OuterRef("review"), code=code)), then=Value(f"{code} ")),
            default=Value(""),
        )
        for code in ReturnReason.values
    ]
    return updates.select_related("review__decided_by").annotate(
        reason_codes=Case(When(returned, then=Concat(*given)), default=Value(""), output_field=TextField()),
        answer_id=Case(When(returned, then=Subquery(answer.values("pk")[:1]))),
        answer_as_of=Case(When(returned, then=Subquery(answer.values("as_of")[:1]))),
    )


def exchange_of(update: Any) -> Exchange | None:
    """The exchange about an entry that was read `with_exchange`; None while it waits or where nobody reviews it."""
    review: Review | None = getattr(update, "review", None)
    if review is None or review.decided_at is None or review.decided_by is None:
        return None
    return Exchange(
        state=review.state,
        label=review.get_state_display(),
        decided_at=review.decided_at,
        decided_by=review.decided_by,
        reasons=[str(ReturnReason(code).label) for code in update.reason_codes.split()],
        sentence=review.sentence,
        language=review.language,
        answer_id=update.answer_id,
        answer_as_of=PartialDate(update.answer_as_of) if update.answer_as_of else None,
    )


class Selected(NamedTuple):
    """Which reviews are asked for. `of_round` is a round, or OUTSIDE; a `reason` is only given to what was returned."""

    state: str = ReviewState.SUBMITTED
    of_round: Any = None
    organization: Organization | None = None
    reason: str = ""

    @property
    def waits(self) -> bool:
        return self.state == ReviewState.SUBMITTED

    def in_round(self) -> Q:
        if self.of_round is None:
            return Q()
        return Q(update__round=None) if self.of_round == OUTSIDE else Q(update__round=self.of_round)

    def of_organization(self) -> Q:
        return Q(update__organization=self.organization) if self.organization else Q()

    def query(self, **changes: Any) -> str:
        """The query string of this selection, or of another one that differs in `changes`."""
        other = self._replace(**changes)
        given = {
            "round": getattr(other.of_round, "number", other.of_round),
            "organization": other.organization.slug if other.organization else "",
            "state": "" if other.waits or other.reason else other.state,
            "reason": other.reason,
        }
        return urlencode({name: value for name, value in given.items() if value})


def read_queue(selected: Selected) -> QuerySet:
    """The reviews that wait, the oldest first, or those decided, the newest first; each with its number of evidence."""
    evidence = Evidence.objects.filter(update=OuterRef("update")).order_by().values("update")
    found = Review.objects.waiting() if selected.waits else Review.objects.filter(state=selected.state)
    if selected.reason:
        found = found.filter(Exists(ReviewReason.objects.filter(review=OuterRef("pk"), code=selected.reason)))
    rows = (
        found.filter(selected.in_round(), selected.of_organization())
        .select_related("update__activity__framework", "update__organization", "update__author", "update__round")
        .select_related("decided_by")
        .prefetch_related("reasons")
        .defer("update__activity__search_text", "update__activity__description", "update__activity__editorial_note")
        .annotate(evidence=Coalesce(Subquery(evidence.annotate(number=Count("pk")).values("number")), 0))
    )
    return rows.order_by("submitted_at", "pk") if selected.waits else rows.order_by("-decided_at", "-pk")


class Entry(NamedTuple):
    """One entry before a coordinator: what the organization said last time, and what was returned to it before."""

    update: StatusUpdate
    exchange: Exchange | None
    previous: StatusUpdate | None
    returned: list[tuple[StatusUpdate, Exchange]]


def read_entry(review_id: int) -> Entry:
    """Raises StatusUpdate.DoesNotExist."""
    whole = with_exchange(StatusUpdate.objects.select_related("organization", "author", "round"))
    update = (
        whole.select_related("activity__framework", "corrects", "correction__review")
        .prefetch_related("evidence", "obstacle_kinds")
        .get(review=review_id)
    )
    before = whole.filter(activity=update.activity_id, organization=update.organization_id, pk__lt=update.pk)
    previous = (
        StatusUpdate.objects.standing()
        .filter(activity=update.activity_id, organization=update.organization_id, pk__lt=update.pk)
        .prefetch_related("evidence", "obstacle_kinds")
        .newest_first()
        .first()
    )
    returned = before.filter(review__state=ReviewState.RETURNED).order_by("-pk")[:RETURNS_SHOWN]
    pairs = [(row, exchange) for row in reversed(returned) if (exchange := exchange_of(row))]
    return Entry(update, exchange_of(update), previous, pairs)


class Counted(NamedTuple):
    """How many reviews of an organization or a round came to which end; `of` is None outside a round.

    Each number has the query string of the list that it counts.
    """

    of: Any
    waiting: tuple[int, str]
    returned: tuple[int, str]
    accepted: tuple[int, str]

    @property
    def decided(self) -> tuple[tuple[int, str], ...]:
        return self.returned, self.accepted

    @property
    def numbers(self) -> tuple[tuple[int, str], ...]:
        return self.waiting, *self.decided


class Counts(NamedTuple):
    """`reasons`: each with its number and the query string of the updates returned for it."""

    reasons: list[tuple[str, int, str]]
    organizations: list[Counted]
    rounds: list[Counted]


def read_counts(selected: Selected) -> Counts:
    """Returned updates by reason, by organization (most returned first) and by round (newest first).

    Reasons are those of the round and of the organization asked for, organizations those of the round, and rounds
    those of the organization: so each can be compared with the others.
    """
    reviews = Review.objects.order_by()
    in_round, of_organization = reviews.filter(selected.in_round()), reviews.filter(selected.of_organization())
    here = in_round.filter(selected.of_organization())
    given = ReviewReason.objects.filter(review__in=here).order_by().values_list("code").annotate(number=Count("pk"))
    times: Mapping[str, int] = dict(given)
    reasons = [(str(label), times.get(code, 0), selected.query(reason=code)) for code, label in ReturnReason.choices]
    plain = selected._replace(reason="")
    organizations = _counted(in_round, "organization", Organization.objects.all(), plain)
    returning = [row for row in organizations if row.of and row.returned[0]]
    returning.sort(key=lambda row: (-row.returned[0], row.of.acronym))
    rounds = _counted(of_organization, "of_round", ReportingRound.objects.all(), plain)
    rounds.sort(key=lambda row: row.of.number if row.of else 0, reverse=True)
    return Counts(reasons, returning[:ORGANIZATIONS_SHOWN], rounds)


def _counted(reviews: QuerySet, what: str, rows: QuerySet, selected: Selected) -> list[Counted]:
    """Two statements: the numbers, and what they are numbers of. `what` is the part of a selection that they are."""
    column = {"organization": "update__organization", "of_round": "update__round"}[what]
    waiting = Q(state=ReviewState.SUBMITTED, update__correction__isnull=True)
    found = list(
        reviews.values_list(column).annotate(
            waiting=Count("pk", filter=waiting),
            returned=Count("pk", filter=Q(state=ReviewState.RETURNED)),
            accepted=Count("pk", filter=Q(state=ReviewState.ACCEPTED)),
        )
    )
    named = rows.in_bulk([key for key, *_ in found if key])
    states = (ReviewState.SUBMITTED, ReviewState.RETURNED, ReviewState.ACCEPTED)
    counted = []
    for key, *numbers in found:
        of = named.get(key)
        which = {what: of or (OUTSIDE if what == "of_round" else None)}
        queries = (selected.query(state=state, **which) for state in states)
        counted.append(Counted(of, *zip(numbers, queries, strict=True)))
    return counted
