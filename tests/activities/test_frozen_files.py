"""Page and every form of a frozen report hold the same, in the columns of the live report, and name it."""

import datetime
import io
import json
import re
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from docx import Document

from activities.choices import Role, Status
from activities.models import Evidence, FrozenReport, FunctionalField, ObstacleKind, Theme
from activities.workflow import accept, reopen_round, return_update
from tests.activities.frozen_reading import csv_of, csv_rows, freeze, get, lines, page, text, workbook
from tests.activities.report_reading import body, cover_of, parse
from tests.factories import make_item, make_organization, make_participation, make_round, make_undertaking, make_update
from tests.personas import Cast
from tests.reading import client_of
from tracker.toolkit.dates import PartialDate
from tracker.toolkit.days import day_words
from tracker.toolkit.spreadsheets import neutral

pytestmark = pytest.mark.django_db

LANGUAGES = ("en", "zh-hans", "ar")
FORMS = ("", "csv", "print")
AREAS = {"area": ["A", "B"]}


@pytest.fixture
def report(cast: Cast) -> FrozenReport:
    """Rows of many kinds, in two areas; an answer in full, one that is returned, one corrected since."""
    lead, osce = cast.organizations["lead"], make_organization(acronym="OSCE", acronym_zh_hans="欧安组织")
    field = FunctionalField.objects.create(code="security", title_en="Security", title_zh_hans="安全")
    theme = Theme.objects.create(code="gender", title_en="Gender", title_ar="النوع")
    funds = ObstacleKind.objects.create(code="funds", title_en="Funds", title_zh_hans="资金", title_ar="الأموال")
    with time_machine.travel("2026-11-20 10:00Z", tick=False):
        course = make_undertaking(
            item=make_item(code="A.5"), title="=SUM(A1)", title_zh_hans="课程", lead=lead, partners=[osce],
            status=Status.UNDER_WAY, level="field", planned_end_on="2001-05", countries=["GH", "SL"],
            functional_fields=[field], themes=[theme],
        )  # fmt: skip
        make_participation(activity=course, organization=cast.organizations["partner"], role=Role.CO_LEAD)
        make_undertaking(item=make_item(code="B.1"), title="Mission", lead=osce, planned_end_on="2027-01-31")
        made = make_round(by=cast.coordinator, title="@Round", filters="area=A&area=B")
    with time_machine.travel("2026-11-21 10:00Z", tick=False):
        make_update(
            activity=course, organization=lead, author=cast.lead, status=Status.STALLED, reason="A reason.",
            progress=40, done="两国同意。\nSecond line.", obstacles="Нет средств.", obstacle_kinds=[funds],
            next_steps="Go on.",
            next_steps_due_on="2027-03", evidence=[Evidence(kind="link", title="Minutes", url="https://un.org/m")],
            language="zh-hans",
        )  # fmt: skip
        update = make_update(activity=course, organization=osce, done="Osce did.", on_behalf=True)
        return_update(update.review, by=cast.coordinator, reasons=["unclear"], sentence="What?")
    with time_machine.travel("2026-11-22 10:00Z", tick=False):
        found = freeze(cast.coordinator, made)
        cast.live = {(language, form): live(cast, language, form) for language in LANGUAGES for form in FORMS}
    with time_machine.travel("2026-11-23 09:00Z", tick=False):
        make_update(activity=course, organization=osce, author=update.author, done="Osce did more.", corrects=update)
    return found


def live(cast: Cast, language: str, form: str) -> Any:
    """The live report over the same activities."""
    client = client_of(cast.coordinator)
    given = AREAS | ({"format": form} if form else {})
    response = client.get(reverse("activity-list", query=given), headers={"accept-language": language})
    return csv_of(response) if form == "csv" else list(lines(parse(response), "annex" if form else "acts"))


def squeezed(words: str) -> str:
    return re.sub(r"\s", "", words)


def in_csv(value: Any) -> str:
    """A cell of the spreadsheet as the plain table has it."""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return str(neutral(value))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_shows_the_columns_of_the_live_report_and_what_was_said(
    cast: Cast, report: FrozenReport, language: str
) -> None:
    user = cast.coordinator
    heads, *rows = csv_rows(user, report, language)
    assert [row[0] for row in rows] == ["A.5", "A.5.1", "A.5.2", "A.5.3", "A.5.4", "B.1", "B.1.1"]
    assert [row[:-2] for row in (heads, *rows)] == cast.live[language, "csv"]

    table = workbook(user, report, language).worksheets[1]
    sheet = [["" if cell.value is None else cell.value for cell in row] for row in table]
    assert sheet[0] == heads
    assert [[in_csv(value) for value in row] for row in sheet[1:]] == rows

    on_page = list(lines(page(user, report, language), "acts"))
    printed = list(lines(page(user, report, language, format="print"), "annex"))
    assert [cells[:-1] for cells, _ in on_page] == [cells[:-1] for cells, _ in cast.live[language, ""]]
    assert [cells for cells, _ in printed] == [cells for cells, _ in cast.live[language, "print"]]
    assert [below for _, below in on_page] == [below for _, below in printed]
    never = {cells[0]: cells[-1] for cells, _told in cast.live[language, ""]}
    with translation.override(language):
        elsewhere = {_("Status"), _("Kinds of obstacle"), _("Returned for")}
        for (cells, below), row in zip(on_page, rows, strict=True):
            updated = row[heads.index(_("Last update"))]
            assert cells[-1] == (day_words(PartialDate(updated), short=True) if updated else never[row[0]])
            assert bool(below) == bool(row[-2] or row[-1])
            for piece in re.split(r"\n+|: |：|, |，|، ", f"{row[-2]}\n{row[-1]}"):
                assert squeezed(piece) in squeezed(below) or piece in elsewhere


