"""One selection as page, print, CSV, XLSX, DOCX and JSON: the same cells in every language, and what each form is."""

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext as _
from docx.oxml.ns import qn

from activities.choices import Role, Status, Visibility
from activities.models import Activity, FunctionalField, Theme
from activities.reports import columns_for
from tests.activities.report_reading import (
    body,
    csv_rows,
    docx,
    docx_rows,
    json_report,
    page_rows,
    parse,
    print_rows,
    read,
    xlsx_rows,
)
from tests.factories import make_item, make_organization, make_participation, make_undertaking
from tests.personas import Cast
from tests.reading import client_of
from tracker.toolkit.dates import PartialDate
from tracker.toolkit.days import age_words, day_words
from tracker.toolkit.spreadsheets import neutral

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _name in settings.LANGUAGES]
DATES = ("due", "updated")
LONG_ARABIC = "بعثة تقييم مشتركة إلى منطقة الحدود (المرحلة A.5.1)، مع OSCE و UNDP، في عام 2001 " * 3
LONG_CHINESE = "“联合评估团”——边境地区，第一阶段；与欧安组织合作" * 6
NOW = "2026-11-23 10:00Z"


@pytest.fixture
def keeper(cast: Cast) -> Client:
    """The browser of a coordinator, who sees every column, over rows with every kind of value."""
    lead, partner = cast.organizations["lead"], cast.organizations["partner"]
    osce = make_organization(acronym="OSCE", acronym_zh_hans="欧安组织", acronym_ar="منظمة الأمن والتعاون")
    security = FunctionalField.objects.create(code="security", title_en="Security", title_zh_hans="安全")
    justice = FunctionalField.objects.create(code="justice", title_en="Justice; law", title_ru="Правосудие")
    gender = Theme.objects.create(code="gender", title_en="Gender", title_ar="النوع")
    item = make_item(code="A.5")
    with time_machine.travel("2026-11-01 10:00Z", tick=False):
        full = make_undertaking(
            item=item, title="=cmd|' /C calc'!A0", lead=lead, partners=[partner], status=Status.UNDER_WAY,
            level="field", planned_end_on="2001-05", countries=["GH", "SL", "HT", "TJ"], themes=[gender],
            functional_fields=[security, justice],
        )  # fmt: skip
        make_participation(activity=full, organization=osce, role=Role.CO_LEAD)
    for title, due, visibility in (
        ({"title_en": "", "title_ar": LONG_ARABIC.strip(), "language": "ar"}, "2001", Visibility.PUBLIC),
        ({"title_en": "", "title_zh_hans": LONG_CHINESE, "language": "zh-hans"}, "2030-01-31", Visibility.RESTRICTED),
        ({"title_en": "+41 <b>&amp; “quoted”", "title_ru": "-1 Обмен"}, "", Visibility.INTERNAL),
        ({"title_en": "#N/A"}, "2027-02", Visibility.PUBLIC),
    ):
        make_undertaking(item=item, planned_end_on=due, visibility=visibility, **title)
    Activity.objects.filter(pk=full.pk).update(progress=45)
    return client_of(cast.coordinator)


def names(cast: Cast) -> list[str]:
    return [column.name for column in columns_for(cast.coordinator)]


