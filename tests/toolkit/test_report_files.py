"""A report as a file: each form reads its rows one after the other and keeps none of them."""

import datetime
import io
import json
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from docx import Document
from openpyxl import load_workbook

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.provenance import Provenance
from tracker.toolkit.report_files import Report, file_response
from tracker.toolkit.spreadsheets import COLUMNS, TABLE, Column
from tracker.toolkit.texts import Text
from tracker.toolkit.views import ReportView

MANY = 3000


class Row:
    """A row that knows how many of its kind there are."""

    alive: ClassVar[int] = 0

    def __init__(self, number: int) -> None:
        self.number = number
        Row.alive += 1

    def __del__(self) -> None:
        Row.alive -= 1


class Numbers(Report):
    sheet_title = "Numbers"
    columns = (
        Column(name="code", label="Ref.", value=lambda row: f"N.{row.number}"),
        Column(name="title", label="Title", value=lambda row: "عدد", language=lambda row: "ar"),
        Column(name="half", label="Half", value=lambda row: row.number // 2, kind="number"),
        Column(name="day", label="Day", value=lambda row: PartialDate("2001-05"), kind="date"),
    )

    def __init__(self, count: int) -> None:
        self.count = count
        self.most = 0

    def rows(self) -> Iterator[Row]:
        for number in range(self.count):
            row = Row(number)
            self.most = max(self.most, Row.alive)
            yield row
            del row

    def provenance(self, request: Any = None) -> Provenance:
        return Provenance(
            title="Numbers", source="Mathematics", filters="", as_of=datetime.date(2001, 11, 1),
            made_at=datetime.datetime(2001, 11, 1, 9, 0, tzinfo=datetime.UTC), made_by="somebody", rows=self.count,
            left_out=0, address="https://example.org/numbers/",
        )  # fmt: skip


def content(form: str, report: Report) -> bytes:
    return b"".join(file_response(form, report, report.provenance(None)).streaming_content)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["csv", "json", "xlsx", "docx"])
def test_thousands_of_rows_are_written_without_keeping_any(form: str) -> None:
    report = Numbers(MANY)
    written = content(form, report)
    assert len(written) > 10_000
    # The one being written, and the one just read.
    assert report.most <= 2
    assert Row.alive == 0


def test_forms_of_data_are_sent_in_pieces() -> None:
    for form in ("csv", "json"):
        pieces = list(file_response(form, report := Numbers(MANY), report.provenance()).streaming_content)
        assert len(pieces) > 3, form
        assert max(map(len, pieces)) < len(b"".join(pieces)) / 3, form


def test_data_are_one_object_even_without_rows() -> None:
    assert json.loads(content("json", Numbers(0)))["rows"] == []
    rows = json.loads(content("json", Numbers(1001)))["rows"]
    assert [row["half"] for row in rows] == [number // 2 for number in range(1001)]
    assert rows[0] == {"code": "N.0", "title": "عدد", "half": 0, "day": "2001-05", "codes": {}}


def test_a_report_without_an_arrangement_has_all_columns_beside_one_another() -> None:
    document = Document(io.BytesIO(content("docx", Numbers(2))))
    [table] = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Ref.", "Title", "Half", "Day"],
        ["N.0", "عدد", "0", "May 2001"],
        ["N.1", "عدد", "0", "May 2001"],
    ]
    assert [p.text for p in document.paragraphs][:3] == [
        "Mathematics\tAs at 1 November 2001", "Numbers", "Filters: None: all activities that the reader may see",
    ]  # fmt: skip


def test_a_title_in_another_language_stays_in_it() -> None:
    class Titled(Numbers):
        def paper_title(self, provenance: Provenance) -> Text:
            return Text("أعداد", "ar")

        def paper_notices(self) -> list[str]:
            return ["Invented."]

    paragraphs = Document(io.BytesIO(content("docx", Titled(1)))).paragraphs
    assert [(p.style.name, p.text) for p in paragraphs[1:3]] == [("Title", "أعداد"), ("Normal", "Invented.")]
    assert paragraphs[1]._p.xpath("w:pPr/w:bidi")
    assert not paragraphs[2]._p.xpath("w:pPr/w:bidi")


def test_a_workbook_says_what_its_columns_are_called_whatever_its_language() -> None:
    book = load_workbook(io.BytesIO(content("xlsx", Numbers(2))))
    found = {}
    for name in (TABLE, COLUMNS):
        [(sheet, cells)] = book.defined_names[name].destinations
        found[name] = [[cell.value for cell in row] for row in book[sheet][cells.replace("$", "")]]
    assert found[TABLE][0] == [label for label, _name in found[COLUMNS]] == ["Ref.", "Title", "Half", "Day"]
    assert [name for _label, name in found[COLUMNS]] == ["code", "title", "half", "day"]
    assert len(found[TABLE]) == 3
    sheet = book["Numbers"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.column_dimensions["A"].width) == ("B2", "A1:D3", 16)
    assert book.active is sheet


def test_a_view_without_columns_to_choose_knows_no_such_parameter() -> None:
    assert ReportView().offered_columns() == ()