def test_the_report_in_full(cast: Cast, report: FrozenReport) -> None:
    """The row of the course in English, word for word."""
    heads, *rows = csv_rows(cast.anonymous, report)
    assert heads[-2:] == ["Reported in the round", "Corrected since"]
    assert rows[2] == [
        "A.5.4", "'=SUM(A1)", "Undertaking", "A Area A", "A.5", "LEAD; PARTNER", "OSCE", "Stalled", "40", "2001-05",
        "2026-11-21", "Overdue; No closing condition", "Ghana; Sierra Leone", "Security", "Gender", "Field",
        "LEAD, 21 November 2026\nEntered on 21 November 2026\nStatus: Stalled\nProgress: 40%\nReason: A reason.\n"
        "Done: 两国同意。\nSecond line.\nKinds of obstacle: Funds\nObstacles: Нет средств.\nNext steps: Go on.\n"
        "Next steps due: March 2027\nEvidence: Minutes\n\n"
        "OSCE, 21 November 2026\nRecorded on behalf of the organization, entered on 21 November 2026\n"
        "Done: Osce did.\nReview: Returned\nReturned for: Unclear",
        "Corrects the entry of OSCE, 21 November 2026.\nOSCE, 23 November 2026\nEntered on 23 November 2026\n"
        "Done: Osce did more.",
    ]  # fmt: skip


def test_every_file_names_the_report(cast: Cast, report: FrozenReport) -> None:
    address = f"http://testserver{report.get_absolute_url()}"
    expected = {
        "Title": "@Round", "Source": "Framework for cooperation in peace-building (S-2001-138)",
        "Filters": "Area: A Area A or B Area B", "As-Of": "2026-11-22", "Made-By": "stranger", "Rows": "6",
        "Left-Out": "1", "Address": address, "Frozen-At": "2026-11-22T10:00:00+00:00", "Version": "1",
        "Checksum": report.checksum,
    }  # fmt: skip
    number = report.round.number
    files = ("csv", "xlsx", "docx", "json")
    names = {form: f"round-{number}-report-1_2026-11-22.{form}" for form in files}
    for form in (*files, "print"):
        response = get(cast.stranger, report, format=form)
        headers = {name[9:]: unquote(value) for name, value in response.headers.items() if name.startswith("X-Report-")}
        assert headers.pop("Made-At")
        assert headers == expected
        assert names.get(form, "") in response.get("Content-Disposition", "")
        if form == "print":
            [paper] = parse(response).all("article", class_="paper")
            for said in ("@Round", address, report.checksum, "22 November 2026, 10:00", "version 1", "6 rows."):
                assert said in paper.text
        body(response)
    book = workbook(cast.stranger, report)
    cover = cover_of(book)
    assert cover.pop("Made")
    assert cover == {
        "Frozen report": "@Round", "Version": "1", "Source": expected["Source"], "Filters": expected["Filters"],
        "As at": "22 November 2026", "Frozen": "22 November 2026, 10:00", "Checksum (SHA-256)": report.checksum,
        "Address": address, "Rows": "6", "Rows not visible to the reader": "1", "Made by": "stranger",
    }  # fmt: skip
    assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "inlineStr", "n", "d"}
    assert workbook(cast.stranger, report, "ar").worksheets[1].sheet_view.rightToLeft


def test_a_cell_holds_what_a_spreadsheet_can_hold(cast: Cast) -> None:
    made = make_round(by=cast.coordinator)
    for _number in range(4):
        make_update(activity=cast.public, organization=cast.organizations["lead"], author=cast.lead, done="九" * 10_000)
    report = freeze(cast.coordinator, made)
    row = next(row for row in csv_rows(cast.anonymous, report) if row[0] == "A.5.1")
    assert row[-2].count("九") == 40_000
    cell = next(row for row in workbook(cast.anonymous, report).worksheets[1] if row[0].value == "A.5.1")[-2]
    assert len(cell.value) == 32_767
    assert cell.value.endswith("…")


