"""The timeline of a selection: which time it shows, which activities lie in it, and their dates."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.cache import caches
from django.db.models import Case, Count, F, IntegerField, Max, Min, Q, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from tracker.toolkit.dates import PartialDate, spans_from, spans_until
from tracker.toolkit.keys import among
from tracker.toolkit.texts import Text, find_text

from ..choices import OPEN_STATUSES
from ..filters import LARGE, Selection, labelled
from ..filters.sorting import BY_CODE
from ..models.names import Name
from ..models.querysets import ActivityQuerySet
from ..reports import FIRST_ROWS, ROWS_READ, TITLES
from .timeline_chart import Scale
from .timeline_window import Window, window_of

DATES = ("planned_start_on", "planned_end_on", "actual_start_on", "actual_end_on")
HAS_DATE = ~Q(**dict.fromkeys(DATES, ""))
PLAIN = ("pk", "framework_id", "area_id", "code", "agreed", "language", *DATES, *TITLES)
SORTS = ("start", "code")


class Line(NamedTuple):
    """One activity as the timeline shows it."""

    pk: int
    framework: str
    area: Name
    code: str
    title: Text
    status: str
    progress: int | None
    planned_start: PartialDate | str
    planned_end: PartialDate | str
    actual_start: PartialDate | str
    actual_end: PartialDate | str

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def begins(self) -> PartialDate | str:
        """The day by which it is sorted: when it began or was to begin, else when it ended; "" for no date at all."""
        return self.actual_start or self.planned_start or self.planned_end or self.actual_end


class Numbers(NamedTuple):
    """Of the whole selection: how many there are, how many have a date, and the years they span."""

    total: int
    dated: int
    first: datetime.date | None
    last: datetime.date | None


class Timeline:
    """The activities of a selection by quarter or by year (`by`, "" for what suits), in a time if one was asked for.

    Who asks for a time is shown what has a bar in it. Who asks for none is shown everything, what has no date last.
    """

    def __init__(
        self,
        selection: Selection,
        *,
        by: str = "",
        first: PartialDate | None = None,
        until: PartialDate | None = None,
    ) -> None:
        self.selection = selection
        self.by, self.first, self.until = by, first, until

    # How many, and when

    @cached_property
    def numbers(self) -> Numbers:
        return self._remembered("numbers", self._count, lambda numbers: numbers.total)

    @cached_property
    def window(self) -> Window:
        span = (self.numbers.first, self.numbers.last)
        return window_of(self.by, self.first, self.until, span, self.selection.today)

    @cached_property
    def scale(self) -> Scale:
        return Scale(self.window.first, self.window.last, self.window.by)

    @cached_property
    def shown(self) -> int:
        """How many rows there are: all, or those with a bar in the time asked for."""
        if not self.window.restricts:
            return self.numbers.total
        name = f"shown:{self.window.first}:{self.window.last}"
        return self._remembered(name, lambda: self.rows().count(), lambda number: self.numbers.total)

    @property
    def charted(self) -> int:
        """How many of the rows have a date; they come first."""
        return self.shown if self.window.restricts else self.numbers.dated

    @property
    def undated(self) -> int:
        return self.numbers.total - self.numbers.dated

    # Rows

    def rows(self) -> ActivityQuerySet:
        """Those that are shown, in no order."""
        rows = self.selection.rows().order_by()
        return rows.filter(self._has_bar()) if self.window.restricts else rows

    def ordered(self, sort: str) -> ActivityQuerySet:
        """The same by date or by reference, or by "-" and the key for the other direction; what has no date last."""
        key, turned = sort.removeprefix("-"), sort.startswith("-")
        rows = self.rows()
        if key == "code":
            dated = Case(When(HAS_DATE, then=Value(0)), default=Value(1), output_field=IntegerField())
            return rows.order_by(dated, *(f"-{name}" if turned else name for name in BY_CODE))
        known = [NullIf(F(name), Value("")) for name in ("actual_start_on", *DATES[:2], "actual_end_on")]
        begins = Coalesce(*known)
        by = begins.desc(nulls_last=True) if turned else begins.asc(nulls_last=True)
        return rows.order_by(by, *BY_CODE)

    def page(self, sort: str, start: int, number: int) -> list[Line]:
        """Some of the rows, in two statements: what stands before them is never read."""
        return list(self.lines(list(self.ordered(sort).values_list("pk", flat=True)[start : start + number])))

    def ids(self, sort: str, *, by_area: bool = False) -> list[int]:
        """The keys of all rows in order; `by_area` keeps each area together, in the order of the framework."""
        if not by_area:
            return list(self.ordered(sort).values_list("pk", flat=True))
        ranks = {pk: number for number, pk in enumerate(self.selection.names.by_id["areas"])}
        found = list(self.ordered(sort).values_list("pk", "area_id"))
        # What has no date stays behind what has one.
        key = {pk: (number >= self.charted, ranks.get(area, len(ranks))) for number, (pk, area) in enumerate(found)}
        return sorted(key, key=key.__getitem__)

    def lines(self, ids: Sequence[int]) -> Iterator[Line]:
        """The activities of `ids` in that order, some thousand at a time."""
        start, step = 0, min(FIRST_ROWS, ROWS_READ)
        rows = (
            self.selection.rows()
            .order_by()
            .annotate(
                told_status=F(self.selection.column("status")), told_progress=F(self.selection.column("progress"))
            )
        )
        columns = (*PLAIN, "told_status", "told_progress")
        while here := ids[start : start + step]:
            found = {row[0]: row for row in rows.filter(pk__in=among(here)).values_list(*columns)}
            yield from (self._line(dict(zip(columns, found[pk], strict=True))) for pk in here if pk in found)
            start, step = start + step, ROWS_READ

    def _line(self, row: dict[str, Any]) -> Line:
        names = self.selection.names
        return Line(
            row["pk"],
            names.of("frameworks", row["framework_id"]).code,
            names.of("areas", row["area_id"]),
            row["code"],
            find_text(row, "title"),
            row["told_status"],
            row["told_progress"],
            *(row[name] for name in DATES),
        )

    # In words and as addresses

    def sentence(self) -> str:
        """The filters and the time asked for as one sentence, "" for neither."""
        parts = [self.selection.sentence()]
        if self.window.restricts:
            parts.append(labelled(_("Time"), self.window.words()))
        return _("; ").join(filter(None, parts))

    def query(self, filters: str | None = None, **changes: str) -> str:
        """The parameters as a query string; `filters` replaces the report’s, `changes` its own, "" leaves out."""
        filters = self.selection.query() if filters is None else filters
        own = {"by": self.by, "from": self.first or "", "until": self.until or ""} | changes
        return "&".join(filter(None, (filters, urlencode([pair for pair in own.items() if pair[1]]))))

    # Statements

    def _count(self) -> Numbers:
        given = {name: ~Q(**{name: ""}) for name in DATES}
        going = Q(self._is_open(), given["actual_start_on"], actual_end_on="")
        found = (
            self.selection.rows()
            .order_by()
            .aggregate(
                total=Count("pk"),
                dated=Count("pk", filter=HAS_DATE),
                going=Count("pk", filter=going),
                **{f"first_{name}": Min(name, filter=given[name]) for name in DATES},
                **{f"last_{name}": Max(name, filter=given[name]) for name in DATES},
            )
        )
        firsts = [PartialDate(day) for name in DATES if (day := found[f"first_{name}"])]
        lasts = [PartialDate(day) for name in DATES if (day := found[f"last_{name}"])]
        if found["going"]:
            lasts.append(PartialDate(self.selection.today))
        # In whole years: the greatest text may be “2001-05” where another row says “2001”.
        first = min(firsts).first_day.replace(month=1, day=1) if firsts else None
        last = max(lasts).first_day.replace(month=12, day=31) if firsts else None
        return Numbers(found["total"], found["dated"], first, last)

    def _is_open(self) -> Q:
        return Q(**{f"{self.selection.column('status')}__in": OPEN_STATUSES})

    def _has_bar(self) -> Q:
        """“One of its bars is drawn in the time asked for.”"""
        going = self._is_open() if self.window.first <= self.selection.today else Q(pk__in=())
        return self._touches("planned", Q(pk__in=())) | self._touches("actual", going)

    def _touches(self, bar: str, going: Q) -> Q:
        start, end = f"{bar}_start_on", f"{bar}_end_on"
        first, last = self.window.first, self.window.last
        no_start, no_end = Q(**{start: ""}), Q(**{end: ""})
        begins = spans_until(start, last) | (no_start & spans_until(end, last))
        ends = spans_from(end, first) | (no_end & (spans_from(start, first) | (going & ~no_start)))
        return begins & ends

    def _remembered(self, name: str, ask: Callable[[], Any], size: Callable[[Any], int]) -> Any:
        """What a statement over all rows answers: of a large selection at most 30 seconds old."""
        key = self.selection.cache_key(f"timeline:{name}")
        found = caches["process"].get(key)
        if found is None:
            found = ask()
            if size(found) > LARGE:
                caches["process"].set(key, found)
        return found
