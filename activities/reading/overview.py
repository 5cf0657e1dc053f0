"""Where cooperation stands: the numbers, the areas, what needs attention, what was heard and what comes next."""

import datetime
from collections import defaultdict
from typing import Any, NamedTuple

from django.core.cache import caches
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils.text import Truncator
from django.utils.translation import gettext, pgettext

from organizations.models import Organization
from tracker.toolkit.dates import PartialDate, spans_from, spans_until
from tracker.toolkit.texts import current_language

from ..choices import DEFAULT_UPDATE_INTERVAL_DAYS, Signal, Status, UpdateKind
from ..models import Activity, Area, Participation, StatusUpdate
from ..models.querysets import (
    ActivityQuerySet,
    is_moving,
    is_stuck,
    is_without_lead,
    scope_of,
    signal_rule,
)
from ..models.signals import days_overdue, days_silent, signal_words, span_words
from .pulse import pulse
from .status_chart import status_over_time

# The signals of the overview, worst first, each with what makes one row worse than another.
ATTENTION = {
    Signal.OVERDUE: ("planned_end_on", "pk"),
    Signal.LEAD_WITHDREW: ("lead_withdrew_on", "pk"),
    Signal.NO_LEAD: ("created_at", "pk"),
    Signal.SILENT: ("silent_on", "pk"),
}
ATTENTION_ROWS = 5
LATEST_ROWS = 5
COMING_DAYS = 60
COMING_ROWS = 8
# Beyond this, a number half a minute old is as good as a new one, and counting anew is dear.
LARGE = 1000


def numbers(activities: ActivityQuerySet, today: datetime.date) -> dict[str, int]:
    """How many of these activities move, are stuck, silent or without a lead, and how many items were taken up."""
    undertakings = activities.undertakings().filter(parent=OuterRef("pk"))
    serving = activities.undertakings().filter(also_serves=OuterRef("pk"))
    return activities.aggregate(
        undertakings=Count("pk", filter=Q(agreed=False)),
        items=Count("pk", filter=Q(agreed=True)),
        items_taken_up=Count("pk", filter=Q(agreed=True) & (Q(Exists(undertakings)) | Q(Exists(serving)))),
        moving=Count("pk", filter=is_moving(today)),
        stuck=Count("pk", filter=is_stuck(today)),
        stalled=Count("pk", filter=Q(status=Status.STALLED)),
        without_lead=Count("pk", filter=is_without_lead(today)),
        **{signal: Count("pk", filter=signal_rule(signal, today)) for signal in ATTENTION},
    )


def organizations_taking_part(activities: ActivityQuerySet, today: datetime.date) -> int:
    # Asked of each organization, which stops at the first answer, not of each participation.
    taking_part = (
        Participation.objects.taking_part()
        .current_on(today)
        .filter(Exists(activities.filter(pk=OuterRef("activity")).order_by()), organization=OuterRef("pk"))
    )
    return Organization.objects.filter(Exists(taking_part)).order_by().count()


class AreaRow(NamedTuple):
    """One line of the table; `mean` is None where no undertaking has stated its progress."""

    area: Area | None
    counts: list[tuple[str, int]]
    total: int
    mean: int | None


