"""What coordinators said of entries: the queue, one entry with what went before it, and how often what was returned."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce, Concat

from organizations.models import Organization, User
from tracker.toolkit.dates import PartialDate

from ..choices import ReturnReason, ReviewState
from ..models import Evidence, ReportingRound, Review, ReviewReason, StatusUpdate

ORGANIZATIONS_SHOWN = 50
RETURNS_SHOWN = 10


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


def read_queue(of_round: ReportingRound | None) -> QuerySet:
    """The reviews that wait, the oldest first, each with the number of its pieces of evidence."""
    evidence = Evidence.objects.filter(update=OuterRef("update")).order_by().values("update")
    rows = (
        Review.objects.waiting()
        .select_related("update__activity__framework", "update__organization", "update__author", "update__round")
        .defer("update__activity__search_text", "update__activity__description", "update__activity__editorial_note")
        .annotate(evidence=Coalesce(Subquery(evidence.annotate(number=Count("pk")).values("number")), 0))
        .order_by("submitted_at", "pk")
    )
    return rows.filter(update__round=of_round) if of_round else rows


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
    """How many reviews of an organization or a round came to which end; `of` is None outside a round."""

    of: Any
    waiting: int
    returned: int
    accepted: int


class Counts(NamedTuple):
    reasons: list[tuple[str, int]]
    organizations: list[Counted]
    rounds: list[Counted]


def read_counts(of_round: ReportingRound | None) -> Counts:
    """Returned updates by reason, by organization (most returned first) and by round (newest first)."""
    reviews = Review.objects.order_by()
    here = reviews.filter(update__round=of_round) if of_round else reviews
    given = ReviewReason.objects.filter(review__in=here) if of_round else ReviewReason.objects.all()
    times: Mapping[str, int] = dict(given.order_by().values_list("code").annotate(number=Count("pk")))
    reasons = [(str(label), times.get(code, 0)) for code, label in ReturnReason.choices]
    organizations = _counted(here, "update__organization", Organization.objects.all())
    returning = sorted((row for row in organizations if row.returned), key=lambda row: (-row.returned, row.of.acronym))
    rounds = _counted(reviews, "update__round", ReportingRound.objects.all())
    rounds.sort(key=lambda row: row.of.number if row.of else 0, reverse=True)
    return Counts(reasons, returning[:ORGANIZATIONS_SHOWN], rounds)


def _counted(reviews: QuerySet, column: str, rows: QuerySet) -> list[Counted]:
    """Two statements: the numbers, and what they are numbers of."""
    waiting = Q(state=ReviewState.SUBMITTED, update__correction__isnull=True)
    found = list(
        reviews.values_list(column).annotate(
            waiting=Count("pk", filter=waiting),
            returned=Count("pk", filter=Q(state=ReviewState.RETURNED)),
            accepted=Count("pk", filter=Q(state=ReviewState.ACCEPTED)),
        )
    )
    named = rows.in_bulk([key for key, *_ in found if key])
    return [Counted(named.get(key), *numbers) for key, *numbers in found]
