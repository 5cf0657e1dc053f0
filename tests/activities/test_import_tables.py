"""Hostile and clumsy files: each gets a sentence, within bounded memory and time, and nothing is taken from it."""

import datetime
import io
import random
import string
import time
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from activities.imports.heads import find_table
from activities.imports.limits import MAX_BYTES, MAX_CELL, MAX_COLUMNS, Unreadable
from activities.imports.tables import read_file

from .importing import csv_file, saved, xlsx

HEAD = ("code", "title")
ROW = ("A.5.1", "Course")
SHEET = "xl/worksheets/sheet1.xml"


def refused(file: SimpleUploadedFile) -> str:
    with pytest.raises(Unreadable) as error:
        find_table("undertakings", read_file(file))
    return error.value.sentence


def with_member(file: SimpleUploadedFile, name: str, content: bytes | Callable[[bytes], bytes]) -> SimpleUploadedFile:
    """The workbook with one member of its archive replaced or added."""
    made = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content(old.read(name)) if callable(content) else content)
    return SimpleUploadedFile("table.xlsx", made.getvalue())


def rows_of_sheet(rows: bytes) -> bytes:
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return b"<worksheet " + space + b"><sheetData>" + rows + b"</sheetData></worksheet>"


def test_cells_are_read_as_the_text_they_show() -> None:
    day = datetime.date(2001, 5, 17)
    midnight = datetime.datetime.combine(day, datetime.time())
    workbook = Workbook()
    sheet = workbook.active
    sheet.append(["code", "title", "due", "progress", "review_on", "place"])
    sheet.append(["A.5.1", " Course \n", day, 0.6, midnight, 2001])
    sheet.append([])
    sheet.append(["A.5.2", "'quoted", 2001, 60, "2001-05", True])
    sheet["D2"].number_format = "0%"
    (read,) = read_file(saved(workbook))
    assert read.rows[1:] == [
        (2, ["A.5.1", "Course", "2001-05-17", "60%", "2001-05-17", "2001"]),
        (4, ["A.5.2", "'quoted", "2001", "60", "2001-05", "1"]),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_in_utf_8_with_any_delimiter(delimiter: str, encoding: str) -> None:
    rows = [HEAD, ("A.5.1", 'Say "yes", twice; now'), ("A.5.2", "培训\n课程"), ("A.5.3", "'=1+1")]
    (sheet,) = read_file(csv_file(rows, delimiter, encoding))
    assert sheet.rows == [
        (1, ["code", "title"]), (2, ["A.5.1", 'Say "yes", twice; now']), (3, ["A.5.2", "培训\n课程"]),
        (4, ["A.5.3", "=1+1"]),
    ]  # fmt: skip


def test_a_cover_and_a_list_of_codes_are_passed_over() -> None:
    cover = [("Report", "Cooperation activities"), ("Code", "A.5.1"), ("code", "title")]
    table = find_table("undertakings", read_file(xlsx(cover, [HEAD, ROW], [("Column", "Code"), ("level", "field")])))
    assert [row.cells for row in table.rows] == [{"code": "A.5.1", "title": "Course"}]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (("code", "colour"), "B1: there is no column “colour”."),
        (("code", "title", "Title"), "C1: the column “Title” stands there twice."),
        (("title", "place"), "The column “code” is missing."),
    ],
)
def test_names_of_columns_that_are_not_understood(head: tuple[str, ...], expected: str) -> None:
    sentence = refused(xlsx([head, ["x"] * len(head)]))
    assert sentence.startswith(expected)
    assert "Columns of this kind of table: code, framework, parent, title" in sentence


def test_a_cell_beside_the_table_is_named() -> None:
    assert refused(xlsx([HEAD, ROW, ("A.5.2", "x", "", "stray")])).startswith("D3 is filled")


