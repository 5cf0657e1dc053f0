"""Signing in as a person does it: by typing, with and without scripts, in three languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_user


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_typing_address_and_password_signs_in(new_page: Callable[..., Page], javascript: bool) -> None:
    make_user(name="Amina Diallo", password="a long enough sentence")
    page = new_page(javascript=javascript, width=360)
    page.goto("/account/login/")
    page.locator("[name=login]").fill("amina.diallo@example.org")
    page.locator("[name=password]").fill("not the sentence")
    page.locator("main button[type=submit]").click()
    expect(page).to_have_url(page.url)
    expect(page.locator("main .errors, main [role=alert]").first).to_be_visible()
    page.locator("[name=password]").fill("a long enough sentence")
    page.locator("main button[type=submit]").click()
    expect(page.locator("header .user")).to_contain_text("Amina Diallo")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("zh-hans", "ltr"), ("ar", "rtl")])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_sign_in_page_has_no_axe_violation(
    new_page: Callable[..., Page],
    axe_violations: Callable[[Page], list[str]],
    width: int,
    language: str,
    direction: str,
    dark: bool,
) -> None:
    page = new_page(width=width, language=language, dark=dark)
    page.goto("/account/login/")
    expect(page.locator("html")).to_have_attribute("dir", direction)
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
