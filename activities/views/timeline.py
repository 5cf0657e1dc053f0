"""The timeline: activities by quarter or year under any filter, as page, paper and file."""

import dataclasses
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.provenance import Provenance
from tracker.toolkit.report_files import PaperTable, Report
from tracker.toolkit.spreadsheets import ROWS_AT_A_TIME, Column
from tracker.toolkit.texts import current_language
from tracker.toolkit.views import ReportView

from ..choices import Status
from ..filters import LARGE, Selection, count_options
from ..filters.parameters import DayField
from ..forms.saved import save_form
from ..reading.timeline import SORTS, Line, Timeline
from ..reading.timeline_chart import QUARTER, YEAR
from ..reading.timeline_window import is_too_wide, moved
from ..reports import wording
from .printing import ROWS_HERE
from .report import ActivityTable
from .report_form import form_context
from .report_look import exports, rows_words
from .timeline_rows import TrackWriter

BY = {QUARTER: gettext_lazy("By quarter"), YEAR: gettext_lazy("By year")}


def columns() -> list[Column]:
    """The columns of the files, in the reader's language."""
    status = wording(Status)
    return [
        Column(name="code", label=_("Ref."), value=lambda line: line.code, width=12),
        Column(
            name="title",
            label=_("Activity"),
            value=lambda line: line.title.value,
            width=60,
            language=lambda line: line.title.language,
        ),
        day("planned_start", _("Planned start"), lambda line: line.planned_start),
        day("planned_end", _("Planned end"), lambda line: line.planned_end),
        day("actual_start", _("Actual start"), lambda line: line.actual_start),
        day("actual_end", _("Actual end"), lambda line: line.actual_end),
        Column(
            name="status",
            label=_("Status"),
            value=lambda line: status(line.status),
            codes=lambda line: [line.status],
        ),
    ]


def day(name: str, label: str, value: Callable[[Line], Any]) -> Column:
    return Column(name=name, label=label, value=value, width=14, kind="date")


class TimelineTable(ActivityTable):
    """All rows of a timeline, fixed at the moment it is made; a paper keeps each area together."""

    def __init__(self, timeline: Timeline, sort: str, *, by_area: bool) -> None:
        self.timeline, self.selection = timeline, timeline.selection
        self.columns = columns()
        self.sheet_title = _("Timeline")
        self.ids = timeline.ids(sort, by_area=by_area)

    def rows(self) -> Iterator[Line]:  # type: ignore[override]
        return self.timeline.lines(self.ids)

    def paper_table(self) -> PaperTable:
        """Every column beside the other."""
        return Report.paper_table(self)

    def paper_note(self) -> str:
        return ""

    def provenance(self, request: HttpRequest) -> Provenance:
        found = super().provenance(request)
        return dataclasses.replace(found, title=_("Timeline of activities"), filters=self.timeline.sentence())


