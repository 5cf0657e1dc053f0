"""Pictures of every page, for a person to look at: `make screens` writes them to var/screens. No test looks at them."""

import os
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Browser

from .browsing import Browsing
from .places import PLACES
from .test_pages import Visits

pytestmark = pytest.mark.usefixtures("db")
EVERYTHING = True  # of the documented examples
FOLDER = Path(__file__).resolve().parents[2] / "var" / "screens"
LOOKS = [
    ("en", 1280, False),
    ("en", 360, False),
    ("zh-hans", 1280, False),
    ("ar", 1280, False),
    ("ar", 360, True),
    ("en", 1280, True),
]
PRINTED = [
    "overview",
    "list-print",
    "timeline",
    "timeline-print",
    "matrix-print",
    "matrix-item-print",
    "item",
    "undertaking",
    "documented",
    "framework",
    "desk-coordinator",
    "item-report-print",
    "obstacles-print",
    "brief",
    "brief-own",
]


@pytest.fixture(scope="module")
def db() -> None:
    """As in the tests of the pages: the register stays."""


def test_take_pictures(chromium: Browser, register: str) -> None:
    """PLACES=list,update takes only those whose name begins so."""
    wanted = tuple(os.environ.get("PLACES", "").split(","))
    FOLDER.mkdir(parents=True, exist_ok=True)
    with override_settings(ROOT_URLCONF="tests.browser.urls"):
        browsing = Browsing(chromium, register)
        visits = Visits(browsing)
        for place in PLACES:
            if not place.name.startswith(wanted):
                continue
            for language, width, dark in LOOKS:
                page = visits.go(place, language, width, dark)
                name = f"{place.name}-{width}-{language}{'-dark' if dark else ''}"
                page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
            if place.name in PRINTED:
                page = visits.go(place, "en", 1280, dark=False)
                page.pdf(path=FOLDER / f"{place.name}.pdf", prefer_css_page_size=True)
        browsing.close()
