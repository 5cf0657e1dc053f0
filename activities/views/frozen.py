"""Frozen reports: read, printed and downloaded as they were kept."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.toolkit.days import day_words
from tracker.toolkit.documents import Pieces
from tracker.toolkit.provenance import Provenance
from tracker.toolkit.report_files import PaperTable
from tracker.toolkit.spreadsheets import Column
from tracker.toolkit.texts import Text
from tracker.toolkit.views import Report, ReportView

from ..filters import LARGE
from ..models import FrozenReport
from ..reading.frozen import (
    TOLD,
    FrozenLine,
    FrozenProvenance,
    FrozenRows,
    find_report,
    frozen_columns,
    newest_version,
    read_head,
    read_reopening,
)
from ..reading.frozen_entries import Teller
from ..reports import columns_for
from .arrangement import Place, arrange, paper_note, paper_table
from .frozen_rows import FrozenLineWriter, told_below
from .printing import print_report
from .report_look import ON_PAGE, Look, choices, chosen_columns, exports, heads, rows_words


class FrozenTable(Report):
    """All rows of a frozen report that the reader may see, and its columns."""

    def __init__(self, found: FrozenRows, user: Any) -> None:
        self.found, self.user = found, user
        self.columns = frozen_columns(user)
        self.sheet_title = _("Activities")
        self.teller = Teller()

    def places(self) -> list[Place]:
        """What was said stands in a row of its own."""
        beside = [column for column in self.columns if column.name not in TOLD]
        return arrange(beside, self.chosen, by_area=True)

    def paper_title(self, provenance: Provenance) -> Text:
        return read_head(self.found.report).title

    def paper_notices(self) -> list[str]:
        return notices(self.found.report, self.user)

    def paper_table(self) -> PaperTable:
        told = self.told if tells(self.chosen) else None
        return paper_table(self.places(), self.rows(), by_area=True, told=told)

    def told(self, line: FrozenLine) -> list[Pieces]:
        """What was said and what was entered since."""
        asked = TOLD if self.chosen is None else self.chosen
        said = self.teller.said_in_paragraphs(line.said) if "said" in asked else []
        return said + (self.teller.since_in_paragraphs(line.since) if "since" in asked else [])

    def paper_note(self) -> str:
        return paper_note()

    def rows(self) -> Iterator[FrozenLine]:
        return self.found.all()

    def provenance(self, request: HttpRequest) -> Provenance:
        report, head = self.found.report, read_head(self.found.report)
        return FrozenProvenance(
            title=head.title.value,
            source=head.framework,
            filters=head.filters,
            as_of=head.as_of,
            made_at=timezone.now(),
            made_by=str(self.user) if self.user.is_authenticated else _("A reader not signed in"),
            rows=len(self.found.ids),
            left_out=self.found.hidden,
            # The one to cite, whatever the file was asked for with.
            address=request.build_absolute_uri(report.get_absolute_url()),
            frozen_at=report.frozen_at,
            version=report.version,
            checksum=report.checksum,
        )


class FrozenReportView(ReportView):
    """`/rounds/<number>/reports/<version>/`: public, as far as its activities are today."""

    sorts = ("code",)

    def offered_columns(self) -> Sequence[Column]:
        return frozen_columns(self.request.user)

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.file_name = "round-{number}-report-{version}".format(**kwargs)

    def read(self, given: dict[str, list[str]], problems: list[tuple[str, str]]) -> FrozenReport:
        try:
            report = find_report(self.kwargs["number"], self.kwargs["version"])
        except FrozenReport.DoesNotExist as error:
            raise Http404 from error
        problems += [(name, _("There is no such parameter.")) for name in given]
        return report

    def make_report(self, selection: FrozenReport, sort: str) -> FrozenTable:
        user = self.request.user
        return FrozenTable(FrozenRows(selection, user, descending=sort.startswith("-")), user)

    def render_page(self, request: HttpRequest, selection: FrozenReport, sort: str, page: int) -> HttpResponse:
        report, found = selection, FrozenRows(selection, request.user, descending=sort.startswith("-"))
        start = (page - 1) * self.page_size
        lines: list[Any] = found.lines(start, start + self.page_size)
        look, here = Look(sort, columns=self.chosen), report.get_absolute_url()
        columns = chosen_columns(columns_for(request.user), look)
        writer = FrozenLineWriter(by_area=True, columns=columns, tells=tells(self.chosen))
        context = {
            "report": report,
            "head": read_head(report),
            "address": request.build_absolute_uri(here),
            "groups_of_lines": writer.groups(lines),
            "page": self.paginate(lines, page, len(found.ids)),
            "heads": heads("", look, columns, sorts=()),
            "wide": columns is not None and len(columns) > len(ON_PAGE),
            "look": look,
            "choices": choices(self.offered_columns(), self.chosen),
            "unchosen": look._replace(columns=None).hidden(),
            "usual_columns": f"{here}{look._replace(columns=None).address('')}".removesuffix("?"),
            "hidden_words": hidden_words(found.hidden),
            "exports": exports(lambda form: look.address("", format=form)),
            "rows_words": rows_words(len(found.ids)),
            "many": len(found.ids) > LARGE,
            "newer": newest_version(report),
            "reopened": read_reopening(report, request.user),
        }
        return render(request, "activities/frozen/report.html", context)

    def print_pieces(self, request: HttpRequest, report: Any, provenance: Provenance) -> Iterator[str]:
        found: FrozenRows = report.found
        places = report.places()
        context = {
            "report": found.report,
            "head": read_head(found.report),
            "provenance": provenance,
            "hidden_words": hidden_words(found.hidden),
            "heads": places,
            "note": report.paper_note(),
            "newer": newest_version(found.report),
            "reopened": read_reopening(found.report, request.user),
        }
        whole = render_to_string("activities/frozen/print.html", context, request)
        told = told_below if tells(self.chosen) else None
        return print_report(whole, report, places, by_area=True, told=told)


frozen_report = login_not_required(FrozenReportView.as_view())


def hidden_words(number: int) -> str:
    """How many rows are kept from this reader, "" for none."""
    if not number:
        return ""
    return ngettext(
        "%(number)s activity of this report is not shown, because you may not read it.",
        "%(number)s activities of this report are not shown, because you may not read them.",
        number,
    ) % {"number": number}


def tells(chosen: Sequence[str] | None) -> bool:
    """Whether what was said and what came since stands below the activities."""
    return chosen is None or not set(TOLD).isdisjoint(chosen)


def notices(report: FrozenReport, user: Any) -> list[str]:
    """What a reader must know before citing it, as the page says it."""
    found = [_("Invented, to show how the register works.")] if report.round.is_demonstration else []
    if newer := newest_version(report):
        sentence = _("This is not the latest report of the round: version %(version)s was frozen on %(date)s.")
        found.append(sentence % {"version": newer.version, "date": day_words(timezone.localdate(newer.frozen_at))})
    if reopened := read_reopening(report, user):
        words = {"date": day_words(timezone.localdate(reopened.at)), "name": reopened.by}
        if reopened.by:
            found.append(_("After this report was frozen, %(name)s opened the round again on %(date)s.") % words)
        else:
            found.append(_("After this report was frozen, the round was opened again on %(date)s.") % words)
    return found
