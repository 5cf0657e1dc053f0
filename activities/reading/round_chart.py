"""The curve of answers received by day of a round, against the last round: its geometry, a sentence and a table."""

import datetime
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext

from tracker.toolkit.days import day_words
from tracker.toolkit.texts import current_language, direction

from ..models import ReportingRound
from .rounds import Asked, percent_of

# In pixels: the lines of 100% and 0%, and the whole height with the days below.
TOP, BOTTOM, HEIGHT = 22, 162, 184
# Per cent of the width that the figures of the axis take.
MARGIN = 9.0
GRID = (0, 25, 50, 75, 100)
# Days shown in the table behind the chart, at most.
ROWS = 10
# Labels nearer to one another than this, in per cent of the width, would overlap.
APART = 16.0


class Curve(NamedTuple):
    """Answers by day: `shares[day]` is the per cent that had arrived by the end of that day of the round."""

    round: ReportingRound
    shares: list[int]
    # The day on which it ends, or will end.
    last_day: int

    def at(self, day: int) -> int:
        return self.shares[min(day, len(self.shares) - 1)]


class Label(NamedTuple):
    x: str
    y: int
    text: str
    anchor: str


class Row(NamedTuple):
    day: datetime.date
    number: int
    share: int
    before: int | None


class Chart(NamedTuple):
    """Lines of the grid as (y, label), days below, paths in a box of `span` × 100, labels, and the same in words."""

    grid: list[tuple[int, str]]
    days: list[Label]
    span: int
    now_path: str
    before_path: str
    point: tuple[str, int]
    now_label: Label
    before_label: Label | None
    left: str
    sentence: str
    rows: list[Row]
    # What the last round had on the same day.
    before_share: int | None


def curve_of(made: ReportingRound, requests: Iterable[Asked], today: datetime.date) -> Curve:
    """The answers that stand today, each on the day when it arrived first."""
    requests = list(requests)
    opened = timezone.localdate(made.opened_at)
    end = timezone.localdate(made.closed_at) if made.closed_at else today
    arrived = sorted(
        max(0, (timezone.localdate(request.heard_at) - opened).days)
        for request in requests
        if request.is_in and request.heard_at
    )
    length = max(0, (end - opened).days)
    shares = [percent_of(bisect_right(arrived, day), len(requests)) for day in range(length + 1)]
    return Curve(made, shares, length if made.closed_at else max(length, (made.due_on - opened).days))


def draw(now: Curve, before: Curve | None) -> Chart:
    """The chart of a round; `before` is the last round of the same framework."""
    today = len(now.shares) - 1
    span = max(1, now.last_day, before.last_day if before else 0)
    share = now.shares[-1]
    opened = timezone.localdate(now.round.opened_at)
    x = _place(today, span)
    now_label = Label(_x(x), _y(share) - 9, _called(now), "start" if x < 55 else "end")
    before_label = None
    if before:
        # Above the end of its line, which rises: only the other label can be in the way.
        end = _place(before.last_day, span)
        height = _y(before.shares[-1]) - 9
        if abs(end - x) < 50 and abs(height - now_label.y) < 16:
            height = _y(min(share, before.shares[-1])) + 17
        before_label = Label(_x(end), height, _called(before), "end" if end >= 55 else "start")
    whole = gettext("%(share)s of requests") % {"share": "100%"}
    return Chart(
        grid=[(_y(value), whole if value == 100 else str(value)) for value in GRID],
        days=_days(opened, today, now.last_day, span),
        span=span,
        now_path=_path(now.shares, span),
        before_path=_path(before.shares, span) if before else "",
        point=(_x(x), _y(share)),
        now_label=now_label,
        before_label=before_label,
        left="0" if _mirrored() else f"{MARGIN:.0f}%",
        sentence=_sentence(now, before),
        rows=[
            Row(opened + datetime.timedelta(days=day), day + 1, now.at(day), before.at(day) if before else None)
            for day in _sampled(today)
        ],
        before_share=before.at(today) if before and not now.round.closed_at else None,
    )


def _called(curve: Curve) -> str:
    """By its number: a title may be longer than the chart is wide."""
    return gettext("Round %(number)d: %(percent)d%%") % {"number": curve.round.number, "percent": curve.shares[-1]}


def _mirrored() -> bool:
    """Computed here for languages written from the right: text in a chart cannot be flipped by the stylesheet."""
    return direction(current_language()) == "rtl"


def _place(day: int, span: int) -> float:
    return MARGIN + (100 - MARGIN) * day / span


def _x(place: float) -> str:
    return f"{100 - place if _mirrored() else place:.1f}%"


def _y(share: int) -> int:
    return round(BOTTOM - (BOTTOM - TOP) * share / 100)


def _path(shares: list[int], span: int) -> str:
    """A line through the days on which the share changed."""
    points = []
    for day, share in enumerate(shares):
        is_corner = day in (0, len(shares) - 1) or share != shares[day - 1] or share != shares[day + 1]
        if is_corner:
            points.append(f"{span - day if _mirrored() else day} {100 - share}")
    return "M" + " ".join(points)


def _days(opened: datetime.date, today: int, last: int, span: int) -> list[Label]:
    """The first day, today, the last one; those that would overlap are left out, today's first."""
    wanted = [(0, "start"), (last, "end" if last == span else "middle"), (today, "middle")]
    shown: list[Label] = []
    taken: list[float] = []
    for day, anchor in wanted:
        place = _place(day, span)
        if all(abs(place - other) >= APART for other in taken):
            taken.append(place)
            words = day_words(opened + datetime.timedelta(days=day), short=True)
            shown.append(Label(_x(place), HEIGHT - 4, words, anchor))
    return shown


def _sampled(today: int) -> list[int]:
    """Every few days, and the last one."""
    step = max(1, -(-(today + 1) // ROWS))
    return sorted({*range(0, today + 1, step), today})


def _sentence(now: Curve, before: Curve | None) -> str:
    today = len(now.shares) - 1
    facts = {"round": now.round.title, "percent": now.shares[-1], "day": today + 1, "days": now.last_day + 1}
    if now.round.closed_at:
        said = gettext("%(round)s closed at %(percent)d%% after %(day)d days.") % facts
    else:
        said = gettext("%(round)s stands at %(percent)d%% on day %(day)d of %(days)d.") % facts
    if before is None:
        return said
    earlier = gettext("%(round)s stood at %(share)d%% on the same day and closed at %(percent)d%%.") % {
        "round": before.round.title,
        "share": before.at(today),
        "percent": before.shares[-1],
    }
    return f"{said} {earlier}"
