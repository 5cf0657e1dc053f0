"""Fixtures of the browser tests: Debian's Chromium, pages on the live server, signing in, axe."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

HERE = Path(__file__).parent
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


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
    contexts = []
    complaints: list[str] = []

    def open_page(
        *,
        user: Any = None,
        width: int = 1280,
        height: int = 900,
        language: str = "en",
        javascript: bool = True,
        dark: bool = False,
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if user is not None:
            client = Client()
            client.force_login(user)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{page.url}: {message.text}")
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def axe_violations() -> Callable[[Page], list[str]]:
    """Runs axe on a page; gives one line per broken rule: its name and the elements that break it."""
    axe = Axe()

    def run(page: Page) -> list[str]:
        options = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}
        response = axe.run(page, options=options).response
        return [
            f"{page.url} {rule['id']}: " + " | ".join(" ".join(map(str, node["target"])) for node in rule["nodes"])
            for rule in response["violations"]
        ]

    return run
