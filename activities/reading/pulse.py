"""The strip of marks that shows when each open activity was last heard of: its geometry, and the same in words."""

import datetime
from bisect import bisect_left
from collections import defaultdict
from typing import Any, NamedTuple

from django.db.models import Case, Count, DateField, Min, When
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from tracker.toolkit.texts import current_language, direction

from ..choices import DEFAULT_UPDATE_INTERVAL_DAYS, OPEN_STATUSES, Status
from ..models import Area
from ..models.querysets import ActivityQuerySet

HORIZON_DAYS = 180
# So many days share a mark: as few as leave no more marks than can be told apart.
BINS = (3, 6, 10, 15)
MARKS = 500
# Per cent of the width: day 0, the last day of the scale, everything older, never.
FIRST, LAST, OLDER, NEVER = 2.0, 69.0, 81.0, 95.0
TICKS = (0, 30, 60, 90, 120, 150, 180)
HEIGHT = 48
LEVELS = (24, 15, 33, 6, 42)
MARK_WIDTH = 1.4
LABEL_WIDTH = 5.0
NAMED_IN_SENTENCE = 8
# The columns of the table end on the days of the scale.
ENDS = TICKS[1:]


class Mark(NamedTuple):
    """One mark: `number` activities of one area and status, heard of in the same days."""

    x: str
    y: int
    status: str
    label: str
    label_y: int


class Tick(NamedTuple):
    x: str
    label: str
    is_limit: bool


class Strip(NamedTuple):
    code: str
    marks: list[Mark]


class Heard(NamedTuple):
    """One row of the table: the open activities of an area in one status, by when they were last heard of."""

    code: str
    status: Status
    numbers: list[int]

    @property
    def total(self) -> int:
        return sum(self.numbers)


class Pulse(NamedTuple):
    """`strips` by area, the ticks of their common scale, and the sentence and the table that say the same."""

    strips: list[Strip]
    ticks: list[Tick]
    sentence: str
    heads: list[str]
    rows: list[Heard]


class _Bin(NamedTuple):
    place: float
    days: int | None
    status: str
    number: int
    code: str


def pulse(activities: ActivityQuerySet, today: datetime.date, areas: list[Area]) -> Pulse | None:
    """The chart of all open activities that are expected to report; None where there are none.

    The database counts by area, status and day, so that the chart costs the same whatever the number of activities.
    """
    found = _counted(activities, today)
    if not found:
        return None
    bins = gather(found, today)
    strips = [Strip(area.code, _marks(bins.get(area.pk, []))) for area in areas if area.pk in bins]
    ticks = [_tick(day) for day in TICKS]
    ticks += [Tick(_x(OLDER), gettext("longer"), False), Tick(_x(NEVER), gettext("never"), False)]
    sentence = _sentence([mark for row in bins.values() for mark in row])
    return Pulse(strips, ticks, sentence, _heads(), _table(found, today, areas))


def _counted(activities: ActivityQuerySet, today: datetime.date) -> list[dict[str, Any]]:
    start = datetime.datetime.combine(today, datetime.time(), tzinfo=timezone.get_current_timezone())
    horizon = start - datetime.timedelta(days=HORIZON_DAYS)
    grouped = (
        activities.open()
        .exclude(silent_on=None)
        .order_by()
        # Older days would be as many groups as there are days in history: they share one.
        .annotate(
            heard_on=Case(
                When(last_update_at__gte=horizon, then=TruncDate("last_update_at")), output_field=DateField()
            ),
            was_heard=Case(When(last_update_at=None, then=0), default=1),
        )
        .values("area", "status", "heard_on", "was_heard")
        .annotate(number=Count("pk"), first=Min("code"))
    )
    return list(grouped)


def gather(rows: list[dict[str, Any]], today: datetime.date) -> dict[int, list[_Bin]]:
    """The marks by area, in the order of the days: in a large register each stands for more days."""
    joined = _joined(rows, today, BINS[0])
    for size in BINS[1:]:
        if len(joined) > MARKS:
            joined = _joined(rows, today, size)
    by_area: dict[int, list[_Bin]] = defaultdict(list)
    for (area, _status, _days), mark in sorted(joined.items(), key=lambda item: (item[1].place, item[0][1])):
        by_area[area].append(mark)
    return by_area


