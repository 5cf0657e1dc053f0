"""From a file to rows of text: XLSX without formulas, CSV in UTF-8. What cannot be taken is said in a sentence."""

import csv
import datetime
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any, BinaryIO, NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from tracker.toolkit.spreadsheets import DAY, neutral

from .limits import MAX_BYTES, MAX_CELL, MAX_COLUMNS, MAX_ROWS, MAX_TEXT, Unreadable, grouped
from .unpacking import check_extent, damaged, look_through

OTHER_KINDS = {
    ".xlsm": "macros", ".xltm": "macros", ".xlam": "macros", ".xls": "old", ".xlsb": "old", ".ods": "open",
    ".numbers": "open",
}  # fmt: skip
DELIMITERS = ",;\t"
# Written by spreadsheet programs for a line break they could not keep.
_CARRIAGE_RETURN = re.compile(r"_x000D_\n?|\r\n?")


class Sheet(NamedTuple):
    """A table as it stands in the file: its rows by number as lists of text, the first of them the names of columns."""

    title: str
    rows: list[tuple[int, list[str]]]
    # The first cells that are merged; "" for none.
    merged: str = ""
    # The day of which a report says that its rows speak, “2001-05-17”; "" where the file does not say.
    day: str = ""


def address(row: int, column: int) -> str:
    """The name of a cell, `column` counted from 0: “B3”."""
    return f"{get_column_letter(column + 1)}{row}"


def read_file(upload: UploadedFile) -> list[Sheet]:
    """Every table of the file. Raises Unreadable."""
    name = (upload.name or "").lower()
    if (upload.size or 0) > MAX_BYTES:
        raise Unreadable(
            _("The file is larger than %(size)s. Divide it into several.") % {"size": filesizeformat(MAX_BYTES)}
        )
    if not upload.size:
        raise Unreadable(_("The file is empty. Choose another one."))
    _refuse_kind(OTHER_KINDS.get(PurePath(name).suffix, ""))
    file: BinaryIO = upload.file  # type: ignore[assignment]
    file.seek(0)
    begin = file.read(8)
    file.seek(0)
    if begin.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            _("The file is an old Excel workbook or protected by a password. Save it as .xlsx without a password.")
        )
    if begin.startswith(b"PK"):
        return list(_workbook(file))
    if name.endswith(".xlsx"):
        raise damaged()
    return [Sheet("", Kept().rows(_csv_rows(file.read())))]


def _refuse_kind(kind: str) -> None:
    sentences = {
        "macros": _("Workbooks with macros (.xlsm) are not taken. Save it as .xlsx."),
        "old": _("Old Excel workbooks (.xls, .xlsb) are not taken. Save it as .xlsx."),
        "open": _("OpenDocument and Numbers tables are not taken. Save it as .xlsx, or as CSV in UTF-8."),
    }
    if kind:
        raise Unreadable(sentences[kind])


# --- XLSX -------------------------------------------------------------------------------------------------------


def _workbook(file: BinaryIO) -> Iterator[Sheet]:
    merged = look_through(file)
    kept = Kept()
    try:
        workbook = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        day = _day(workbook)
        for sheet in workbook.worksheets:
            path = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
            yield Sheet(sheet.title, kept.rows(_cells(sheet)), merged.get(path, ""), day)
    except Unreadable:
        raise
    except Exception as error:  # the file is somebody's: it may break its reader in any way
        raise damaged() from error


def _day(workbook: Any) -> str:
    """The day that the export wrote into the workbook."""
    name = workbook.defined_names.get(DAY)
    try:
        return datetime.date.fromisoformat(str(name.value).strip('"')).isoformat() if name else ""
    except ValueError:
        return ""


def _cells(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # what the file says of its own extent is not asked
    found = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS)
    for number, row in enumerate(found, start=1):
        yield number, [_text(cell, number, column) for column, cell in enumerate(row)]


def _text(cell: Any, row: int, column: int) -> str:
    """What a cell shows, as text: days as year-month-day, 60% as “60%”."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise Unreadable(
            _("Cell %(cell)s holds a formula. Formulas are not computed here: paste its value instead.")
            % {"cell": address(row, column)}
        )
    if cell.data_type == "e":
        raise Unreadable(
            _("Cell %(cell)s holds the error %(value)s. Put it right first.")
            % {"cell": address(row, column), "value": str(value)[:20]}
        )
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    if isinstance(value, float | int):
        if "%" in (cell.number_format or ""):
            return f"{value * 100:.10g}%"
        return f"{value:.15g}"
    return str(value)


# --- CSV --------------------------------------------------------------------------------------------------------


def _csv_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content)
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            filled = [column for column, value in enumerate(row) if value.strip()]
            if filled:
                check_extent(number, filled[-1] + 1)
            yield number, [_plain(value, number, column) for column, value in enumerate(row[:MAX_COLUMNS])]
    except csv.Error as error:
        raise Unreadable(
            _("Row %(row)d cannot be read as CSV: a quotation mark is missing, or a cell is too long.")
            % {"row": number + 1}
        ) from error


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(_("The file is in UTF-16. Save it as “CSV UTF-8”."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            _("The file is not in UTF-8: a byte in line %(line)d does not belong there. Save it as “CSV UTF-8”.")
            % {"line": line}
        ) from error
    if "\x00" in text:
        raise Unreadable(_("The file is no text: it holds NUL characters. Save it as “CSV UTF-8”."))
    return text


def _delimiter(text: str) -> str:
    """The one of comma, semicolon and tab that divides the first row into most parts."""
    first = text.lstrip("\ufeff\r\n")[:20_000]
    counts = {}
    for delimiter in DELIMITERS:
        try:
            counts[delimiter] = len(next(csv.reader(io.StringIO(first, newline=""), delimiter=delimiter), []))
        except csv.Error:
            counts[delimiter] = 0
    return max(counts, key=lambda delimiter: counts[delimiter])


def _plain(value: str, row: int, column: int) -> str:
    """Without the apostrophe that keeps text from becoming a formula; what would be a formula is refused."""
    if value.startswith("'") and neutral(value[1:]) == value:
        return value[1:]
    if value.startswith("="):
        raise Unreadable(
            _("Cell %(cell)s begins with “=” like a formula. Write its value, or an apostrophe before it.")
            % {"cell": address(row, column)}
        )
    return value


# --- both -------------------------------------------------------------------------------------------------------


class Kept:
    """Takes the rows in which anything stands, within the limits of length; one for all sheets of a file."""

    def __init__(self) -> None:
        self.length = 0

    def rows(self, rows: Iterable[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
        found = []
        for number, row in rows:
            cells = [self._text(value, number, column) for column, value in enumerate(row)]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                found.append((number, cells))
        return found

    def _text(self, value: str, row: int, column: int) -> str:
        text = _CARRIAGE_RETURN.sub("\n", value).replace("\x00", "").strip() if value else value
        if len(text) > MAX_CELL:
            raise Unreadable(
                _("Cell %(cell)s holds more than %(limit)s characters. Shorten it.")
                % {"cell": address(row, column), "limit": grouped(MAX_CELL)}
            )
        self.length += len(text)
        if self.length > MAX_TEXT:
            raise Unreadable(_("The table holds too much text. Divide it into several files."))
        return text
