"""Every page in every state, in three languages: axe, what the browser complains about, and what does not fit."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.test import override_settings
from django.urls import resolve
from playwright.sync_api import Browser, Page

from tests.test_access import ADDRESSES

from .browsing import Browsing
from .looks import wrong_with_head, wrong_with_layout
from .places import PLACES, Place
from .register import addresses, person

pytestmark = pytest.mark.usefixtures("db")
LANGUAGES = ["en", "zh-hans", "ar"]
WIDTHS = [360, 1280]


class Visits:
    """Pages kept open, one for each person and language."""

    def __init__(self, browsing: Browsing) -> None:
        self.browsing, self.addresses = browsing, addresses()
        self.pages: dict[tuple[str, str], Page] = {}

    def go(self, place: Place, language: str, width: int, dark: bool) -> Page:
        key = (place.who, language)
        if key not in self.pages:
            self.pages[key] = self.browsing.open(user=person(place.who), language=language)
        page = self.pages[key]
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.goto(place.address.format(**self.addresses))
        if place.act:
            place.act(page)
            page.wait_for_load_state()
        return page


@pytest.fixture(scope="module")
def db() -> None:
    """By this name pytest-django knows that a database is needed; the register stays for the whole module."""


@pytest.fixture(scope="module")
def visits(chromium: Browser, register: str) -> Iterator[Visits]:
    with override_settings(ROOT_URLCONF="tests.browser.urls"):
        browsing = Browsing(chromium, register)
        yield Visits(browsing)
        browsing.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", PLACES, ids=[place.name for place in PLACES])
def test_page(visits: Visits, axe_violations: Callable[[Page], list[str]], place: Place, language: str) -> None:
    # Each language has its own combination of width and colours, and the next page another one.
    turn = PLACES.index(place) + LANGUAGES.index(language)
    first, second = WIDTHS if turn % 2 else reversed(WIDTHS)
    visits.browsing.complaints.clear()
    page = visits.go(place, language, first, dark=turn // 2 % 2 == 1)
    # Noted now: axe sets inline styles of its own, which the Content-Security-Policy refuses it.
    wrong = [*visits.browsing.complaints, *wrong_with_head(page, language)]
    ours = not place.name.startswith("admin")
    wrong += axe_violations(page) + wrong_with_layout(page, ours)
    page.set_viewport_size({"width": second, "height": 900})
    wrong += wrong_with_layout(page, ours)
    assert "\n".join(wrong) == ""


# Addresses that show no page of their own to look at, and why.
WITHOUT_A_PAGE = {
    "healthz": "for machines",
    "set-language": "only ever sent to",
    "update-draft": "only ever sent to",
    "update-no-change": "only ever sent to",
    "desk-no-change": "only ever sent to",
    "notification-open": "only ever sent to",
    "notifications-read": "only ever sent to",
    "unfollow": "only ever sent to",
    "evidence-download": "a file",
    "report-mend": "only ever sent to",
    "report-start": "only ever sent to",
    "start": "leads on: to the desk, or to what a person chose",
    "account_confirm_email": "leads on: accounts are opened by a coordinator, who knows the address",
    "account_confirm_login_code": "leads on: signing in by a code is not offered",
    "account_set_password": "leads on: everybody has a password",
}


def test_every_page_is_looked_at(visits: Visits) -> None:
    """A page that nobody put among the places would be looked at by nobody."""
    seen = {resolve(urlsplit(place.address.format(**visits.addresses)).path).url_name for place in PLACES}
    reached = {"round-remind"}  # by pressing the button of its place
    named = {name for name in ADDRESSES if name and not name.startswith("admin:")}
    assert named - seen - reached == set(WITHOUT_A_PAGE)