def test_no_table_at_all() -> None:
    assert refused(xlsx([("Dear", "colleagues")])).startswith("No table was found")
    assert refused(xlsx([HEAD])) == "The table has no rows below the names of its columns."
    assert refused(xlsx([])).startswith("No table was found")


def test_a_formula_is_refused_with_its_address() -> None:
    assert refused(xlsx([HEAD, ("A.5.1", "=1+1")])).startswith("Cell B2 holds a formula.")
    assert refused(csv_file([HEAD, ("A.5.1", "=1+1")])).startswith("Cell B2 begins with “=”")
    kept = Workbook()
    kept.active.append(HEAD)
    kept.active.append(("A.5.1", "x"))
    kept.active["B2"].value = "=1+1"
    kept.active["B2"].data_type = "s"
    (sheet,) = read_file(saved(kept))
    assert sheet.rows[1] == (2, ["A.5.1", "=1+1"])


def test_an_error_value_is_refused_with_its_address() -> None:
    assert refused(xlsx([HEAD, ("A.5.1", "#REF!")])) == "Cell B2 holds the error #REF!. Put it right first."


def test_merged_cells_are_refused_with_their_address_in_the_table_alone() -> None:
    workbook = Workbook()
    workbook.active.append(HEAD)
    workbook.active.append(ROW)
    workbook.active.append(("A.5.2", "Other"))
    workbook.active.merge_cells("A2:A3")
    assert refused(saved(workbook)).startswith("The cells A2:A3 are merged.")
    cover = load_workbook(xlsx([("Report", "x")], [HEAD, ROW]))
    cover.worksheets[0].merge_cells("A1:B1")
    assert find_table("undertakings", read_file(saved(cover))).rows


def test_macros_passwords_and_other_kinds() -> None:
    plain = xlsx([HEAD, ROW])
    assert "macros" in refused(with_member(plain, "xl/vbaProject.bin", b"x"))
    content = plain.open().read()
    assert "(.xlsm)" in refused(SimpleUploadedFile("table.xlsm", content))
    assert "(.xls," in refused(SimpleUploadedFile("table.xls", b"\xd0\xcf\x11\xe0old"))
    assert "protected by a password" in refused(SimpleUploadedFile("table.xlsx", b"\xd0\xcf\x11\xe0old"))
    assert "OpenDocument" in refused(SimpleUploadedFile("table.ods", content))
    assert refused(SimpleUploadedFile("table.csv", b"")) == "The file is empty. Choose another one."


@pytest.mark.parametrize("content", [b"PK\x03\x04nothing", b"hello", b"PK\x05\x06" + b"\0" * 18])
def test_what_only_calls_itself_a_workbook(content: bytes) -> None:
    assert refused(SimpleUploadedFile("table.xlsx", content)).startswith("The file cannot be read as an Excel workbook")


def test_a_damaged_workbook() -> None:
    for member in (SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "xl/sharedStrings.xml"):
        broken = with_member(xlsx([HEAD, ROW]), member, b"<worksheet><row r='x'>")
        assert refused(broken).startswith("The file cannot be read as an Excel workbook"), member


