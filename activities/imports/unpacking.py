"""A workbook looked through before anything interprets it: sizes, macros, declarations, merged cells, extent."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePath
from typing import BinaryIO
from xml.parsers import expat

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from openpyxl.utils import column_index_from_string, get_column_letter

from .limits import (
    LAST_ROW,
    MAX_COLUMNS,
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_ROWS,
    MAX_UNPACKED,
    SMALL_ENOUGH,
    Unreadable,
    grouped,
)

_MACROS = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml|macrosheets/)", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,9})")
_CHUNK = 64 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError)


def damaged() -> Unreadable:
    return Unreadable(_("The file cannot be read as an Excel workbook. Save it again as .xlsx, or as CSV in UTF-8."))


def look_through(file: BinaryIO) -> dict[str, str]:
    """The first merged cells of each worksheet that has any, by the name of its member. Raises Unreadable."""
    packed = file.seek(0, 2)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            return _look_through(archive, packed)
    except expat.ExpatError as error:
        raise damaged() from error
    except _BROKEN as error:
        raise damaged() from error
    finally:
        file.seek(0)


def _look_through(archive: zipfile.ZipFile, packed: int) -> dict[str, str]:
    members = archive.infolist()
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= {member.filename for member in members}:
        raise damaged()
    if len(members) > MAX_MEMBERS:
        raise too_large()
    for member in members:
        if _MACROS.search(member.filename):
            raise Unreadable(_("The workbook holds macros. Save it as .xlsx without them."))
        if member.flag_bits & 1:
            raise Unreadable(_("The workbook is protected by a password. Save it without one."))
        if member.filename.startswith("/") or ".." in PurePath(member.filename).parts:
            raise damaged()
    limit = min(MAX_UNPACKED, max(SMALL_ENOUGH, packed * MAX_RATIO))
    if sum(member.file_size for member in members) > limit:
        raise too_large()
    # The directory may lie about the sizes: read what is really there, and no further than the limit.
    merged: dict[str, str] = {}
    left = limit
    for member in members:
        look = Look(is_sheet=member.filename.startswith("xl/worksheets/"))
        is_xml = member.filename.endswith((".xml", ".rels"))
        for chunk in _pieces(archive, member):
            left -= len(chunk)
            if left < 0:
                raise too_large()
            if is_xml:
                look.feed(chunk)
        if is_xml:
            look.feed(b"", is_last=True)
        if look.merged:
            merged[member.filename] = look.merged
    return merged


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as content:
        while chunk := content.read(_CHUNK):
            yield chunk


def too_large() -> Unreadable:
    return Unreadable(
        _("Unpacked, the workbook is larger than %(size)s or far larger than it looks. Send fewer rows.")
        % {"size": filesizeformat(MAX_UNPACKED)}
    )


class Look:
    """One XML member, as it streams by. Nothing is kept of it but what would have it refused."""

    def __init__(self, *, is_sheet: bool) -> None:
        self.merged = ""
        self.row = self.column = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        # Entities are declared in a document type; no spreadsheet program writes one.
        self.parser.StartDoctypeDeclHandler = self._refuse_declaration
        if is_sheet:
            self.parser.StartElementHandler = self._start

    def feed(self, chunk: bytes, *, is_last: bool = False) -> None:
        self.parser.Parse(chunk, is_last)

    def _refuse_declaration(self, *_declared: object) -> None:
        raise Unreadable(_("The workbook declares entities, which no spreadsheet program does. It is not opened."))

    def _start(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "row":
            self.row, self.column = int(given.get("r") or self.row + 1), 0
            if not 0 < self.row <= LAST_ROW:
                raise damaged()
        elif name == "c":
            self.column += 1
            if reference := given.get("r"):
                match = _REFERENCE.fullmatch(reference)
                if not match or not 0 < int(match[2]) <= LAST_ROW:
                    raise damaged()
                self.column, self.row = column_index_from_string(match[1]), int(match[2])
        elif name in ("v", "is"):
            check_extent(self.row, self.column)
        elif name == "mergeCell":
            self.merged = self.merged or given.get("ref", "?")


def check_extent(row: int, column: int) -> None:
    """A cell with content that lies beyond what is read. Raises Unreadable."""
    if row > MAX_ROWS + 1:
        raise Unreadable(
            _("The table has more than %(rows)s rows: row %(row)d is filled. Divide it into several files.")
            % {"rows": grouped(MAX_ROWS), "row": row}
        )
    if column > MAX_COLUMNS:
        raise Unreadable(
            _("The table has more than %(columns)d columns: %(cell)s is filled. Leave out what is not needed.")
            % {"columns": MAX_COLUMNS, "cell": f"{get_column_letter(column)}{row}"}
        )
