"""What tests of pages ask: how many queries a page took, what it links to, and how many rows stand behind a link."""

import csv
import io
import re
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def client_of(user: Any) -> Client:
    """A browser in which this person is signed in, or nobody."""
    client = Client()
    if not isinstance(user, AnonymousUser):
        client.force_login(user)
    return client


def page(user: Any, address: str) -> str:
    response = client_of(user).get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    return response.content.decode()


def queries(user: Any, address: str) -> int:
    """Statements that one reading of the page takes, with nothing remembered from an earlier one."""
    client = client_of(user)
    caches["process"].clear()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def queries_of_post(user: Any, address: str, typed: Any, status: int = 200) -> int:
    """The same for what is sent there and answered by a page."""
    client = client_of(user)
    caches["process"].clear()
    with CaptureQueriesContext(connection) as captured:
        assert client.post(address, typed).status_code == status
    return len(captured)


def links(html: str) -> list[str]:
    return [address.replace("&amp;", "&") for address in re.findall(r'<a\b[^>]*?href="([^"]*)"', html)]


def main_part(html: str) -> str:
    """The page without its masthead and footer."""
    return html.split('<main id="main"', 1)[1].split("</main>", 1)[0]


def rows_behind(user: Any, address: str) -> int:
    """How many activities the list shows there, counted in its CSV."""
    response = client_of(user).get(address + ("&" if "?" in address else "?") + "format=csv")
    assert response.status_code == 200, f"{address}: {response.status_code}"
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return len(list(csv.reader(io.StringIO(text)))) - 1
