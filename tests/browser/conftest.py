"""Fixtures of the browser tests: Debian's Chromium, pages on the live server, signing in, axe."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from .browsing import FLAGS, Browsing
from .register import load_register

HERE = Path(__file__).parent
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# Widgets and heads of tables that Django's administration makes itself.
NOT_OURS = [".select2", ".inline-group thead"]


def chromium_path() -> str | None:
    """The system's Chromium; $CHROMIUM names another one. Playwright's own download is never used."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if name and (path := shutil.which(name))), None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if config.option.markexpr == "browser" and chromium_path() is None:
        terminalreporter.section("CHROMIUM WAS NOT FOUND: NO BROWSER TEST RAN", sep="!", red=True, bold=True)
        terminalreporter.write_line("Install it (on Debian: apt-get install chromium) or set CHROMIUM to its path.")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One running Chromium. Where there is none the tests are skipped, and with CI=true they fail."""
    path = chromium_path()
    if path is None:
        sentence = "Chromium was not found: install it (on Debian: apt-get install chromium) or set CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    # Playwright keeps an event loop in this thread, beside which Django refuses its ORM unless told so.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*FLAGS, *(["--no-sandbox"] if root else [])], headless=True
        )
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """Opens pages: `new_page(user=lead, width=360, language="ar", javascript=False, dark=True)`.

    Addresses are relative to the live server: `page.goto("/activities/")`. A page on which a script failed or the
    Content-Security-Policy refused something fails its test when it is closed.
    """
    browsing = Browsing(chromium, live_server.url)
    yield browsing.open
    browsing.close()
    assert browsing.complaints == []


@pytest.fixture(scope="module")
def register(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """The address of a site with a whole register in it, filled once for all tests of a module.

    Such a module replaces the fixture `db`, which would empty the register after each test.
    """
    with django_db_blocker.unblock():
        load_register(everything=getattr(request.module, "EVERYTHING", False))
        server = LiveServer("localhost")
        with server._live_server_modified_settings:
            yield server.url
        server.stop()
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def open_page(chromium: Browser, register: str) -> Iterator[Callable[..., Page]]:
    """Opens pages as `new_page` does, on the site of `register`."""
    browsing = Browsing(chromium, register)
    yield browsing.open
    browsing.close()
    assert browsing.complaints == []


@pytest.fixture
def axe_violations() -> Callable[[Page], list[str]]:
    """Runs axe on a page; gives one line per broken rule: its name and the elements that break it."""
    axe = Axe()
    options = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}

    def run(page: Page) -> list[str]:
        response = axe.run(page, context={"exclude": [[part] for part in NOT_OURS]}, options=options).response
        return [
            f"{page.url} {rule['id']}: " + " | ".join(" ".join(map(str, node["target"])) for node in rule["nodes"])
            for rule in response["violations"]
        ]

    return run
