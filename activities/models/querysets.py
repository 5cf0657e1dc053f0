"""Sets of activities, named as one would say them. Every rule about rows – visibility, signals – stands here once."""

import datetime
from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import BooleanField, Case, Exists, F, FilteredRelation, OuterRef, Q, When
from django.utils import timezone

from tracker.toolkit.dates import is_past

from ..choices import (
    DEFAULT_UPDATE_INTERVAL_DAYS,
    OPEN_STATUSES,
    Signal,
    Status,
    Visibility,
)
from .participation import Participation

IS_OPEN = Q(status__in=OPEN_STATUSES)

# What the states of an activity remember from day to day. Everything else is known only as it is today.
DATED = ("status", "status_as_of", "progress", "last_update_at", "lead_id", "lead_withdrew_on", "silent_on")

COMPARED = ("status", "progress", "silent_on")


def then(name: str) -> str:
    """The column that tells a derived fact in rows read `as_known_on` a day; other names stay as they are."""
    return f"then_{name}" if name in DATED else name


def signal_rule(signal: str, today: datetime.date, column: Callable[[str], str] = str) -> Q:
    """The rule of a signal as a condition on activities. Raises ValueError for a signal that does not exist.

    `column` names the columns of rows that were read as they were known on that day.
    """
    is_open = Q(**{f"{column('status')}__in": OPEN_STATUSES})
    nobody_leads = Q(**{f"{column('lead_id')}__isnull": True})
    never_withdrew = Q(**{column("lead_withdrew_on"): ""})
    match signal:
        case Signal.OVERDUE:
            return is_open & is_past("planned_end_on", today)
        case Signal.LEAD_WITHDREW:
            return is_open & nobody_leads & ~never_withdrew
        case Signal.NO_LEAD:
            return is_open & Q(agreed=False) & nobody_leads & never_withdrew
        case Signal.SILENT:
            return is_open & Q(**{f"{column('silent_on')}__lte": today})
        case Signal.UNANSWERED:
            return is_open & Q(Exists(Participation.objects.unanswered(today).filter(activity=OuterRef("pk"))))
        case Signal.PAST_REVIEW:
            return is_open & Q(review_on__lt=today)
        case Signal.NO_CLOSING_CONDITION:
            return is_open & Q(agreed=False, closing_condition="")
    raise ValueError(f"no such signal: {signal}")


def scope_of(user: Any) -> str:
    """A name for what this person may see: persons with the same scope see the same rows."""
    if not user.is_authenticated:
        return "anonymous"
    if user.is_coordinator:
        return "coordinator"
    return "member:" + ",".join(map(str, sorted(user.organization_ids)))


def is_moving(today: datetime.date) -> Q:
    """Under way, and reported on in the last 90 days."""
    since = today - datetime.timedelta(days=DEFAULT_UPDATE_INTERVAL_DAYS)
    midnight = timezone.make_aware(datetime.datetime.combine(since, datetime.time()))
    return Q(status=Status.UNDER_WAY, last_update_at__gte=midnight)


def is_stuck(today: datetime.date) -> Q:
    """Stalled, or past the due date while open."""
    return Q(status=Status.STALLED) | signal_rule(Signal.OVERDUE, today)


def is_without_lead(today: datetime.date) -> Q:
    """Open, and nobody is named or the lead withdrew."""
    return signal_rule(Signal.NO_LEAD, today) | signal_rule(Signal.LEAD_WITHDREW, today)


class ActivityQuerySet(models.QuerySet):
    """Activities, as sets. Nothing is hidden by default: ask for `visible_to` where a person looks."""

    def visible_to(self, user: Any) -> "ActivityQuerySet":
        """What this person may read."""
        if not user.is_authenticated:
            return self.filter(visibility=Visibility.PUBLIC)
        if user.is_coordinator:
            return self
        open_to_members = Q(visibility__in=(Visibility.PUBLIC, Visibility.INTERNAL))
        if not user.organization_ids:
            return self.filter(open_to_members)
        takes_part = Participation.objects.opening_to(user.organization_ids).filter(activity=OuterRef("pk"))
        return self.filter(open_to_members | Q(Exists(takes_part)))

    def as_known_on(self, day: datetime.date) -> "ActivityQuerySet":
        """Those known on that day, each with the columns `then_status`, `then_lead_id` … of its state on that day."""
        if self.is_dated:
            return self
        # Both conditions in one call: they speak of one state, of which there is one a day.
        rows = self.filter(states__known_from__lte=day, states__known_until__gt=day)
        return rows.annotate(**{then(name): F(f"states__{name}") for name in DATED})

    def beside(self, day: datetime.date) -> "ActivityQuerySet":
        """Each row with `before_status` … of its state on that day, all of them None where it was not known yet."""
        on_that_day = Q(states__known_from__lte=day, states__known_until__gt=day)
        rows = self.annotate(before=FilteredRelation("states", condition=on_that_day))
        return rows.annotate(**{f"before_{name}": F(f"before__{name}") for name in COMPARED})

    @property
    def is_dated(self) -> bool:
        """Whether these rows were read `as_known_on` a day."""
        return then("status") in self.query.annotations

    def column(self, name: str) -> str:
        """The column of these rows that tells a derived fact."""
        return then(name) if self.is_dated else name

    def include(self, column: str) -> Exists:
        """“The activity that `column` of a row names is one of these”, as a condition on those rows.

        It is asked of each row by its key. Of `column__in` SQLite would first make a list of all these activities.
        """
        return Exists(self.order_by().filter(pk=OuterRef(column)))

    def undertakings(self) -> "ActivityQuerySet":
        return self.filter(agreed=False)

    def agreed_items(self) -> "ActivityQuerySet":
        return self.filter(agreed=True)

    def open(self) -> "ActivityQuerySet":
        return self.filter(IS_OPEN)

    def showing(self, signal: str, today: datetime.date) -> "ActivityQuerySet":
        """Activities that raise this signal on that day."""
        return self.filter(signal_rule(signal, today, self.column))

    def with_signals(self, today: datetime.date) -> "ActivityQuerySet":
        """Each row with a boolean for each signal: `shows_overdue` and so on."""
        return self.annotate(
            **{
                f"shows_{signal}": Case(
                    When(signal_rule(signal, today, self.column), then=True), default=False, output_field=BooleanField()
                )
                for signal in Signal.values
            }
        )

    def moving(self, today: datetime.date) -> "ActivityQuerySet":
        return self.filter(is_moving(today))

    def stuck(self, today: datetime.date) -> "ActivityQuerySet":
        return self.filter(is_stuck(today))

    def without_lead(self, today: datetime.date) -> "ActivityQuerySet":
        return self.filter(is_without_lead(today))
