"""Which time a timeline shows: the one asked for, or the one its activities span; by quarter or by year."""

import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from tracker.toolkit.dates import PartialDate

from .timeline_chart import QUARTER, QUARTERS_SHOWN, YEAR, YEARS_SHOWN, Scale

# So many years are shown where quarters are asked for and all of them would be too many.
NEAR = 2
AHEAD = 10

Day = datetime.date


class Window(NamedTuple):
    """From one day to another, both within; `restricts` where it was asked for, so that it leaves rows out."""

    by: str
    first: Day
    last: Day
    restricts: bool

    def words(self) -> str:
        """“2001–2002”, or the two days where it is not whole years."""
        first, last = as_asked(self.first, self.last)
        if first == last:
            return first.localized()
        # Translators: from one date to another.
        return _("%(first)s – %(last)s") % {"first": first.localized(), "last": last.localized()}


def is_too_wide(first: PartialDate, until: PartialDate) -> bool:
    """More quarters than can stand side by side."""
    return quarters(first.first_day, until.last_day) > QUARTERS_SHOWN


def quarters(first: Day, last: Day) -> int:
    return 4 * (last.year - first.year) + (last.month - 1) // 3 - (first.month - 1) // 3 + 1


def window_of(
    by: str,
    first: PartialDate | None,
    until: PartialDate | None,
    span: tuple[Day | None, Day | None],
    today: Day,
) -> Window:
    """The window for what was asked, over activities of that `span`; "" for `by` chooses what suits."""
    begins = span[0] or today.replace(month=1, day=1)
    ends = span[1] or today.replace(month=12, day=31)
    restricts = bool(first or until)
    if by == QUARTER and quarters(begins, ends) > QUARTERS_SHOWN:
        if not restricts:
            first = PartialDate(f"{_near(begins, ends, today):04}")
            restricts = True
        # The other side of one that was asked for alone.
        if first and not until:
            until = PartialDate(f"{min(first.first_day.year + NEAR - 1, datetime.MAXYEAR):04}")
        elif until and not first:
            first = PartialDate(f"{max(until.last_day.year - NEAR + 1, 1000):04}")
    begins = first.first_day if first else min(begins, until.first_day) if until else begins
    ends = until.last_day if until else max(ends, first.last_day) if first else ends
    if not by:
        by = QUARTER if quarters(begins, ends) <= QUARTERS_SHOWN else YEAR
    if by == YEAR and ends.year - begins.year >= YEARS_SHOWN and not restricts:
        # A slip of the pen in one date must not make all others invisible.
        last_year = max(min(ends.year, today.year + AHEAD), min(ends.year, begins.year))
        ends = ends.replace(year=last_year)
        begins = begins.replace(year=max(begins.year, last_year - YEARS_SHOWN + 1))
    return Window(by, begins, ends, restricts)


def _near(begins: Day, ends: Day, today: Day) -> int:
    """The first of the years to show: this year and the next, where there is something."""
    return max(begins.year, min(today.year, ends.year - NEAR + 1))


def moved(scale: Scale, steps: int) -> tuple[PartialDate, PartialDate] | None:
    """The window of the same length that lies so many lengths later; None where the calendar ends."""
    months = 12 * (scale.until.year - scale.first.year) + scale.until.month - scale.first.month
    begins = 12 * scale.first.year + scale.first.month - 1 + steps * months
    ends = begins + months - 1
    if begins < 12 * 1900 or ends >= 12 * 3000:
        return None
    first = Day(begins // 12, begins % 12 + 1, 1)
    return as_asked(first, PartialDate(f"{ends // 12}-{ends % 12 + 1:02}").last_day)


def as_asked(first: Day, last: Day) -> tuple[PartialDate, PartialDate]:
    """The two days as an address says them: years or months where they are whole."""
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return PartialDate(f"{first.year:04}"), PartialDate(f"{last.year:04}")
    month = PartialDate(f"{last.year:04}-{last.month:02}")
    if first.day == 1 and last == month.last_day:
        return PartialDate(first.isoformat()[:7]), month
    return PartialDate(first), PartialDate(last)
