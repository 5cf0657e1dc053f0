"""Opening pages in Chromium as a given person, in a given language, and noting what the browser complains about."""

from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Browsing:
    """Contexts of one browser on one site. Addresses are relative to the site: `page.goto("/activities/")`."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(
        self,
        *,
        user: Any = None,
        width: int = 1280,
        height: int = 900,
        language: str | None = "en",
        javascript: bool = True,
        dark: bool = False,
        timeout: int = 10_000,
    ) -> Page:
        """A page of a new context; no language means a first visit without the cookie. `timeout` in milliseconds."""
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            accept_downloads=True,
        )
        self.contexts.append(context)
        if language:
            self._cookie(context, settings.LANGUAGE_COOKIE_NAME, language)
        if user is not None:
            client = Client()
            client.force_login(user)
            self._cookie(context, settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)
        page = context.new_page()
        page.set_default_timeout(timeout)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._note(page, message))
        return page

    def _cookie(self, context: BrowserContext, name: str, value: str) -> None:
        context.add_cookies([{"name": name, "value": value, "url": self.url}])

    def _note(self, page: Page, message: Any) -> None:
        # A page that answers 4xx is called a failed resource; what it says is looked at by the test itself.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"{page.url}: {message.text}")

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.contexts.clear()