def spreadsheet_cell(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return str(neutral(value))


def in_words(name: str, value: Any) -> str:
    """A value of the data as papers say it."""
    if value is None:
        return ""
    return day_words(PartialDate(value), short=True) if name in DATES else str(value)


def squeezed(words: str) -> str:
    return re.sub(r"\s", "", words)


@pytest.mark.parametrize("language", LANGUAGES)
@time_machine.travel(NOW, tick=False)
def test_every_form_holds_the_same_cells(cast: Cast, keeper: Client, language: str) -> None:
    keeper.cookies["language"] = language
    every = names(cast)
    data = json_report(keeper)
    rows = data["rows"]
    assert data["report"]["language"] == language
    assert len(rows) == 9
    assert [column["name"] for column in data["columns"]] == every
    labels = [column["label"] for column in data["columns"]]
    held = [[row[name] for name in every] for row in rows]

    table, sheet = csv_rows(keeper), xlsx_rows(keeper)
    assert table[0] == sheet[0] == labels
    assert table[1:] == [[str(neutral("" if value is None else value)) for value in row] for row in held]
    assert [[spreadsheet_cell(value) for value in row] for row in sheet[1:]] == table[1:]
    assert sheet_types(sheet, every) <= {("progress", int), ("due", datetime.datetime), ("updated", datetime.datetime)}

    with translation.override(language):
        words = [{name: in_words(name, row[name]) for name in every} for row in rows]
    for start in range(1, len(every), 7):
        # As many as stand beside one another on paper; in another order than usual.
        chosen = ["code", *reversed(every[start : start + 7])]
        asked = {"columns": ",".join(chosen)}
        expected = [[" ".join(row[name].split()) for name in chosen] for row in words]
        heads, *paper = docx_rows(keeper, **asked)
        assert heads == [labels[every.index(name)] for name in chosen]
        assert [[" ".join(cell.split()) for cell in row] for row in paper] == expected
        printed = parse(read(keeper, **asked, format="print"))
        assert [head.text for head in printed.all("th", scope="col")] == heads
        assert print_rows(keeper, **asked) == expected

    # The annex, in which several columns share a cell.
    annex, printed_annex = docx_rows(keeper), print_rows(keeper)
    assert [[squeezed(cell) for cell in row] for row in annex[1:]] == [
        [squeezed(cell.replace(_none_named(language), "")) for cell in row] for row in printed_annex
    ]
    for row, said in zip(annex[1:], words, strict=True):
        for name in every:
            if name != "area":  # in the row above
                assert squeezed(said[name]) in squeezed(" ".join(row)), name


def sheet_types(sheet: list[list[Any]], every: list[str]) -> set[tuple[str, type]]:
    """Which columns of the spreadsheet hold something else than text."""
    return {
        (name, type(value))
        for row in sheet[1:]
        for name, value in zip(every, row, strict=True)
        if type(value) is not str
    }


def _none_named(language: str) -> str:
    with translation.override(language):
        return _("none named")


@pytest.mark.parametrize("language", LANGUAGES)
@time_machine.travel(NOW, tick=False)
def test_the_page_shows_the_same_cells(cast: Cast, keeper: Client, language: str) -> None:
    keeper.cookies["language"] = language
    every = names(cast)
    rows = json_report(keeper)["rows"]
    page = page_rows(keeper, columns=",".join(every))
    assert len(page) == len(rows)
    with translation.override(language):
        for cells, row in zip(page, rows, strict=True):
            shown = dict(zip(every, cells, strict=True))
            assert shown["code"] == row["code"]
            updated = row["updated"] and datetime.date.fromisoformat(row["updated"])
            assert squeezed(age_words(updated)) in squeezed(shown.pop("updated")) or row["kind"] == rows[0]["kind"]
            for name, value in shown.items():
                first = str(value)
                if name == "lead":
                    # The first of them, with a link; the page counts the others.
                    assert str(row["lead"]).split("; ")[0] in first
                elif name == "progress":
                    assert first == (f"{row[name]}%" if row[name] is not None else f"–{_('not given')}")
                elif name == "due":
                    assert in_words(name, row[name]) in first
                else:
                    assert first == " ".join(str(row[name]).split()), name


@time_machine.travel(NOW, tick=False)
def test_data_are_typed_and_carry_their_codes(cast: Cast, keeper: Client) -> None:
    data = json_report(keeper, parent="A.5", q="calc")
    assert data["report"] == {
        "language": "en",
        "title": "Cooperation activities",
        "source": "Framework for cooperation in peace-building (S-2001-138)",
        "filters": "Words: “calc”; Main item: A.5 Joint staff training",
        "as_of": "2026-11-23",
        "made_at": "2026-11-23T10:00:00+00:00",
        "made_by": "coordinator",
        "rows": 1,
        "left_out": 8,
        "address": "http://testserver/activities/?parent=A.5&q=calc&format=json",
    }
    assert {column["name"]: column["type"] for column in data["columns"] if column["type"] != "text"} == {
        "lead": "list", "participants": "list", "progress": "number", "due": "date", "updated": "date",
        "signals": "list", "countries": "list", "fields": "list", "themes": "list",
    }  # fmt: skip
    assert data["rows"] == [
        {
            "code": "A.5.4", "title": "=cmd|' /C calc'!A0", "kind": "Undertaking", "area": "A Area A", "parent": "A.5",
            "lead": "LEAD; OSCE", "participants": "PARTNER", "status": "Under way", "progress": 45, "due": "2001-05",
            "updated": "2026-11-01", "signals": "Overdue; No closing condition",
            "countries": "Ghana; Haiti; Sierra Leone; Tajikistan", "fields": "Security; Justice; law",
            "themes": "Gender", "level": "Field", "visibility": "Public",
            "codes": {
                "kind": ["undertaking"], "area": ["A"], "lead": ["lead", "osce"], "participants": ["partner"],
                "status": ["under_way"], "signals": ["overdue", "no_closing_condition"],
                "countries": ["GH", "HT", "SL", "TJ"], "fields": ["security", "justice"], "themes": ["gender"],
                "level": ["field"], "visibility": ["public"],
            },
        }
    ]  # fmt: skip
    [other] = json_report(keeper, q="#N/A", columns="due,progress,updated")["rows"]
    assert other == {"code": "A.5.8", "due": "2027-02", "progress": None, "updated": None, "codes": {}}
    response = read(keeper, format="json", q="calc")
    assert (response["Content-Type"], response.streaming) == ("application/json", True)
    assert response["Content-Disposition"] == 'attachment; filename="activities_2026-11-23_q-calc.json"'
    assert not body(response).startswith(b"\xef\xbb\xbf")


@time_machine.travel(NOW, tick=False)
def test_the_document_is_a_paper_a_secretariat_would_circulate(keeper: Client) -> None:
    read = docx(keeper, area="A")
    [section] = read.sections
    assert section.page_width > section.page_height
    texts = [(p.style.name, p.text) for p in read.paragraphs]
    assert texts[:2] == [
        ("Masthead", "Framework for cooperation in peace-building (S-2001-138)\tAs at 23 November 2026"),
        ("Title", "Cooperation activities"),
    ]
    assert [text for style, text in texts[2:] if style == "Fact"][:6] == [
        "Filters: Area: A Area A",
        "Made: 23 November 2026, 10:00",
        "Made by: coordinator",
        "Rows: 9",
        "Left out by the filters: 0",
        "Address: http://testserver/activities/?area=A&format=docx",
    ]
    assert texts[-1][1].startswith("Status is what the organizations declare.")
    assert "overdue: past the due date while open" in texts[-1][1]
    [footer] = section.footer.paragraphs
    assert footer.text == "Cooperation activities – As at 23 November 2026\t1/1"
    [table] = read.tables
    assert [bool(list(row._tr.iter(qn("w:tblHeader")))) for row in table.rows][:2] == [True, False]
    across = [row.cells[0].text for row in table.rows if len(row._tr.tc_lst) == 1]
    assert across == ["A Area A"]
    assert [row.cells[0].text for row in docx(keeper, sort="title").tables[0].rows if len(row._tr.tc_lst) == 1] == []


def test_an_arabic_document_runs_from_the_right(keeper: Client) -> None:
    keeper.cookies["language"] = "ar"
    [table] = docx(keeper).tables
    assert list(table._tbl.iter(qn("w:bidiVisual")))
    rows = {row.cells[0].text: row for row in table.rows}
    [title, _small] = rows["A.5.5"].cells[1].paragraphs
    assert title.text == LONG_ARABIC.strip()
    assert list(title._p.iter(qn("w:bidi")))
    assert [run.text for run in title.runs if not list(run._r.iter(qn("w:rtl")))][:3] == ["A.5.1", "OSCE", "UNDP"]
    keeper.cookies["language"] = "fr"
    [table] = docx(keeper).tables
    [title, small] = next(row for row in table.rows if row.cells[0].text == "A.5.5").cells[1].paragraphs
    assert list(title._p.iter(qn("w:bidi")))
    assert not list(small._p.iter(qn("w:bidi")))
