"""Matrix and timeline without a mouse, and the timeline where there is no room for a chart."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.usefixtures("db")
# Filters and menus stand before the table; more presses than this would be a way that nobody goes.
PRESSES = 60


@pytest.fixture(scope="module")
def db() -> None:
    """By this name pytest-django knows that a database is needed; the register stays for the whole module."""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is focused is one of these."""
    for _ in range(PRESSES):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    pytest.fail(f"Tab does not reach {selector}")


def test_a_cell_of_the_matrix_is_opened_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/matrix/?area=A")
    tab_to(page, "table.mx td a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/activities/?**")
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["area"] == ["A"] and asked["organization"]
    expect(page.locator("#results .c-ref").first).to_be_visible()


def test_a_wide_matrix_is_scrolled_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page(width=700)
    page.goto("/matrix/?by=item")
    tab_to(page, ".tall[role=region]")
    before = page.locator(".tall").evaluate("(region) => region.scrollLeft")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("(before) => document.querySelector('.tall').scrollLeft > before", arg=before)


@pytest.mark.parametrize(("width", "here", "hidden"), [(1280, ".sched", ".by-date"), (360, ".by-date", ".sched")])
def test_the_timeline_by_keyboard_as_chart_or_as_list(
    open_page: Callable[..., Page], width: int, here: str, hidden: str
) -> None:
    page = open_page(width=width)
    page.goto("/timeline/?from=2001&until=2004")
    expect(page.locator(here)).to_be_visible()
    expect(page.locator(hidden)).to_be_hidden()
    tab_to(page, f"{here} a")
    wanted = page.evaluate("() => document.activeElement.pathname")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{wanted}")
    expect(page.locator("h1")).to_be_visible()
