"""What a desk officer takes into the meeting: columns chosen by clicks, files with a word while they are made."""

import re
import time
from collections.abc import Callable

import pytest
from docx import Document
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(scope="module")
def db() -> None:
    """By this name pytest-django knows that a database is needed; the register stays for the whole module."""


def heads(page: Page) -> list[str]:
    return page.locator(".acts thead th").all_inner_texts()


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_columns_are_chosen_and_ordered_and_stay(open_page: Callable[..., Page], javascript: bool) -> None:
    page = open_page(javascript=javascript)
    page.goto("/activities/?area=A")
    menu = page.locator("details.columns")
    menu.locator("summary").click()
    for box in menu.locator("input[type=checkbox]:enabled").all():
        if box.get_attribute("value") not in ("title", "status", "due"):
            box.uncheck()
    menu.locator("[name=place-due]").fill("2")
    menu.get_by_role("button").click()
    expect(page).to_have_url("/activities/?area=A&columns=code,due,title,status")
    assert heads(page) == ["Ref.", "Due", "Activity", "Status"]
    page.locator(".acts thead").get_by_role("link", name="Due").click()
    expect(page).to_have_url("/activities/?area=A&sort=due&columns=code,due,title,status")
    assert heads(page) == ["Ref.", "Due", "Activity", "Status"]
    # The filters know of the choice too.
    page.locator("#filters #f-status-under_way").check()
    page.locator("#f-apply").click()
    expect(page.locator(".chip")).to_have_count(2)
    assert heads(page) == ["Ref.", "Due", "Activity", "Status"]
    page.locator("details.columns summary").click()
    page.get_by_role("link", name="The usual columns").click()
    expect(page.locator(".acts thead th")).to_have_count(8)


WATCH = """line => {
  window.said = [];
  new MutationObserver(() => window.said.push([line.textContent, performance.now()])).observe(line, {childList: true});
}"""
HELD = 1.5  # seconds


def hold(route: Route) -> None:
    time.sleep(HELD)
    route.continue_()


def test_the_page_says_that_a_file_is_being_made_until_it_comes(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/activities/?area=A&columns=title,status")
    page.locator(".preparing").evaluate(WATCH)
    page.route("**/*format=docx*", hold)
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Document (DOCX)").click(no_wait_after=True)
    read = Document(str(download.value.path()))
    expect(page.locator(".preparing")).to_have_text("")
    (told, since), (nothing, until) = page.evaluate("window.said")
    assert re.fullmatch(r"Preparing: Document \(DOCX\), \d+ rows", told)
    assert nothing == ""
    # In thousandths of a second.
    assert until - since > 1000 * HELD * 0.8
    assert download.value.suggested_filename.startswith("activities_")
    assert [cell.text for cell in read.tables[0].rows[0].cells] == ["Ref.", "Activity", "Status"]
    assert "preparing" not in {cookie["name"] for cookie in page.context.cookies()}
