"""What goes into a meeting, by clicks: filter, matrix, list, saved report, another day, papers, a table sent back."""

import datetime
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from activities.models import Activity, SavedReport
from tests.factories import make_organization, make_participation, make_undertaking, make_update
from tests.personas import Cast, build_cast

ARABIC = re.compile("[\u0600-\u06ff]")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd(transactional_db: None) -> Cast:
    """The cast, an undertaking of somebody else in the same area, and an older one with a story."""
    cast = build_cast()
    make_undertaking(title="Elsewhere", lead=make_organization(acronym="ELSE"))
    lead, partner = (cast.organizations[name] for name in ("lead", "partner"))
    older = make_undertaking(title="Older", created_at=moment(150))
    make_participation(activity=older, organization=lead, role="lead", since=str(moment(149).date()))
    make_participation(activity=older, organization=partner, since=str(moment(140).date()))
    make_update(activity=older, organization=lead, days_ago=120, status="under_way", progress=10)
    make_update(activity=older, organization=lead, days_ago=20, status="stalled", reason="Rain.", progress=30)
    make_participation(activity=older, organization=partner, role="funder", since=str(moment(10).date()))
    return cast


def moment(days: int) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=days)


def references(page: Page) -> list[str]:
    return page.locator(".acts .c-ref").all_inner_texts()


def download(page: Page, form: str, folder: Path) -> Path:
    """A file of the page's menu of exports."""
    with page.expect_download() as coming:
        page.locator(f"a[href*='format={form}']").first.dispatch_event("click")
    file = folder / f"report.{form}"
    coming.value.save_as(file)
    return file


