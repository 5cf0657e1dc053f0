"""Files of tables: what was written comes back, dates stay dates, and no text becomes a formula."""

import csv
import datetime
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.provenance import LONGEST_HEADER, Provenance
from tracker.toolkit.spreadsheets import ROWS_AT_A_TIME, Column, csv_pieces, neutral, write_xlsx

COLUMNS = [
    Column(name="a", label="Ref.", value=lambda row: row[0]),
    Column(name="b", label="B", value=lambda row: row[1]),
]
ATTACKS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1+1", '=HYPERLINK("http://x","y")', "＝1",
    "=cmd|' /C calc'!A0",
]  # fmt: skip
HARMLESS = ["", "A.5.1", "a=b", "UN - OSCE", "“=”", "合作", "1", "#N/A", "'quoted"]


def as_csv(rows: list[Any]) -> list[list[str]]:
    data = b"".join(csv_pieces(COLUMNS, rows))
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def as_workbook(rows: list[Any], **more: Any) -> Any:
    file = io.BytesIO()
    write_xlsx(
        file, title="Activities", columns=COLUMNS, rows=rows, count=len(rows), cover_title="About",
        cover=[("Rows", "=2")],
        **more,
    )  # fmt: skip
    file.seek(0)
    return load_workbook(file)


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_becomes_a_formula(text: str) -> None:
    assert neutral(text) == f"'{text}"
    assert as_csv([(text, "x")])[1] == [f"'{text}", "x"]
    cell = as_workbook([(text, "x")])["Activities"]["A2"]
    assert cell.data_type == "s"
    assert cell.value.strip("\r\n\t ") == text.strip("\r\n\t ")


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert neutral(text) == text
    assert as_csv([(text, "x")])[1] == [text, "x"]
    cell = as_workbook([(text, "x")])["Activities"]["A2"]
    assert (cell.value or "", cell.data_type if text else "s") == (text, "s")


def test_numbers_are_not_mistaken_for_formulas() -> None:
    assert as_csv([(-5, None)])[1] == ["-5", ""]
    row = as_workbook([(-5, None)])["Activities"][2]
    assert [(cell.value, cell.data_type) for cell in row] == [(-5, "n"), (None, "n")]


def test_dates_stay_dates_as_far_as_they_are_known() -> None:
    rows = [(PartialDate("2001-05-17"), datetime.date(2026, 11, 23)), (PartialDate("2001-05"), PartialDate("2001"))]
    assert as_csv(rows)[1:] == [["2001-05-17", "2026-11-23"], ["2001-05", "2001"]]
    sheet = as_workbook(rows)["Activities"]
    exact = [(cell.value, cell.number_format) for cell in sheet[2]]
    assert exact == [
        (datetime.datetime(2001, 5, 17), "yyyy-mm-dd"),  # noqa: DTZ001 - a workbook knows no time zone
        (datetime.datetime(2026, 11, 23), "yyyy-mm-dd"),  # noqa: DTZ001
    ]
    assert [(cell.value, cell.data_type) for cell in sheet[3]] == [("2001-05", "s"), ("2001", "s")]


def test_characters_a_workbook_cannot_hold_are_left_out() -> None:
    sheet = as_workbook([("a\x00b\x0bc", "=\x01")])["Activities"]
    assert [cell.value for cell in sheet[2]] == ["abc", "="]


def test_the_workbook_is_ready_to_read() -> None:
    workbook = as_workbook([("A.1", "x"), ("A.2", "y")])
    sheet = workbook["Activities"]
    assert workbook.sheetnames == ["About", "Activities"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:B3")
    assert sheet.sheet_view.rightToLeft is False
    assert [[cell.value for cell in row] for row in sheet] == [["Ref.", "B"], ["A.1", "x"], ["A.2", "y"]]
    assert [(cell.value, cell.data_type) for cell in workbook["About"][1]] == [("Rows", "s"), ("=2", "s")]
    arabic = as_workbook([], right_to_left=True)
    assert [sheet.sheet_view.rightToLeft for sheet in arabic] == [True, True]


def test_csv_comes_in_pieces() -> None:
    rows = [(f"A.{number}", number) for number in range(2 * ROWS_AT_A_TIME + 1)]
    pieces = list(csv_pieces(COLUMNS, iter(rows)))
    assert len(pieces) == 3
    assert len(list(csv.reader(io.StringIO(b"".join(pieces).decode("utf-8-sig"))))) == len(rows) + 1


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
@settings(max_examples=30, deadline=None)
def test_any_text_comes_back(text: str) -> None:
    """But for the apostrophe in CSV, exactly; a workbook keeps it without one."""
    [read] = [row[0] for row in as_csv([(text, "x")])[1:]]
    assert read.removeprefix("'") == text.removeprefix("'") or read == f"'{text}"
    assert (as_workbook([(text, "x")])["Activities"]["A2"].value or "") == text


def provenance(**changes: Any) -> Provenance:
    fields = {
        "title": "活动", "source": "S/2001/138", "filters": "Area: A", "as_of": datetime.date(2026, 11, 23),
        "made_at": datetime.datetime(2026, 11, 23, 10, 0, tzinfo=datetime.UTC), "made_by": "Awa\r\nX-Evil: 1",
        "rows": 3, "left_out": 4, "address": "http://testserver/activities/?q=%E5",
    }  # fmt: skip
    return Provenance(**(fields | changes))


def test_headers_hold_any_text_and_nothing_else() -> None:
    headers = provenance().headers()
    assert headers["X-Report-Title"] == "%E6%B4%BB%E5%8A%A8"
    assert (headers["X-Report-Rows"], headers["X-Report-Left-Out"]) == ("3", "4")
    assert all(value.isascii() and value.isprintable() for value in headers.values())
    long = provenance(filters="活" * 5000).headers()["X-Report-Filters"]
    assert len(long) <= LONGEST_HEADER + 9
    assert long.endswith("%E2%80%A6")