def test_entities_are_never_expanded() -> None:
    """A billion laughs, and a file of the server asked for by an entity."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bombs = [f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]>', '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>']
    for bomb in bombs:
        for member in (SHEET, "xl/sharedStrings.xml", "docProps/core.xml"):
            text = f'<?xml version="1.0"?>{bomb}<x>&l9;</x>'.encode()
            assert "declares entities" in refused(with_member(xlsx([HEAD, ROW]), member, text)), member


def bounded(file: SimpleUploadedFile) -> str:
    """The refusal of a file, which may take neither long nor much."""
    tracemalloc.start()
    began = time.monotonic()
    sentence = refused(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.monotonic() - began < 10
    assert peak < 60 * 1024 * 1024
    return sentence


def test_a_zip_bomb() -> None:
    bomb = with_member(xlsx([HEAD, ROW]), SHEET, b"<x>" + b" " * 80_000_000)
    assert len(bomb) < MAX_BYTES
    assert bounded(bomb).startswith("Unpacked, the workbook is larger than")
    # A directory that lies about the size of a member.
    lying = bytearray(bomb.open().read())
    where = lying.rindex(SHEET.encode()) - 46
    lying[where + 24 : where + 28] = (1000).to_bytes(4, "little")
    assert bounded(SimpleUploadedFile("table.xlsx", bytes(lying)))


def test_two_million_rows() -> None:
    row = b"<row><c><v>1</v></c></row>"
    many = with_member(xlsx([HEAD, ROW]), SHEET, rows_of_sheet(row * 2_000_000))
    assert bounded(many).startswith("Unpacked, the workbook is larger than")
    fewer = with_member(xlsx([HEAD, ROW]), SHEET, rows_of_sheet(row * 20_000))
    assert bounded(fewer).startswith("The table has more than 5,000 rows")
    assert bounded(SimpleUploadedFile("t.csv", b"code\n" + b"x\n" * 2_000_000)).startswith("The table has more than")
    far = with_member(xlsx([HEAD, ROW]), SHEET, rows_of_sheet(b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>'))
    assert bounded(far).endswith("row 1048576 is filled. Divide it into several files.")
    beyond = with_member(xlsx([HEAD, ROW]), SHEET, rows_of_sheet(b'<row r="99999999999999"><c><v>1</v></c></row>'))
    assert bounded(beyond).startswith("The file cannot be read")


def test_rows_that_are_only_formatted_do_not_count() -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 20_000))
    text = b'<c r="%s" t="inlineStr"><is><t>%s</t></is></c>'
    head = b'<row r="1">%s%s</row><row r="2">%s</row>' % (
        text % (b"A1", b"code"),
        text % (b"B1", b"title"),
        text % (b"A2", b"A.5.1"),
    )
    padded = with_member(xlsx([HEAD, ROW]), SHEET, rows_of_sheet(head + rows))
    assert [row.cells for row in find_table("undertakings", read_file(padded)).rows] == [{"code": "A.5.1"}]


def test_too_wide_too_long_too_large() -> None:
    assert refused(xlsx([("code", *["x"] * MAX_COLUMNS)])).startswith(f"The table has more than {MAX_COLUMNS} columns")
    wide = rows_of_sheet(b'<row r="1"><c r="XFD1"><v>1</v></c></row>')
    assert "XFD1 is filled" in refused(with_member(xlsx([HEAD, ROW]), SHEET, wide))
    assert "Cell B2 holds more than" in refused(xlsx([HEAD, ("A.5.1", "x" * (MAX_CELL + 1))]))
    assert "larger than 5" in refused(SimpleUploadedFile("t.csv", b"x" * (MAX_BYTES + 1)))


def test_much_text_hidden_in_many_sheets() -> None:
    """The same long text again and again: little in the file, much when it is read."""
    text = "".join(random.Random(1).choices(string.ascii_letters, k=9_999))
    sheets = [[("code", "title"), *[("A.5.1", text)] * 60] for _ in range(10)]
    assert bounded(xlsx(*sheets)) == "The table holds too much text. Divide it into several files."


def test_encodings_that_are_not_utf_8() -> None:
    assert refused(csv_file([HEAD, ("A.5.1", "Café")], encoding="latin-1")).startswith(
        "The file is not in UTF-8: a byte in line 2"
    )
    assert refused(csv_file([HEAD, ROW], encoding="utf-16")) == "The file is in UTF-16. Save it as “CSV UTF-8”."
    assert "NUL" in refused(SimpleUploadedFile("t.csv", b"code,title\nA.5.1,\x00"))
    assert "a quotation mark is missing" in refused(SimpleUploadedFile("t.csv", b'code,title\nA.5.1,"open'))
    assert "a cell is too long" in refused(SimpleUploadedFile("t.csv", b"code,title\nA.5.1," + b"x" * 200_000))
