"""Who does what: the matrix as page, paper and file, under the filters of the report."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from organizations.choices import OrganizationKind
from tracker.toolkit.provenance import Provenance
from tracker.toolkit.report_files import Report
from tracker.toolkit.spreadsheets import ROWS_AT_A_TIME
from tracker.toolkit.texts import current_language
from tracker.toolkit.views import ReportView

from ..filters import Selection, count_options
from ..forms.saved import save_form
from ..reading.gaps import read_gaps
from ..reading.matrix import AXES, SHOWN, Line, Matrix, read_matrix
from ..reading.overlaps import answered_pairs
from .matrix_cells import CellWriter, explained, title_of
from .matrix_sentences import (
    compared_words,
    gap_sentences,
    hints_of,
    more_leads_words,
    overlap_sentences,
    unnamed_leads_words,
)
from .matrix_table import TITLES, MatrixTable
from .printing import ROWS_HERE
from .report_form import form_context
from .report_look import exports, rows_words

# Beyond so many organizations those without a part are named in one line for each kind.
FOLDED_FROM = 60
PAPERS = ("a4", "a3")


@method_decorator(login_not_required, name="dispatch")
class MatrixReport(ReportView):
    """`/matrix/`: everybody sees it, counted over what each may read. `by` says what the columns stand for."""

    sorts = ("kind", "all")
    file_name = "matrix"

    def read(self, given: dict[str, list[str]], problems: list[tuple[str, str]]) -> Selection:
        self.by = self.read_one("by", given.pop("by", None), list(AXES), problems) or "area"
        self.paper = self.read_one("paper", given.pop("paper", None), PAPERS, problems) or PAPERS[0]
        selection = Selection(given, self.request.user)
        problems += selection.problems
        return selection

    def make_report(self, selection: Selection, sort: str) -> MatrixTable:
        return MatrixTable(selection, self.by, sort)

    def render_page(self, request: HttpRequest, selection: Selection, sort: str, page: int) -> HttpResponse:
        if page != 1:
            raise Http404
        matrix = read_matrix(selection, self.by)
        writer = CellWriter(selection, matrix)
        counts = count_options(selection)
        gaps = read_gaps(selection, matrix.total)
        # Asked afresh: a hint that was answered does not come back.
        hints = hints_of(gaps, answered_pairs(gaps.pairs), selection.names)
        overlaps = overlap_sentences(gaps)
        context = {
            **form_context(selection, counts),
            "save_form": save_form(request),
            "gaps": gap_sentences(selection, matrix, gaps, counts),
            "overlaps": overlaps,
            "more_overlaps": more_leads_words(gaps.several_number),
            "unnamed_overlaps": unnamed_leads_words(gaps),
            "hints": hints,
            "compared": compared_words(gaps),
            "may_answer": request.user.has_perm("activities.answer_overlap"),
            "matrix": matrix,
            "writer": writer,
            "heads": [(name, title_of(name, self.by)) for name in matrix.columns],
            "kinds": groups_of(matrix, writer, sort),
            "sort": sort,
            "by": self.by,
            "title": TITLES[self.by],
            "axes": [(key, axis.label, self.address(selection, by=key)) for key, axis in AXES.items()],
            "signals": [(signal, signal.label) for signal in SHOWN],
            "chips": [(chip, self.address(selection, query=chip.query)) for chip in selection.chips()],
            "sentence": selection.sentence(),
            "exports": self.exports(selection, sort),
            "rows_words": rows_words(len(matrix.lines)),
            "explained": explained(matrix, is_wide=writer.is_wide),
            "clear": self.address(selection, query=""),
            "list_query": selection.query(),
            "other_sort": self.address(selection, sort="kind" if sort == "all" else "all"),
        }
        return render(request, "activities/matrix.html", context)

    def address(self, selection: Selection, query: str | None = None, **more: str) -> str:
        """This page under other filters, another axis, in another form."""
        query = selection.query() if query is None else query
        extra = {"by": self.by} | more
        if extra["by"] == "area":
            del extra["by"]
        return "?" + "&".join(filter(None, (query, urlencode(extra))))

    def exports(self, selection: Selection, sort: str) -> list[dict[str, Any]]:
        """The forms of every report; paper in two sizes."""
        order = {"sort": sort} if sort != self.sorts[0] else {}
        forms = exports(lambda form: self.address(selection, **order, format=form))
        large = self.address(selection, **order, format="print", paper="a3")
        for form in forms:
            form["waits"] = False  # as many rows as organizations
        return [*forms, forms[-1] | {"label": _("Print or save as PDF, A3"), "href": large}]

    def print_pieces(self, request: HttpRequest, report: Report, provenance: Provenance) -> Iterator[str]:
        """The paper in pieces: its head, the table some hundred rows at a time, its foot."""
        table = cast(MatrixTable, report)
        matrix = table.matrix
        writer = CellWriter(table.selection, matrix)
        grouped = request.GET.get("sort", "kind").removeprefix("-") == "kind"
        context = {
            "provenance": provenance,
            "matrix": matrix,
            "writer": writer,
            "heads": [(name, title_of(name, self.by)) for name in matrix.columns],
            "signals": [(signal, signal.label) for signal in SHOWN],
            "paper": self.paper,
            "explained": explained(matrix, is_wide=writer.is_wide),
            "address": self.address(table.selection),
        }
        head, foot = render_to_string("activities/matrix_print.html", context, request).split(ROWS_HERE)
        return printed(head, foot, table, writer, grouped, current_language())


def groups_of(matrix: Matrix, writer: CellWriter, sort: str) -> list[dict[str, Any]]:
    """Rows by kind; of a long table those with a part, and the names of the others."""
    lines = matrix.in_order(sort)
    folds = len(lines) > FOLDED_FROM
    if sort.removeprefix("-") == "all":
        by_kind: list[tuple[str, list[Line]]] = [("", lines)]
    else:
        by_kind = [(kind, list(group)) for kind, group in groupby(lines, key=lambda line: line.organization.kind)]
    groups = []
    for kind, members in by_kind:
        shown = [line for line in members if line.all.number] if folds else members
        idle = [line.organization for line in members if not line.all.number] if folds else []
        groups.append(
            {
                "label": OrganizationKind(kind).label if kind else "",
                "number": len(members),
                "rows": [writer.row(line) for line in shown],
                "idle": idle,
            }
        )
    return groups


def printed(
    head: str, foot: str, report: MatrixTable, writer: CellWriter, grouped: bool, language: str
) -> Iterator[str]:
    yield head
    lines, kind = report.lines, ""
    for start in range(0, len(lines), ROWS_AT_A_TIME):
        here = []
        for line in lines[start : start + ROWS_AT_A_TIME]:
            begins = grouped and line.organization.kind != kind
            kind = line.organization.kind
            here.append((OrganizationKind(kind).label if begins else "", line))
        # A response is sent after the middleware let go of the request's language.
        with translation.override(language):
            rows = [(label, writer.row(line)) for label, line in here]
            context = {"rows": rows, "span": len(report.matrix.columns) + 2}
            yield render_to_string("activities/matrix/print_rows.html", context)
    yield foot
