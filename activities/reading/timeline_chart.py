"""The geometry of the timeline: a scale of quarters or years, and the bars of one activity upon it.

Whatever else has a day – a milestone, a meeting – finds its place by `Scale.place` and its bar by `pieces`.
"""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.texts import current_language, direction

QUARTER, YEAR = "quarter", "year"
MONTHS = {QUARTER: 3, YEAR: 12}
# Up to so many years of quarters stand side by side; of years, up to so many.
QUARTERS_SHOWN, YEARS_SHOWN = 16, 100
# Labels of years, at most: more of them would touch one another.
LABELS = 12
STEPS = (1, 2, 5, 10, 20, 50, 100, 200)
# In per cent of the width: what lasts a day is still seen; a line that says “no end is stated”.
LEAST, TAIL = 0.5, 4.0
ONE_DAY = datetime.timedelta(days=1)

# The bars of one activity, above and below the middle of its row: (y, height) in pixels.
PLANNED, ACTUAL = (-10, 8), (1, 9)


class Head(NamedTuple):
    """A label of the scale: where its column begins, the year above it where one begins, and the column's own name."""

    x: str
    year: str
    name: str


class Piece(NamedTuple):
    """A part of a bar from one day until before another.

    `kind` is "sure", "soft" where the day is known only to the month or the year, or "tail" where no end is stated.
    """

    kind: str
    first: datetime.date
    until: datetime.date


class Part(NamedTuple):
    """A piece as it is drawn: per cent of the width, pixels of the height."""

    bar: str
    kind: str
    x: str
    width: str
    y: int
    height: int


class Scale:
    """Whole quarters or years from the one that holds `first` to the one that holds `last`."""

    def __init__(self, first: datetime.date, last: datetime.date, by: str) -> None:
        self.by = by
        self.starts = list(_starts(first, last, MONTHS[by]))
        self.first, self.until = self.starts[0], _later(self.starts[-1], MONTHS[by])
        self.days = (self.until - self.first).days

    def place(self, day: datetime.date) -> float:
        """Where a day begins, in per cent of the width: below 0 or above 100 where it lies outside."""
        return 100 * (day - self.first).days / self.days

    def lines(self) -> list[str]:
        """Where the lines of the grid stand."""
        return [_text(self.place(day)) for day in self._marked()]

    def heads(self) -> list[Head]:
        """The labels, mirrored for languages written from the right: the stylesheet cannot turn text round."""
        mirrored = direction(current_language()) == "rtl"
        found = []
        for number, day in enumerate(self._marked()):
            x = self.place(day)
            begins = self.by == YEAR or number == 0 or day.month == 1
            # Translators: a quarter of a year, as short as can be.
            name = "" if self.by == YEAR else gettext("Q%(number)d") % {"number": day.month // 3 + 1}
            found.append(Head(_text(100 - x if mirrored else x), str(day.year) if begins else "", name))
        return found

    def _marked(self) -> list[datetime.date]:
        if self.by == QUARTER:
            return self.starts
        step = next((step for step in STEPS if len(self.starts) <= LABELS * step), STEPS[-1])
        return [day for day in self.starts if day.year % step == 0] if step > 1 else self.starts


def draw(
    scale: Scale,
    planned: tuple[str, str],
    actual: tuple[str, str],
    *,
    today: datetime.date,
    is_open: bool,
) -> list[Part]:
    """The bar of the plan and that of what happened, each of (start, end) as far as they are known.

    What is still going on is drawn up to `today`.
    """
    lasting = today if is_open else None
    return [
        *_drawn(scale, "plan", PLANNED, pieces(*planned)),
        *_drawn(scale, "actual", ACTUAL, pieces(*actual, lasting=lasting)),
    ]


def pieces(start: str, end: str, *, lasting: datetime.date | None = None) -> list[Piece]:
    """The parts of one bar; none where neither date is known. Without an end it may be `lasting` up to a day."""
    first, last = (PartialDate(start) if start else None), (PartialDate(end) if end else None)
    if first and last:
        return _between(first, last)
    if last:
        # From when is said in words: a bar would have to begin somewhere.
        return [_span(last)]
    if not first:
        return []
    found = [_span(first)]
    reached = found[0].until
    if lasting and lasting >= reached:
        going = Piece("sure", found[0].first if first.is_exact else reached, _after(lasting))
        found = [going] if first.is_exact else [*found, going]
        reached = going.until
    return [*found, Piece("tail", reached, reached)]


def _span(date: PartialDate) -> Piece:
    return Piece("sure" if date.is_exact else "soft", date.first_day, _after(date.last_day))


def _between(first: PartialDate, last: PartialDate) -> list[Piece]:
    begins, ends = _span(first), _span(last)
    inner = Piece(
        "sure",
        begins.first if first.is_exact else begins.until,
        ends.until if last.is_exact else ends.first,
    )
    if inner.first > inner.until:
        # Both in the same year, so that no day in between is sure; or the end is said to be before the start.
        whole = (begins.first, ends.until) if begins.first < ends.until else (ends.first, begins.until)
        return [Piece("soft", *whole)]
    found = [] if first.is_exact else [begins]
    found += [inner] if inner.first < inner.until else []
    return found if last.is_exact else [*found, ends]


def _drawn(scale: Scale, bar: str, at: tuple[int, int], found: list[Piece]) -> Iterator[Part]:
    for kind, first, until in found:
        x, end = scale.place(first), scale.place(until)
        if kind == "tail":
            end = x + TAIL
        elif end - x < LEAST and 0 <= x < 100:
            x = min(x, 100 - LEAST)
            end = x + LEAST
        x, end = max(x, 0), min(end, 100)
        if x < end:
            yield Part(bar, kind, _text(x), _text(end - x), *at)


def _starts(first: datetime.date, last: datetime.date, months: int) -> Iterator[datetime.date]:
    day = first.replace(month=(first.month - 1) // months * months + 1, day=1)
    while day <= last:
        yield day
        if day.year == datetime.MAXYEAR and day.month + months > 12:
            return
        day = _later(day, months)


def _after(day: datetime.date) -> datetime.date:
    return day if day == datetime.date.max else day + ONE_DAY


def _later(day: datetime.date, months: int) -> datetime.date:
    """The first of the month so many months later; the last day there is beyond the calendar's end."""
    month = day.month - 1 + months
    if day.year + month // 12 > datetime.MAXYEAR:
        return datetime.date.max
    return day.replace(year=day.year + month // 12, month=month % 12 + 1, day=1)


def _text(place: float) -> str:
    return f"{place:.2f}".rstrip("0").rstrip(".")
