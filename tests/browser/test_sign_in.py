"""Signing in as a person does it: by typing, with and without scripts. How the page looks: test_pages."""

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
