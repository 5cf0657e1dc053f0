"""Status over time: how many undertakings stood in each status at the end of each quarter or year, in columns."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.utils.translation import gettext, ngettext

from tracker.toolkit.days import day_words
from tracker.toolkit.texts import current_language, direction

from ..choices import Status
from ..models import ActivityState
from ..models.querysets import ActivityQuerySet

QUARTERS, YEARS = 8, 10
# In pixels: the line on which the columns stand, the height of the highest, and the whole height with the words below.
BASE, HIGHEST, HEIGHT = 166, 144, 204
# Per cent of a column's share of the width that the column fills.
FILLED = 0.7
LEAST = 4

# How many stood in each status on one day.
Stock = Mapping[str, int]


class Segment(NamedTuple):
    status: str
    y: str
    height: str


class Column(NamedTuple):
    """One day: what stood where, drawn from below in the order of the statuses, and in numbers."""

    day: datetime.date
    label: str
    year: str
    x: str
    width: str
    middle: str
    top: str
    total: int
    segments: list[Segment]
    counts: list[tuple[str, int]]


class StatusChart(NamedTuple):
    columns: list[Column]
    sentence: str


def days_asked(today: datetime.date) -> list[datetime.date]:
    """The days that `draw` may need: the ends of the last quarters and of the last years, and today."""
    return sorted({*quarter_ends(today), *year_ends(today)})


def quarter_ends(today: datetime.date) -> list[datetime.date]:
    first = today.year * 4 + (today.month - 1) // 3
    starts = [datetime.date(n // 4, n % 4 * 3 + 1, 1) for n in range(first - QUARTERS + 2, first + 1)]
    return [start - datetime.timedelta(days=1) for start in starts] + [today]


def year_ends(today: datetime.date) -> list[datetime.date]:
    return [datetime.date(year, 12, 31) for year in range(today.year - YEARS + 1, today.year)] + [today]


def draw(stocks: Mapping[datetime.date, Stock], today: datetime.date) -> StatusChart | None:
    """By quarter, or by year where the register is older than the quarters; None where there was never anything.

    `stocks` tells of each of `days_asked`.
    """
    quarters, years = quarter_ends(today), year_ends(today)
    is_old = any(sum(stocks[day].values()) for day in years if day < quarters[0])
    days = years if is_old else quarters
    while len(days) > 1 and not sum(stocks[days[0]].values()):
        days = days[1:]
    largest = max(sum(stocks[day].values()) for day in days)
    if not largest:
        return None
    columns = [_column(days, number, stocks[day], largest, by_year=is_old) for number, day in enumerate(days)]
    return StatusChart(columns, _sentence(columns))


def status_over_time(undertakings: ActivityQuerySet, today: datetime.date) -> StatusChart | None:
    """The chart of these undertakings, as they were known on each of the days; one statement."""
    days = days_asked(today)
    known = {f"n{number}": Count("pk", filter=known_on(day)) for number, day in enumerate(days)}
    states = ActivityState.objects.filter(activity__in=undertakings.order_by().values("pk"))
    counted: dict[str, Any] = {row["status"]: row for row in states.order_by().values("status").annotate(**known)}
    stocks = {
        day: {status: number for status, row in counted.items() if (number := row[f"n{place}"])}
        for place, day in enumerate(days)
    }
    return draw(stocks, today)


def known_on(day: datetime.date) -> Q:
    return Q(known_from__lte=day, known_until__gt=day)


def _column(days: Sequence[datetime.date], number: int, stock: Stock, largest: int, *, by_year: bool) -> Column:
    share = 100 / len(days)
    width = share * FILLED
    x = share * number + (share - width) / 2
    if direction(current_language()) == "rtl":
        # Mirrored here: words in a chart cannot be turned round by the stylesheet.
        x = 100 - x - width
    day, is_last = days[number], number == len(days) - 1
    segments, y = [], float(BASE)
    counts = [(status, stock.get(status, 0)) for status in Status.values]
    for status, count in counts:
        if count:
            height = max(LEAST, HIGHEST * count / largest)
            y -= height
            segments.append(Segment(status, f"{y:.1f}", f"{height:.1f}"))
    quarter = gettext("Q%(number)d") % {"number": (day.month - 1) // 3 + 1}
    label = gettext("today") if is_last else str(day.year) if by_year else quarter
    begins = not by_year and not is_last and (number == 0 or day.month == 3)
    return Column(
        day=day,
        label=label,
        year=str(day.year) if begins else "",
        x=f"{x:.2f}",
        width=f"{width:.2f}",
        middle=f"{x + width / 2:.2f}",
        top=f"{y - 6:.1f}",
        total=sum(stock.values()),
        segments=segments,
        counts=counts,
    )


def _sentence(columns: Sequence[Column]) -> str:
    """The first day and the last one in words."""
    ends = [columns[0], columns[-1]] if len(columns) > 1 else [columns[0]]
    return " ".join(_told(column) for column in ends)


def _told(column: Column) -> str:
    labels = dict(Status.choices)
    parts = [f"{labels[status]} {number}" for status, number in column.counts if number]
    total = ngettext("%(number)d undertaking", "%(number)d undertakings", column.total) % {"number": column.total}
    if not parts:
        return gettext("%(day)s: none.") % {"day": day_words(column.day)}
    return gettext("%(day)s: %(total)s (%(statuses)s).") % {
        "day": day_words(column.day),
        "total": total,
        "statuses": gettext(", ").join(parts),
    }