@method_decorator(login_not_required, name="dispatch")
class TimelineReport(ReportView):
    """`/timeline/`: beside the filters of the report, `by` says the scale, `from` and `until` the time."""

    sorts = SORTS
    file_name = "timeline"

    def read(self, given: dict[str, list[str]], problems: list[tuple[str, str]]) -> Timeline:
        by = self.read_one("by", given.pop("by", None), tuple(BY), problems) or ""
        first, until = (self.read_day(name, given.pop(name, None), problems) for name in ("from", "until"))
        if first and until and first.first_day > until.last_day:
            problems.append(("until", _("It lies before the start. Give a later date.")))
        elif by == QUARTER and first and until and is_too_wide(first, until):
            problems.append(
                ("by", _("So long a time is not shown by quarter. Give a shorter one, or show it by year."))
            )
        selection = Selection(given, self.request.user)
        problems += selection.problems
        return Timeline(selection, by=by, first=first, until=until)

    def read_day(self, name: str, given: list[str] | None, problems: list[tuple[str, str]]) -> PartialDate | None:
        try:
            found: PartialDate | None = DayField(required=False).clean(given or [])
        except ValidationError as refusal:
            problems.append((name, refusal.messages[0]))
            return None
        return found

    def make_report(self, selection: Timeline, sort: str) -> TimelineTable:
        return TimelineTable(selection, sort, by_area=self.request.GET.get("format") == "print" and is_by_date(sort))

    def render_page(self, request: HttpRequest, selection: Timeline, sort: str, page: int) -> HttpResponse:
        timeline = selection
        start = (page - 1) * self.page_size
        lines = timeline.page(sort, start, self.page_size) if timeline.shown else []
        dated = [line for line in lines if line.begins]
        writer = TrackWriter(timeline)
        context = {
            **form_context(timeline.selection, count_options(timeline.selection)),
            **chart_context(timeline),
            "sort": sort,
            "clear": self.address(timeline, sort, chips=urlencode(timeline.selection.days, doseq=True)),
            "page": self.paginate(lines, page, timeline.shown),
            "areas": writer.groups(dated),
            "years": writer.years(dated, latest_first=sort == "-start"),
            "undated": writer.groups(line for line in lines if not line.begins),
            "undated_words": undated_words(timeline.undated),
            "outside": timeline.numbers.dated - timeline.shown,
            # Where those without a date begin.
            "undated_page": timeline.charted // self.page_size + 1,
            "statuses": [
                status for status in Status if any(line.status == status and line.actual_start for line in dated)
            ],
            "chips": [
                (chip.text, self.address(timeline, sort, chips=chip.query)) for chip in timeline.selection.chips()
            ],
            "sentence": timeline.selection.sentence(),
            "selection": timeline.selection,
            "today_href": self.address(timeline, sort, chips=timeline.selection.query(as_of=[])),
            "scales": self.scales(timeline, sort),
            "orders": self.orders(timeline, sort),
            "ways": self.ways(timeline, sort),
            "exports": exports(lambda form: self.address(timeline, sort, format=form)),
            "rows_words": rows_words(timeline.shown),
            "many": timeline.shown > LARGE,
            "list_query": timeline.selection.query(),
            "save_form": save_form(request),
        }
        return render(request, "activities/timeline.html", context)

    # Addresses

    def address(self, timeline: Timeline, sort: str, *, chips: str | None = None, **changes: str) -> str:
        order = {"sort": sort} if sort != self.sorts[0] else {}
        return "?" + timeline.query(filters=chips, **order | changes)

    def scales(self, timeline: Timeline, sort: str) -> list[tuple[str, str, bool]]:
        """(label, address, whether it is the present one)."""
        return [
            (str(label), self.address(timeline, sort, **self.seen_by(timeline, by)), timeline.window.by == by)
            for by, label in BY.items()
        ]

    def seen_by(self, timeline: Timeline, by: str) -> dict[str, str]:
        """What makes the address show the same by quarter or by year: a time too long for quarters is let go."""
        first, until = timeline.first, timeline.until
        if by == QUARTER and first and until and is_too_wide(first, until):
            return {"by": by, "from": "", "until": ""}
        return {"by": by}

    def orders(self, timeline: Timeline, sort: str) -> list[tuple[str, str, bool]]:
        labels = {"start": _("Earliest first"), "-start": _("Latest first"), "code": _("By reference")}
        return [(label, self.address(timeline, key), sort == key) for key, label in labels.items()]

    def ways(self, timeline: Timeline, sort: str) -> list[tuple[str, str, str]]:
        """To an earlier and a later time, and back to all of it: (label, address, relation)."""
        if not timeline.window.restricts:
            return []
        scale, numbers = timeline.scale, timeline.numbers
        ways = [
            (_("Earlier"), "prev", -1, numbers.first and numbers.first < scale.first),
            (_("Later"), "next", 1, numbers.last and numbers.last >= scale.until),
        ]
        found = []
        for label, relation, steps, is_any in ways:
            if is_any and (other := moved(scale, steps)):
                place = {"from": other[0], "until": other[1], "by": timeline.window.by}
                found.append((label, self.address(timeline, sort, **place), relation))
        return [
            *found,
            (_("The whole time"), self.address(timeline, sort, **dict.fromkeys(("by", "from", "until"), "")), ""),
        ]

    # Paper

    def print_pieces(self, request: HttpRequest, report: Any, provenance: Provenance) -> Iterator[str]:
        """The paper in pieces: its head, the chart some hundred rows at a time, its foot."""
        context = {**chart_context(report.timeline), "provenance": provenance, "statuses": list(Status)}
        head, foot = render_to_string("activities/timeline_print.html", context, request).split(ROWS_HERE)
        return printed(head, foot, report, current_language())


def is_by_date(sort: str) -> bool:
    return sort.removeprefix("-") == "start"


def printed(head: str, foot: str, report: TimelineTable, language: str) -> Iterator[str]:
    yield head
    writer = TrackWriter(report.timeline)
    rows, before = report.rows(), None
    while here := list(islice(rows, ROWS_AT_A_TIME)):
        dated, undated = [line for line in here if line.begins], [line for line in here if not line.begins]
        context = {
            "groups": writer.groups(dated),
            "undated": writer.groups(undated),
            "undated_words": undated_words(report.timeline.undated)
            if undated and (not before or before.begins)
            else "",
            # The area whose heading stands already.
            "area": before.area if before else None,
        }
        # A response is sent after the middleware let go of the request's language.
        with translation.override(language):
            yield render_to_string("activities/timeline/print_rows.html", context)
        before = here[-1]
    yield foot


def chart_context(timeline: Timeline) -> dict[str, Any]:
    """What the head of the chart and its key say."""
    scale, today = timeline.scale, timeline.selection.today
    return {
        "timeline": timeline,
        "by_quarter": scale.by == QUARTER,
        "heads": scale.heads(),
        "lines": scale.lines(),
        "now": f"{scale.place(today):.2f}" if scale.first <= today < scale.until else "",
        "today": today,
        "is_today": not timeline.selection.is_past,
        "time": timeline.window.words(),
    }


def undated_words(number: int) -> str:
    return ngettext("%(number)d activity without any date", "%(number)d activities without any date", number) % {
        "number": number
    }
