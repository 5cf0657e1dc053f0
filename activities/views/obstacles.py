"""The obstacles report: how many entries name an obstacle, and the sentences themselves; page, print, CSV and XLSX."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.toolkit.days import day_words
from tracker.toolkit.documents import Cell, Link, Paper, Words
from tracker.toolkit.provenance import Provenance
from tracker.toolkit.report_files import Report
from tracker.toolkit.texts import Text, current_language
from tracker.toolkit.views import ReportView

from ..filters import LARGE, ObstacleSelection
from ..forms.saved import save_form
from ..reading.obstacles import SORTS, ObstacleReader, Sentence, obstacle_columns
from .papers import Absolute, PaperReport, joined_pieces, kind_texts, write_origin
from .printing import ROWS_HERE, printed
from .report_look import exports, rows_words

TEMPLATE = "activities/papers/obstacles.html"
SENTENCES = "activities/papers/sentences.html"


class ObstacleTable(PaperReport):
    """The sentences of a selection, fixed at the moment it is made."""

    def __init__(self, selection: ObstacleSelection, sort: str) -> None:
        self.selection = selection
        self.columns = obstacle_columns()
        self.sheet_title = _("Obstacles")
        self.reader = ObstacleReader(selection)
        self.ids = list(self.reader.ids(sort))

    def rows(self) -> Iterator[Sentence]:
        return self.reader.all(self.ids)

    def provenance(self, request: HttpRequest) -> Provenance:
        return provenance_of(self.selection, request, len(self.ids))

    def write(self, paper: Paper, provenance: Provenance, absolute: Absolute) -> None:
        numbers = self.reader.numbers()
        paper.paragraph((Words(_("Summary."), bold=True), " ", named_words(provenance.rows)))
        paper.note(counting_rule())
        write_origin(paper, provenance)
        if not provenance.rows:
            return
        paper.heading(1, _("By kind and area"))
        heads: list[Any] = [
            _("Kind of obstacle"),
            *(number_cell(area.code) for area in numbers.areas),
            number_cell(_("All")),
        ]
        paper.table(
            heads,
            [
                [line.title, *(number_cell(str(cell.number) if cell else "–") for cell in (*line.cells, line.total))]
                for line in (*numbers.kinds, numbers.all)
            ],
            widths=[5, *(1 for _area in numbers.areas), 1],
            caption=_("By kind and area"),
        )
        paper.note("; ".join(f"{area.code} {area.title}" for area in numbers.areas))
        for head, who, lines in (
            (_("By organization"), _("Said by"), numbers.organizations),
            (_("By reporting round"), _("Reporting round"), numbers.rounds),
        ):
            paper.heading(1, head)
            rows: list[list[Any]] = [[line.title, number_cell(str(line.total.number))] for line in lines]
            paper.table([who, number_cell(_("Entries"))], rows, widths=[5, 1], caption=head)
        paper.heading(1, _("The sentences"))
        for sentence in self.rows():
            write_sentence(paper, sentence, absolute)


def number_cell(text: str) -> Cell:
    return Cell(text, align="end")


def write_sentence(paper: Paper, row: Sentence, absolute: Absolute) -> None:
    """An entry that names an obstacle, in its own words."""
    paper.paragraph((Link(row.code, absolute(row.address)), " ", Words(row.title, bold=True)))
    name: Any = row.organization.acronym if row.organization else _("Register")
    where: list[Any] = [name, ", ", day_words(row.as_of)]
    if row.round:
        where += [", ", Text(row.round.title, row.round.language)]
    if row.kinds:
        where += [". ", *joined_pieces(kind_texts(row.kinds))]
    paper.note(tuple(where))
    paper.prose(row.text)


def named_words(number: int) -> str:
    return ngettext("%(number)d entry names an obstacle.", "%(number)d entries name an obstacle.", number) % {
        "number": number
    }


def counting_rule() -> str:
    return _(
        "Entries that were corrected later do not count. An entry that names two kinds of obstacle counts under both, "
        "and once among all."
    )


@method_decorator(login_not_required, name="dispatch")
class ObstacleReport(ReportView):
    """`/reports/obstacles/`: entries on what the reader may see, under every filter of the activities."""

    sorts = tuple(SORTS)
    page_size = 25
    file_name = "obstacles"

    def read(self, given: dict[str, list[str]], problems: list[tuple[str, str]]) -> ObstacleSelection:
        selection = ObstacleSelection(given, self.request.user)
        problems += selection.problems
        return selection

    def make_report(self, selection: ObstacleSelection, sort: str) -> ObstacleTable:
        return ObstacleTable(selection, sort)

    def render_page(self, request: HttpRequest, selection: ObstacleSelection, sort: str, page: int) -> HttpResponse:
        reader = ObstacleReader(selection)
        numbers = reader.numbers()
        order = [sort] if sort != "newest" else []
        start = (page - 1) * self.page_size
        sentences = reader.read(list(reader.ids(sort)[start : start + self.page_size]))
        total = numbers.all.total.number
        context = head_of(selection, reader, provenance_of(selection, request, total)) | {
            "numbers": numbers,
            "page": self.paginate(sentences, page, total),
            "chips": selection.chips(),
            "exports": exports(lambda form: f"?{selection.query(sort=order, format=[form])}"),
            "rows_words": rows_words(total),
            "many": total > LARGE,
            "save_form": save_form(request),
        }
        return render(request, TEMPLATE, context)

    def print_pieces(self, request: HttpRequest, report: Report, provenance: Provenance) -> Iterator[str]:
        table: ObstacleTable = report  # type: ignore[assignment]
        context = head_of(table.selection, table.reader, provenance) | {
            "numbers": table.reader.numbers(),
            "printed": ROWS_HERE,
        }
        whole = render_to_string(TEMPLATE, context, request)
        return printed(whole, table.rows(), SENTENCES, {}, current_language())


def head_of(selection: ObstacleSelection, reader: ObstacleReader, provenance: Provenance) -> dict[str, Any]:
    """What stands before the sentences, on the page and in print."""
    return {
        "provenance": provenance,
        "selection": selection.selection,
        "frameworks": list(reader.names.frameworks.items()),
        "filtered": bool(selection.given),
        "named": named_words(provenance.rows),
        "rule": counting_rule(),
    }


def provenance_of(selection: ObstacleSelection, request: HttpRequest, number: int) -> Provenance:
    user, names = selection.user, selection.selection.names
    return Provenance(
        title=_("Obstacles named in the log"),
        source="; ".join(f"{name.title} ({code})" for code, name in names.frameworks.items()),
        filters=selection.sentence(),
        as_of=selection.today,
        made_at=timezone.now(),
        made_by=str(user) if user.is_authenticated else _("A reader not signed in"),
        rows=number,
        left_out=selection.everything().count() - number if selection.given else 0,
        address=request.build_absolute_uri(),
        note=selection.selection.note,
    )