def test_the_head_counts_the_answers_as_they_were(cast: Cast) -> None:
    """Three organizations are asked about three activities, and what came later counts no more."""
    made = make_round(by=cast.coordinator)
    said = [
        make_update(activity=cast.public, organization=cast.organizations[name], done="Done.", may_set_status=False)
        for name in ("lead", "colead", "partner")
    ]
    accept([said[0].review], by=cast.coordinator)
    return_update(said[1].review, by=cast.coordinator, reasons=["other"], sentence="Which?")
    report = freeze(cast.coordinator, made)
    accept([said[2].review], by=cast.coordinator)
    make_update(activity=cast.internal, organization=cast.organizations["lead"], done="Late.", may_set_status=False)
    counted = {
        "Not yet due": "6", "Due": "0", "Overdue": "0", "Answered": "1", "Returned": "1", "Accepted": "1",
        "All requests": "9",
    }  # fmt: skip
    [section] = page(cast.anonymous, report).all("section", **{"aria-labelledby": "h-answers"})
    assert {pair.text for pair in section.all("div")} == {f"{label}{number}" for label, number in counted.items()}
    assert "2 of 9" in text(cast.anonymous, report)


def document(user: Any, report: FrozenReport, language: str = "en", **given: Any) -> Any:
    return Document(io.BytesIO(body(get(user, report, language, format="docx", **given))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_document_and_data_hold_the_same(cast: Cast, report: FrozenReport, language: str) -> None:
    user = cast.coordinator
    heads, *rows = csv_rows(user, report, language)
    data = json.loads(body(get(user, report, language, format="json")))
    assert data["report"]["checksum"] == report.checksum
    assert [column["label"] for column in data["columns"]] == heads
    names = [column["name"] for column in data["columns"]]
    assert [[in_csv("" if row[name] is None else row[name]) for name in names] for row in data["rows"]] == rows

    read = document(user, report, language)
    assert "@Round" in [p.text for p in read.paragraphs if p.style.name == "Title"]
    [table] = read.tables
    beside, below = [], []
    for row in list(table.rows)[1:]:
        texts = [cell.text for cell in row.cells]
        if len(row._tr.tc_lst) > 1:
            beside.append([squeezed(text) for text in texts])
            below.append("")
        elif beside and row.cells[0].paragraphs[0].style.name != "Table Group":
            below[-1] = texts[0]
    with translation.override(language):
        none = _("none named")
    printed = list(lines(page(user, report, language, format="print"), "annex"))
    assert beside == [[squeezed(cell.replace(none, "")) for cell in cells] for cells, _below in printed]
    assert [squeezed(told) for told in below] == [squeezed(row[-2] + row[-1]) for row in rows]


def test_words_in_a_document_are_in_the_language_they_were_typed_in(cast: Cast, report: FrozenReport) -> None:
    [told, *_others] = [p for p in paragraphs(document(cast.coordinator, report)) if p.text.startswith("Obstacles:")]
    assert [(run.text, run._r.xpath("w:rPr/w:lang/@w:*")) for run in told.runs] == [
        ("Obstacles: ", []),
        ("Нет средств.", ["zh-CN"]),  # as whoever typed it said
    ]


def paragraphs(read: Any) -> list[Any]:
    return [p for row in read.tables[0].rows for p in row.cells[0].paragraphs]


def test_columns_of_a_frozen_report_can_be_chosen(cast: Cast, report: FrozenReport) -> None:
    asked = {"columns": "code,status,title"}
    found = page(cast.anonymous, report, **asked)
    cells = {row[0]: row for row, told in lines(found, "acts") if not told}
    assert cells["A.5.4"] == ["A.5.4", "Stalled", "=SUM(A1)"]
    assert csv_of(get(cast.anonymous, report, format="csv", **asked))[0] == ["Ref.", "Status", "Activity"]
    printed = {
        row[0]: (row, told) for row, told in lines(page(cast.anonymous, report, format="print", **asked), "annex")
    }
    assert printed["A.5.4"] == (["A.5.4", "Stalled", "=SUM(A1)"], "")
    with_said = {row[0]: told for row, told in lines(page(cast.anonymous, report, columns="status,said"), "acts")}
    assert "两国同意" in with_said["A.5.4"]
    table = document(cast.anonymous, report, columns="status,since").tables[0]
    told = [row.cells[0].text for row in table.rows if len(row._tr.tc_lst) == 1]
    assert [text for text in told if "Osce did more." in text]
    assert not [text for text in told if "两国同意" in text]
    [form] = found.all("form", action=report.get_absolute_url())
    assert [field["value"] for field in form.all("input", name="columns") if "checked" in field.attributes] == [
        "status", "title",
    ]  # fmt: skip


def test_a_document_says_what_must_be_known_before_citing_it(cast: Cast, report: FrozenReport) -> None:
    reopen_round(made=report.round, reason="An answer was missing.", by=cast.coordinator)
    freeze(cast.coordinator, report.round)
    texts = [p.text for p in document(cast.coordinator, report).paragraphs]
    assert [text for text in texts if "version 2 was frozen on" in text]
    assert [text for text in texts if "opened the round again" in text]
