"""The shell of every page: menus, language, errors, with and without scripts, on narrow screens and on paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_user

NewPage = Callable[..., Page]


def test_the_narrow_menu_opens_and_closes_without_scripts(new_page: NewPage) -> None:
    page = new_page(width=360, javascript=False)
    page.goto("/account/login/")
    link = page.locator("#nav a[href='/activities/']")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()


def test_everything_in_the_persons_menu_is_in_the_narrow_menu_too(new_page: NewPage) -> None:
    page = new_page(user=make_user(name="Awa Mensah", coordinator=True))
    page.goto("/account/sessions/")
    words = page.locator("details.user li").all_text_contents()
    page.set_viewport_size({"width": 360, "height": 800})
    page.get_by_role("button", name="Menu").click()
    expect(page.locator("details.user")).to_be_hidden()
    assert len(words) == 7
    for word in words:
        expect(page.locator("#nav").get_by_text(word.strip(), exact=True)).to_be_visible()


def test_the_persons_menu_closes_on_escape_and_gives_the_focus_back(new_page: NewPage) -> None:
    page = new_page(user=make_user(name="Awa Mensah"))
    page.goto("/account/sessions/")
    menu = page.locator("details.user")
    menu.locator("summary").click()
    menu.locator("a").first.focus()
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    menu.locator("summary").click()
    page.locator("main h1").click()
    expect(menu).not_to_have_attribute("open", "")


def test_signing_out_takes_one_press(new_page: NewPage) -> None:
    page = new_page(user=make_user(name="Awa Mensah"), javascript=False)
    page.goto("/account/sessions/")
    page.locator("details.user summary").click()
    page.locator("details.user button").click()
    page.goto("/account/login/")
    expect(page.locator("details.user")).to_have_count(0)


def test_the_language_changes_without_scripts_and_the_reader_stays(new_page: NewPage) -> None:
    page = new_page(width=360, javascript=False)
    page.goto("/account/password/reset/")
    page.locator("button[value=ar]").click()
    expect(page).to_have_url("/account/password/reset/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("button[value=ar]")).to_have_attribute("aria-current", "true")


def test_problems_are_said_first_and_lead_to_their_fields(new_page: NewPage) -> None:
    page = new_page(user=make_user(name="Awa Mensah"))
    page.goto("/account/password/change/")
    page.locator("main button[type=submit]").click()
    expect(page.locator("#error-summary")).to_be_focused()
    assert page.title().startswith("Error:")
    page.locator("#error-summary a").last.click()
    expect(page.locator("[name=password2]")).to_be_focused()
    expect(page.locator("[name=password2]")).to_have_attribute("aria-invalid", "true")


def test_the_skip_link_comes_first_and_leads_to_the_main_part(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/account/login/")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    expect(page.locator("a.skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_paper_holds_the_page_without_its_controls(new_page: NewPage) -> None:
    page = new_page(user=make_user(name="Awa Mensah"))
    page.goto("/account/sessions/")
    page.emulate_media(media="print")
    for part in (".util", ".top", ".foot", "main .actions"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.locator("main h1")).to_be_visible()
    expect(page.locator("main table")).to_be_visible()


PAGES = [
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/password/reset/key/1-x/",
    "/account/signup/",
    "/account/inactive/",
    "/no-such-page/",
]
OWN_PAGES = ["/account/sessions/", "/account/password/change/", "/account/logout/", "/account/reauthenticate/"]


@pytest.mark.parametrize(
    ("language", "width", "dark"), [("en", 1280, True), ("zh-hans", 360, False), ("ar", 360, True)]
)
def test_no_axe_violation_and_no_sideways_scrolling(
    new_page: NewPage, axe_violations: Callable[[Page], list[str]], language: str, width: int, dark: bool
) -> None:
    person = make_user(name="Awa Mensah")
    wrong = []
    for user, addresses in ((None, PAGES), (person, OWN_PAGES)):
        page = new_page(user=user, language=language, width=width, dark=dark)
        for address in addresses:
            page.goto(address)
            wrong += axe_violations(page)
            if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
                wrong.append(f"{address} scrolls sideways")
    assert wrong == []