def areas(activities: ActivityQuerySet) -> list[AreaRow]:
    """Undertakings of each area by status, in the fixed order of statuses; the last row is the total."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    grouped = activities.undertakings().order_by().values("area", "status")
    for row in grouped.annotate(number=Count("pk"), stated=Count("progress"), progress_sum=Sum("progress")):
        counts[row["area"]][row["status"]] = row["number"]
        for key in (row["area"], 0):
            sums[key][0] += row["progress_sum"] or 0
            sums[key][1] += row["stated"]
        counts[0][row["status"]] = counts[0].get(row["status"], 0) + row["number"]
    listed: list[tuple[int, Area | None]] = [
        (area.pk, area) for area in Area.objects.order_by("framework__position", "position")
    ]
    return [
        AreaRow(
            area,
            [(status, counts[key].get(status, 0)) for status in Status.values],
            sum(counts[key].values()),
            round(sums[key][0] / sums[key][1]) if sums[key][1] else None,
        )
        for key, area in [*listed, (0, None)]
    ]


class Attention(NamedTuple):
    """Activities that show one signal: how many there are, and the worst of them with a reason in few words."""

    signal: Signal
    number: int
    rows: list[tuple[Activity, str]]


def needs_attention(activities: ActivityQuerySet, today: datetime.date, numbers: dict[str, int]) -> list[Attention]:
    """The worst activities of each signal. One that shows several stands under each of them."""
    all_rows = Activity.objects.order_by().with_signals(today).select_related("framework", "lead").defer("search_text")
    # One statement, but a set for each signal: joined by “or” they would be looked for in every row.
    worst = [
        all_rows.filter(pk__in=activities.showing(signal, today).order_by(*order).values("pk")[:ATTENTION_ROWS])
        for signal, order in ATTENTION.items()
    ]
    rows = list({row.pk: row for row in worst[0].union(*worst[1:], all=True)}.values())
    groups = []
    for signal, order in ATTENTION.items():
        showing = [row for row in rows if getattr(row, f"shows_{signal}")]
        showing.sort(key=lambda row: tuple(getattr(row, name) for name in order))
        if showing:
            reasons = [(row, reason(row, signal, today)) for row in showing[:ATTENTION_ROWS]]
            groups.append(Attention(Signal(signal), numbers[signal], reasons))
    return groups


def reason(activity: Activity, signal: str, today: datetime.date) -> str:
    """The signal of one row without its name, which stands above the group."""
    if signal == Signal.OVERDUE:
        return gettext("%(time)s late") % {"time": span_words(days_overdue(activity, today))}
    if signal == Signal.SILENT and (days := days_silent(activity, today)) is not None:
        return span_words(days)
    if signal == Signal.LEAD_WITHDREW:
        return gettext("on %(date)s") % {"date": activity.lead_withdrew_on.localized(short=True)}
    if signal == Signal.NO_LEAD:
        return ""  # since when is not known: the day it came into the register says nothing of that
    return signal_words(activity, signal, today)


def latest_updates(activities: ActivityQuerySet) -> list[StatusUpdate]:
    """What organizations told last. Entries recorded from old sources are no news."""
    newest = (
        StatusUpdate.objects.standing()
        .exclude(kind=UpdateKind.DOCUMENTED)
        # Asked of each entry from the newest on, until there are enough; what they refer to is joined to those alone.
        .filter(Exists(activities.filter(pk=OuterRef("activity")).order_by()))
        .order_by("-created_at", "-pk")
    )
    return list(
        StatusUpdate.objects.filter(pk__in=newest.values("pk")[:LATEST_ROWS])
        .order_by("-created_at", "-pk")
        .select_related("activity__framework", "organization")
        .defer("activity__search_text", "activity__description", "activity__editorial_note")
    )


def gist(update: StatusUpdate) -> str:
    """What the entry says, in one or two lines."""
    said = update.done or update.obstacles or update.next_steps or update.reason
    return Truncator(said).chars(180) if said else str(UpdateKind(update.kind).label)


class Coming(NamedTuple):
    """A date ahead, with the activity and what happens then."""

    on: PartialDate
    activity: Activity
    what: str


def coming_up(activities: ActivityQuerySet, today: datetime.date) -> list[Coming]:
    """Planned ends and review dates of the next days, nearest first. An end known only to the year is no such date."""
    horizon = today + datetime.timedelta(days=COMING_DAYS)
    years = [str(today.year), str(horizon.year)]
    ends = spans_from("planned_end_on", today) & spans_until("planned_end_on", horizon) & ~Q(planned_end_on__in=years)
    reviews = Q(review_on__gte=today, review_on__lte=horizon)
    found = []
    rows = activities.open().filter(ends | reviews).select_related("framework", "lead").defer("search_text")
    for activity in rows.order_by("planned_end_on", "pk")[: 4 * COMING_ROWS]:
        end = activity.planned_end_on
        if end and len(end) != 4 and end.last_day >= today and end.first_day <= horizon:
            found.append(Coming(end, activity, gettext("Planned end")))
        if activity.review_on and today <= activity.review_on <= horizon:
            found.append(Coming(PartialDate(activity.review_on), activity, pgettext("date", "Review")))
    return sorted(found, key=lambda coming: coming.on)[:COMING_ROWS]


def overview_context(user: Any, today: datetime.date) -> dict[str, Any]:
    """Everything the overview says to this person on this day: of a large register at most 30 seconds old."""
    activities = Activity.objects.visible_to(user)
    # The scope is part of the key: nobody is shown a number that counts what another may read.
    key = f"overview:{scope_of(user)}:{today}:{current_language()}"
    context = caches["process"].get(key)
    if context is None:
        context = _counted_context(activities, today)
        if context["numbers"]["undertakings"] > LARGE:
            caches["process"].set(key, context)
    return context | {"latest": [(update, gist(update)) for update in latest_updates(activities)]}


def _counted_context(activities: ActivityQuerySet, today: datetime.date) -> dict[str, Any]:
    """What is found by going through all activities."""
    counted = numbers(activities, today)
    rows = areas(activities)
    return {
        "numbers": counted,
        "moving_since": (today - datetime.timedelta(days=DEFAULT_UPDATE_INTERVAL_DAYS)).isoformat(),
        "organizations": organizations_taking_part(activities, today),
        "areas": rows[:-1],
        "all_areas": rows[-1],
        "largest": max([row.total for row in rows[:-1]], default=0) or 1,
        "attention": needs_attention(activities, today, counted),
        "coming": coming_up(activities, today),
        "over_time": status_over_time(activities.undertakings(), today),
        "pulse": pulse(activities, today, [row.area for row in rows[:-1] if row.area]),
    }
