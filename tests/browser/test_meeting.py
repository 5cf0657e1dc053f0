"""What goes into a meeting, by clicks: filter, matrix, list, saved report, another day, papers, a table sent back."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from activities.models import Activity, SavedReport
from tests.factories import make_organization, make_undertaking
from tests.personas import Cast, build_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd(transactional_db: None) -> Cast:
    """The cast, and an undertaking of somebody else in the same area."""
    cast = build_cast()
    make_undertaking(title="Elsewhere", lead=make_organization(acronym="ELSE"))
    return cast


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
    assert here == [crowd.public.code, crowd.internal.code, crowd.restricted.code]
    assert "3" in said

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
    page.goto(f"{list_of}&compare=2001-12-31")
    expect(page.locator("aside.asof")).to_contain_text("Changes from 31 December 2001")
    for code in here:
        expect(page.locator("main")).to_contain_text(code)
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
    assert any(
        "Heading" in str(paragraph.style.name) or paragraph.style.name == "Title" for paragraph in paper.paragraphs
    )
    arabic = new_page(user=crowd.lead, language="ar")
    arabic.goto(list_of)
    turned = Document(str(download(arabic, "docx", tmp_path)))
    assert turned.tables[-1]._tbl.xpath("./w:tblPr/w:bidiVisual")

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


def countries(cast: Cast) -> list[str]:
    return [country.code for country in Activity.objects.get(pk=cast.public.pk).countries]