def test_from_a_filter_to_the_meeting_and_back(
    crowd: Cast, new_page: Callable[..., Page], axe_violations: Callable[[Page], list[str]], tmp_path: Path
) -> None:
    page = new_page(user=crowd.lead)

    # Filter, and who does what of it.
    page.goto("/matrix/")
    page.get_by_text("Filters", exact=True).first.click()
    page.locator("input[name=area][value=A]").check()
    page.locator("form").filter(has=page.locator("input[name=area]")).locator("button[type=submit]").last.click()
    expect(page).to_have_url("/matrix/?area=A")
    assert axe_violations(page) == []
    cell = page.locator("table.mx td a[href*='organization=partner']").first
    said = cell.inner_text()
    cell.click()
    page.wait_for_url("**/activities/?**")
    asked = parse_qs(urlsplit(page.url).query)
    assert {name: asked[name] for name in ("area", "organization")} == {"area": ["A"], "organization": ["partner"]}
    here = references(page)
    older = Activity.objects.get(title_en="Older").code
    assert here == [crowd.public.code, crowd.internal.code, crowd.restricted.code, older]
    assert "4" in said

    # Saved, and shared with the own organization.
    page.locator("summary").filter(has_text="Save this view").first.click()
    page.locator("form[action$='/save/'] [name=name], form [name=name]").first.fill("Partner in area A")
    page.locator("form [name=shared]").last.select_option(label="Members of LEAD")
    page.get_by_role("button", name="Save report").click()
    saved = SavedReport.objects.get(name="Partner in area A")
    colleague = new_page(user=crowd.people["lead_reporter"])
    assert (answer := colleague.goto(saved.get_absolute_url())) and answer.status == 200
    assert references(colleague) == here
    for who in ("partner", "stranger"):
        assert (answer := new_page(user=crowd.people[who]).goto(saved.get_absolute_url())) and answer.status == 404

    # As it stood on another day, and what changed since.
    page.goto(saved.get_absolute_url())
    list_of = page.url
    page.goto(f"{list_of}&as_of=2001-12-31")
    expect(page.locator("aside.asof")).to_contain_text("31 December 2001")
    expect(page.locator("main")).not_to_contain_text(crowd.public.code)
    then = moment(60).date().isoformat()
    page.goto(f"{list_of}&as_of={then}")
    assert references(page) == [older]
    expect(page.locator(".acts .c-st")).to_have_text(["Under way"])
    page.goto(f"{list_of}&compare={then}")
    expect(page.locator("aside.asof")).to_contain_text("Changes from")
    for code in here:
        expect(page.locator("main")).to_contain_text(code)
    groups = page.locator("table.cards tbody").filter(has_text=older)
    changes = " ".join(" ".join(groups.all_inner_texts()).split())
    assert "Under way → Stalled" in changes and "PARTNER (Funder)" in changes, changes
    heads = page.locator("table.cards tr.cut").all_inner_texts()
    assert [head.split()[0] for head in heads] == ["New", "Moved", "Joined"]
    assert axe_violations(page) == []

    # The paper of it.
    page.goto(list_of)
    paper = Document(str(download(page, "docx", tmp_path)))
    table = paper.tables[-1]
    # The head stands on each of its pages, and no row is split between two.
    assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
    assert all(row._tr.xpath("./w:trPr/w:cantSplit") for row in table.rows)
    words = " ".join(cell.text for row in table.rows for cell in row.cells)
    assert all(code in words for code in here)
    assert titles(paper) == [("Title", "Cooperation activities")]
    arabic = new_page(user=crowd.lead, language="ar")
    arabic.goto(list_of)
    turned = Document(str(download(arabic, "docx", tmp_path)))
    assert turned.tables[-1]._tbl.xpath("./w:tblPr/w:bidiVisual")
    # Each paragraph in Arabic runs from the right, and says its language; so do the titles in English.
    ((_style, title),) = titles(turned)
    assert ARABIC.search(title)
    written = [part for part in turned.element.body.iter(qn("w:p")) if ARABIC.search(words_of(part))]
    assert len(written) > len(here) and all(part.xpath("./w:pPr/w:bidi") for part in written)
    assert turned.core_properties.language == "ar-SA"
    english = [run for run in turned.element.body.iter(qn("w:r")) if words_of(run) == "Older"]
    assert [run.xpath("./w:rPr/w:lang/@w:val") for run in english] == [["en-GB"]]
    # The report on the framework has the headings of the framework.
    page.goto("/frameworks/S-2001-138/report/?area=A")
    report = Document(str(download(page, "docx", tmp_path)))
    assert titles(report)[0][0] == "Title"
    assert titles(report)[1:] == [("Heading 1", "A. Area A"), ("Heading 2", "A.5 Joint staff training")]

    # The table of it, edited in one cell, comes back.
    keeper = new_page(user=crowd.coordinator)
    keeper.goto(list_of)
    file = download(keeper, "xlsx", tmp_path)
    workbook = load_workbook(file)
    sheet = workbook.worksheets[1]
    (row,) = (cell.row for cell in sheet["A"] if cell.value == crowd.public.code)
    (column,) = (cell.column_letter for cell in sheet[1] if cell.value == "Countries")
    sheet[f"{column}{row}"].value = "Tajikistan"
    workbook.save(file)
    keeper.goto("/admin/activities/activity/")
    keeper.get_by_role("link", name="Import from a spreadsheet").click()
    keeper.locator("[name=file]").set_input_files(file)
    keeper.locator("[name=change_reason]").fill("From the meeting")
    keeper.get_by_role("button", name="Show what it would do").click()
    expect(keeper.locator("#content-main")).to_contain_text("Importing adds and changes, never deletes.")
    expect(keeper.locator(".told tbody tr")).to_have_count(1)
    expect(keeper.locator(".told tbody")).to_contain_text(f"{column}{row}")
    expect(keeper.locator(".told ins")).to_have_text("Tajikistan")
    assert not countries(crowd)
    keeper.get_by_role("button", name="Import all of it").click()
    expect(keeper.locator(".messagelist")).to_contain_text("Imported: 1 activity was written.")
    assert countries(crowd) == ["TJ"]
    keeper.get_by_role("link", name="Take the import back").click()
    keeper.locator("[name=change_reason]").fill("The wrong file")
    keeper.get_by_role("button", name="Take the import back").click()
    expect(keeper.locator(".messagelist")).to_contain_text("The import was taken back.")
    assert not countries(crowd)
    # The history of the activity tells of both, each as one event.
    keeper.goto(f"{crowd.public.get_absolute_url()}history/")
    main = keeper.locator("main")
    expect(main.get_by_text("Part of an import", exact=True)).to_have_count(1)
    expect(main.get_by_text("An import was taken back", exact=True)).to_have_count(1)
    expect(main).to_contain_text("The wrong file")


def titles(paper: Any) -> list[tuple[str, str]]:
    """The title and the headings, each with its style."""
    found = [(str(part.style.name), part.text) for part in paper.paragraphs]
    return [(style, text) for style, text in found if style == "Title" or style.startswith("Heading")]


def words_of(part: Any) -> str:
    return "".join(text.text or "" for text in part.iter(qn("w:t")))


def countries(cast: Cast) -> list[str]:
    return [country.code for country in Activity.objects.get(pk=cast.public.pk).countries]
