"""Frozen reports: read, printed and downloaded as they were kept."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.toolkit.provenance import Provenance
from tracker.toolkit.views import Report, ReportView

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
from .frozen_rows import FrozenLineWriter
from .printing import print_report
from .report import ON_PAGE


class FrozenTable(Report):
    """All rows of a frozen report that the reader may see, and its columns."""

    def __init__(self, found: FrozenRows, user: Any) -> None:
        self.found, self.user = found, user
        self.columns = frozen_columns(user)
        self.sheet_title = _("Activities")

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
        context = {
            "report": report,
            "head": read_head(report),
            "address": request.build_absolute_uri(report.get_absolute_url()),
            "groups_of_lines": FrozenLineWriter(by_area=True).groups(lines),
            "page": self.paginate(lines, page, len(found.ids)),
            "heads": [(label, css) for _name, label, css in ON_PAGE],
            "hidden_words": hidden_words(found.hidden),
            "exports": exports(),
            "newer": newest_version(report),
            "reopened": read_reopening(report, request.user),
        }
        return render(request, "activities/frozen/report.html", context)

    def print_pieces(self, request: HttpRequest, report: Report, provenance: Provenance) -> Iterator[str]:
        found: FrozenRows = report.found  # type: ignore[attr-defined]
        context = {
            "report": found.report,
            "head": read_head(found.report),
            "provenance": provenance,
            "hidden_words": hidden_words(found.hidden),
            "newer": newest_version(found.report),
            "reopened": read_reopening(found.report, request.user),
        }
        whole = render_to_string("activities/frozen/print.html", context, request)
        # What was said stands in a row of its own.
        columns = [column for column in report.columns if column.name not in TOLD]
        return print_report(whole, report, columns, by_area=True, template="activities/frozen/print_rows.html")


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


def exports() -> list[tuple[str, str]]:
    forms = (("xlsx", _("Spreadsheet (XLSX)")), ("csv", _("Plain table (CSV)")), ("print", _("Print or save as PDF")))
    return [(label, f"?format={form}") for form, label in forms]
