"""A report as a file: spreadsheet, paper, plain table or data, each of the same columns and rows."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from typing import IO, Any, NamedTuple

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.toolkit.days import day_words
from tracker.toolkit.documents import DOCX, Paper, Row, Text, Words
from tracker.toolkit.provenance import Provenance
from tracker.toolkit.records import JSON, json_pieces
from tracker.toolkit.spreadsheets import Column, csv_pieces, write_xlsx
from tracker.toolkit.texts import current_language, direction

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
# The forms of a report beside the page, in the order of menus.
FORMS = {
    "docx": gettext_lazy("Document (DOCX)"),
    "xlsx": gettext_lazy("Spreadsheet (XLSX)"),
    "csv": gettext_lazy("Plain table (CSV)"),
    "json": gettext_lazy("Data for programs (JSON)"),
    "print": gettext_lazy("Print or save as PDF"),
}
# Those that are made as a whole before the first byte leaves: a person waits for them.
MADE_WHOLE = ("docx", "xlsx")
# Kept in memory up to this size, then in a temporary file.
SPOOLED = 5 * 1024 * 1024


class PaperTable(NamedTuple):
    """The table of a paper: heads, shares of the width, and rows as `Paper.table` takes them."""

    heads: Sequence[Any]
    widths: Sequence[float]
    rows: Iterable[Row]


class Report:
    """What a report view needs: filled in by the app that knows the rows. `chosen` names the columns asked for."""

    columns: Sequence[Column]
    sheet_title: str
    chosen: Sequence[str] | None = None
    landscape = True  # on paper

    def choose(self, names: Sequence[str] | None) -> None:
        """These of the columns, in this order; None leaves them as they are."""
        self.chosen = names
        if names is not None:
            by_name = {column.name: column for column in self.columns}
            self.columns = [by_name[name] for name in names]

    def provenance(self, request: HttpRequest) -> Provenance:
        raise NotImplementedError

    def rows(self) -> Iterable[Any]:
        """All rows, in order, as many as the provenance says."""
        raise NotImplementedError

    def paper_title(self, provenance: Provenance) -> str | Text:
        """The title of the paper, in the language it is in."""
        return provenance.title

    def paper_notices(self) -> Sequence[str]:
        """What a reader must know before citing the paper."""
        return ()

    def paper_table(self) -> PaperTable:
        """The table as a paper shows it: here every column beside the other."""
        columns = self.columns
        rows = ([paper_cell(column, row) for column in columns] for row in self.rows())
        return PaperTable([str(column.label) for column in columns], [column.width for column in columns], rows)

    def write_paper(self, paper: Paper, provenance: Provenance) -> None:
        """What follows the title: where the report comes from, and its table."""
        # Said above already.
        above = {provenance.title, provenance.source, date_format(provenance.as_of, "DATE_FORMAT")}
        paper.facts([(label, value) for label, value in provenance.facts() if value not in above])
        table = self.paper_table()
        paper.table(table.heads, table.rows, widths=table.widths, caption=provenance.title)
        if note := self.paper_note():
            paper.note(note)

    def paper_note(self) -> str:
        """What stands below the table."""
        return ""


def paper_cell(column: Column, row: Any) -> str | Text:
    """The value of a column in words, in its language."""
    words = in_words(column.value(row), column.kind)
    return Text(words, column.language(row)) if column.language else words


def in_words(value: Any, kind: str = "text") -> str:
    """A value as papers show it: days in the reader's language, nothing for what is unknown."""
    if value is None or value == "":
        return ""
    return day_words(value, short=True) if kind == "date" else str(value)


def file_response(form: str, report: Report, provenance: Provenance) -> Any:
    """The report as a file of this form, one of FORMS but “print”."""
    if form == "csv":
        return StreamingHttpResponse(csv_pieces(report.columns, report.rows()), content_type=CSV)
    if form == "json":
        return StreamingHttpResponse(json_pieces(provenance, report.columns, report.rows()), content_type=JSON)
    return made_whole(
        _write_docx if form == "docx" else _write_xlsx, report, provenance, DOCX if form == "docx" else XLSX
    )


def made_whole(
    write: Callable[[IO[bytes], Report, Provenance], None], report: Report, provenance: Provenance, content_type: str
) -> HttpResponseBase:
    file: Any = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 - the response closes it
    write(file, report, provenance)
    file.seek(0)
    return FileResponse(file, content_type=content_type)


def _write_xlsx(file: IO[bytes], report: Report, provenance: Provenance) -> None:
    write_xlsx(
        file,
        title=report.sheet_title,
        columns=report.columns,
        rows=report.rows(),
        count=provenance.rows,
        cover_title=_("About this report"),
        cover=provenance.facts(),
        day=provenance.as_of.isoformat(),
        right_to_left=direction(current_language()) == "rtl",
    )


def _write_docx(file: IO[bytes], report: Report, provenance: Provenance) -> None:
    """A paper that a secretariat would circulate: masthead, title, where it comes from, the table, a note."""
    as_of = _("As at %(date)s") % {"date": day_words(provenance.as_of)}
    title = report.paper_title(provenance)
    paper = Paper(title=title, as_of=as_of, landscape=report.landscape, made_at=provenance.made_at)
    paper.masthead(Words(provenance.source, bold=True))
    paper.title()
    for notice in report.paper_notices():
        paper.paragraph(Words(notice, bold=True))
    report.write_paper(paper, provenance)
    paper.save(file)
