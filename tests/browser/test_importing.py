"""A report is saved, edited in one cell, imported and taken back: by clicks, and with a real file."""

from collections.abc import Callable
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from activities.models import Activity
from tests.personas import Cast


def test_a_report_is_edited_in_one_cell_imported_and_taken_back(
    cast: Cast, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = new_page(user=cast.people["coordinator"], javascript=False)
    page.goto("/activities/")
    with page.expect_download() as download:
        page.locator("a[href*='format=xlsx']").first.dispatch_event("click")
    file = tmp_path / "report.xlsx"
    download.value.save_as(file)
    workbook = load_workbook(file)
    sheet = workbook.worksheets[1]
    (row,) = (cell.row for cell in sheet["A"] if cell.value == "A.5.1")
    (column,) = (cell.column_letter for cell in sheet[1] if cell.value == "Countries")
    sheet[f"{column}{row}"].value = "Tajikistan"
    workbook.save(file)

    page.goto("/admin/activities/activity/")
    page.get_by_role("link", name="Import from a spreadsheet").click()
    page.locator("[name=file]").set_input_files(file)
    page.locator("[name=change_reason]").fill("From the field")
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.locator("#content-main")).to_contain_text("Importing adds and changes, never deletes.")
    expect(page.locator(".told")).to_have_count(1)
    expect(page.locator(".told tbody tr")).to_have_count(1)
    expect(page.locator(".told tbody")).to_contain_text(f"{column}{row}")
    expect(page.locator(".told ins")).to_have_text("Tajikistan")
    assert not Activity.objects.get(pk=cast.public.pk).countries

    page.get_by_role("button", name="Import all of it").click()
    expect(page.locator(".messagelist")).to_contain_text("Imported: 1 activity was written.")
    assert [country.code for country in Activity.objects.get(pk=cast.public.pk).countries] == ["TJ"]

    page.get_by_role("link", name="Take the import back").click()
    page.locator("[name=change_reason]").fill("The wrong file")
    page.get_by_role("button", name="Take the import back").click()
    expect(page.locator(".messagelist")).to_contain_text("The import was taken back.")
    assert not Activity.objects.get(pk=cast.public.pk).countries
