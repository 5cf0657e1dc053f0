"""Tables as files: CSV in pieces and XLSX row by row, in which no text becomes a formula."""

import csv
import datetime
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName

from tracker.toolkit.dates import PartialDate

ROWS_AT_A_TIME = 500
# Defined names of a workbook: the table with its head, and the labels and names of its columns.
TABLE, COLUMNS = "report_table", "report_columns"
# And one that holds the day of which its rows speak, as “2001-05-17” in quotation marks.
DAY = "report_day"
A4 = 9  # as spreadsheet programs number paper
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BOM = "\ufeff"
# Characters in a cell; spreadsheet programs call a file with more of them damaged.
_LONGEST = 32_767


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a report. `value` gives text, a number, a date, a `PartialDate` or None; `width` in characters.

    `kind` is “text”, “number”, “date” or “list” (several texts in one). `codes` gives the codes that its words stand
    for, which never change; `language` the code of the language of a text that may be in another than the reader's.
    """

    name: str
    label: str | Promise
    value: Callable[[Any], Any]
    width: int = 16
    kind: str = "text"
    codes: Callable[[Any], list[str]] | None = None
    language: Callable[[Any], str] | None = None


def neutral(value: Any) -> Any:
    """Text that a spreadsheet program would take for a formula, with an apostrophe before it; all else unchanged."""
    if not isinstance(value, str) or not value or value[0].isalnum():
        return value  # nearly all: told by one look
    if value[0] in "\t\r\n" or value.lstrip()[:1] in _FORMULA:
        return f"'{value}"
    return value


def csv_pieces(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    """The table as CSV in UTF-8 with a byte order mark and one header row, some hundred rows at a time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(_BOM)
    writer.writerow([neutral(str(column.label)) for column in columns])
    values = [column.value for column in columns]
    for number, row in enumerate(rows, start=1):
        writer.writerow(map(neutral, [value(row) for value in values]))
        if number % ROWS_AT_A_TIME == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece


def write_xlsx(
    file: IO[bytes],
    *,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    count: int,
    cover_title: str,
    cover: Sequence[tuple[str, str]],
    day: str = "",
    right_to_left: bool = False,
) -> None:
    """Write a workbook of two sheets: the cover with the provenance, and the table (`count` rows, known beforehand).

    The cover ends with the label and the name of each column. Whatever language the workbook speaks, whoever reads it
    finds the table, with its head, by the defined name `TABLE`, and that list by `COLUMNS`; `DAY` is `day`.
    """
    workbook = Workbook(write_only=True)
    cover_sheet = _cover(workbook, cover_title, cover, columns, right_to_left)
    sheet = workbook.create_sheet(_sheet_title(title))
    last = get_column_letter(len(columns))
    start = len(cover) + 3
    _define(workbook, TABLE, sheet, f"$A$1:${last}${count + 1}")
    _define(workbook, COLUMNS, cover_sheet, f"$A${start}:$B${start + len(columns) - 1}")
    if day:
        workbook.defined_names[DAY] = DefinedName(DAY, attr_text=f'"{day}"')
    sheet.sheet_view.rightToLeft = right_to_left
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{last}{count + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.append([_cell(sheet, str(column.label), bold=True) for column in columns])
    values = [column.value for column in columns]
    for row in rows:
        sheet.append([content_cell(sheet, value(row)) for value in values])
    workbook.active = 1
    workbook.save(file)


def _define(workbook: Workbook, name: str, sheet: Any, cells: str) -> None:
    workbook.defined_names[name] = DefinedName(name, attr_text=f"{quote_sheetname(sheet.title)}!{cells}")


def _cover(
    workbook: Workbook, title: str, facts: Sequence[tuple[str, str]], columns: Sequence[Column], right_to_left: bool
) -> Any:
    sheet = workbook.create_sheet(_sheet_title(title))
    sheet.sheet_view.rightToLeft = right_to_left
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 90
    for label, value in facts:
        sheet.append([_cell(sheet, label, bold=True), _cell(sheet, value, wrap=True)])
    sheet.append([])
    sheet.append([_cell(sheet, _("Columns"), bold=True), _cell(sheet, _("Name in addresses and imports"), bold=True)])
    for column in columns:
        sheet.append([_cell(sheet, str(column.label)), _cell(sheet, column.name)])
    return sheet


def head_cell(sheet: Any, text: str) -> WriteOnlyCell:
    """The name of a column in a worksheet of somebody else's making."""
    return _cell(sheet, text, bold=True)


def content_cell(sheet: Any, value: Any) -> Any:
    """A value as the worksheet takes it: plain where that is safe and quick, else a cell of its own."""
    if isinstance(value, PartialDate):
        # A date known only to the month or the year stays text: the program would make up a day.
        return _date(sheet, value.first_day) if value.is_exact else str(value)
    if isinstance(value, str):
        if len(value) > _LONGEST:
            value = f"{value[: _LONGEST - 1]}…"
        # "#N/A" would become an error value.
        return _cell(sheet, value) if value[:1] in ("=", "#") or ILLEGAL_CHARACTERS_RE.search(value) else value
    if isinstance(value, datetime.date):
        return _date(sheet, value)
    return value


def _date(sheet: Any, value: datetime.date) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = "yyyy-mm-dd"
    return cell


def _cell(sheet: Any, text: str, *, bold: bool = False, wrap: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    # openpyxl takes text that begins with "=" for a formula unless told otherwise.
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    if wrap:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _sheet_title(title: str) -> str:
    """Excel takes at most 31 characters, without some."""
    return "".join(character for character in title if character not in "[]:*?/\\'")[:31] or "1"