def _joined(rows: list[dict[str, Any]], today: datetime.date, bin_days: int) -> dict[tuple[int, str, float], _Bin]:
    """What was heard in the same so many days, by area and status."""
    joined: dict[tuple[int, str, float], _Bin] = {}
    for row in rows:
        days = _days_since(row, today)
        place = NEVER if days is None else OLDER if days > HORIZON_DAYS else _place(days - days % bin_days)
        key = (row["area"], row["status"], place)
        before = joined.get(key)
        joined[key] = _Bin(place, days, row["status"], row["number"] + (before.number if before else 0), row["first"])
    return joined


def _days_since(row: dict[str, Any], today: datetime.date) -> int | None:
    """None where never heard of; of what is older than the scale, one day more than it has."""
    if row["heard_on"]:
        return (today - row["heard_on"]).days
    return HORIZON_DAYS + 1 if row["was_heard"] else None


def _heads() -> list[str]:
    starts = [0, *(day + 1 for day in ENDS)]
    spans = [f"{start}–{end}" for start, end in zip(starts, ENDS, strict=False)]
    return [*spans, gettext("longer"), gettext("never")]


def _table(rows: list[dict[str, Any]], today: datetime.date, areas: list[Area]) -> list[Heard]:
    """As many rows at most as there are areas and open statuses."""
    numbers: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0] * (len(ENDS) + 2))
    for row in rows:
        days = _days_since(row, today)
        place = len(ENDS) + 1 if days is None else bisect_left(ENDS, days)
        numbers[row["area"], row["status"]][place] += row["number"]
    return [
        Heard(area.code, Status(status), numbers[area.pk, status])
        for area in areas
        for status in OPEN_STATUSES
        if (area.pk, status) in numbers
    ]


def _marks(bins: list[_Bin]) -> list[Mark]:
    """Marks that would lie on each other are moved up or down; labels likewise, and left out where there is no room."""
    taken = dict.fromkeys(LEVELS, -100.0)
    labelled = {-10: -100.0, 20: -100.0}
    marks = []
    for found in bins:
        level = next((level for level in LEVELS if found.place - taken[level] >= MARK_WIDTH), LEVELS[0])
        taken[level] = found.place
        label, side = _label(found), 0
        if label:
            side = next((y for y, last in labelled.items() if found.place - last >= LABEL_WIDTH), 0)
            if side:
                labelled[side] = found.place
        marks.append(Mark(_x(found.place), level, found.status, label if side else "", side))
    return marks


def _label(found: _Bin) -> str:
    if found.number > 1:
        return str(found.number)
    return found.code if _is_late(found) else ""


def _is_late(found: _Bin) -> bool:
    return found.days is None or found.days > DEFAULT_UPDATE_INTERVAL_DAYS


def _place(days: int) -> float:
    return FIRST + (LAST - FIRST) * days / HORIZON_DAYS


def _tick(days: int) -> Tick:
    is_limit = days == DEFAULT_UPDATE_INTERVAL_DAYS
    label = ngettext("%(days)d day", "%(days)d days", days) % {"days": days} if is_limit else str(days)
    return Tick(_x(_place(days)), label, is_limit)


def _x(place: float) -> str:
    """Mirrored here for languages written from the right: text in a chart cannot be flipped by the stylesheet."""
    return f"{100 - place if direction(current_language()) == 'rtl' else place:.1f}"


def _sentence(bins: list[_Bin]) -> str:
    total = sum(found.number for found in bins)
    late = [found for found in bins if _is_late(found)]
    beyond = sum(found.number for found in late)
    never = sum(found.number for found in late if found.days is None)
    parts = [
        ngettext("%(number)d open activity.", "%(number)d open activities.", total) % {"number": total},
        gettext("%(number)d not heard of for more than %(days)d days or never.")
        % {"number": beyond, "days": DEFAULT_UPDATE_INTERVAL_DAYS},
    ]
    if never:
        parts.append(gettext("%(number)d never reported on.") % {"number": never})
    worst = sorted((found for found in late if found.number == 1 and found.days is not None), key=_days, reverse=True)
    if worst:
        named = [
            gettext("%(code)s: more than %(days)d days") % {"code": found.code, "days": HORIZON_DAYS}
            if _days(found) > HORIZON_DAYS
            else ngettext("%(code)s: %(days)d day", "%(code)s: %(days)d days", _days(found))
            % {"code": found.code, "days": _days(found)}
            for found in worst[:NAMED_IN_SENTENCE]
        ]
        parts.append("; ".join(named) + ".")
    return " ".join(parts)


def _days(found: _Bin) -> int:
    return found.days or 0
