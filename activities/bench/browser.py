"""Just enough of a browser: one connection kept open, cookies, forms, and a clock."""

import time
import zlib
from dataclasses import dataclass
from html.parser import HTMLParser
from http.client import HTTPConnection
from urllib.parse import urlencode, urljoin, urlsplit

TIMEOUT = 300
BLOCK = 64 * 1024
IDLE = 50  # seconds, less than the server keeps a connection


@dataclass
class Answer:
    """What came back. `transferred` is bytes of the body as sent; times are milliseconds from sending."""

    status: int
    headers: dict[str, str]
    body: bytes
    transferred: int
    first_byte: float
    total: float

    @property
    def text(self) -> str:
        return self.body.decode()


class Browser:
    """One visitor."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self.cookies = dict(cookies or {})
        self.used_at = time.monotonic()

    def get(self, path: str, *, compressed: bool = False, keep: bool = True, known: str = "") -> Answer:
        """`known` is the ETag of what the visitor already has."""
        return self._send("GET", path, None, compressed, keep, {"If-None-Match": known} if known else {})

    def post(self, path: str, fields: list[tuple[str, str]]) -> Answer:
        return self._send("POST", path, urlencode(fields), False, True)

    def close(self) -> None:
        self.connection.close()

    def _send(
        self, method: str, path: str, body: str | None, compressed: bool, keep: bool, more: dict[str, str] | None = None
    ) -> Answer:
        headers = {
            **(more or {}),
            "Host": "localhost",
            "Accept-Encoding": "gzip" if compressed else "identity",
            "Accept-Language": "en",
        }
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Referer"] = f"http://localhost{path}"
        if time.monotonic() - self.used_at > IDLE:
            self.connection.close()  # the server is about to; it is opened again by itself
        began = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        blocks = [response.read(1)]
        length = len(blocks[0])
        first = time.perf_counter()
        while block := response.read(BLOCK):
            length += len(block)
            if keep:
                blocks.append(block)
        ended = time.perf_counter()
        self.used_at = time.monotonic()
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        content = b"".join(blocks)
        if response.getheader("Content-Encoding") == "gzip" and keep:
            content = zlib.decompress(content, 31)
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, content, length, (first - began) * 1000, (ended - began) * 1000)


class Page(HTMLParser):
    """What a page asks a browser to fetch, and the fields of its forms as they would be sent untouched."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.assets: list[str] = []
        self.forms: list[list[tuple[str, str]]] = []
        self._select = self._textarea = ""
        self._chosen: str | None = None
        self._written = ""
        self.feed(text)

    def form(self, field: str) -> list[tuple[str, str]]:
        """The fields of the form that has `field`. Raises LookupError."""
        for fields in self.forms:
            if any(name == field for name, _ in fields):
                return fields
        raise LookupError(f"no form with a field {field}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "link" and {"stylesheet", "icon", "preload", "manifest"} & set(given.get("rel", "").split()):
            self.assets.append(given.get("href", ""))
        elif tag in ("script", "img") and given.get("src"):
            self.assets.append(given["src"])
        elif tag == "form":
            self.forms.append([])
        elif tag == "input" and name and self.forms and "disabled" not in given:
            kind = given.get("type", "text")
            if kind in ("checkbox", "radio") and "checked" not in given:
                return
            if kind not in ("submit", "button", "file", "image"):
                self.forms[-1].append((name, given.get("value", "on" if kind == "checkbox" else "")))
        elif tag == "select":
            self._select, self._chosen = name, None
        elif tag == "option" and self._select and ("selected" in given or self._chosen is None):
            self._chosen = given.get("value", "")
        elif tag == "textarea":
            self._textarea, self._written = name, ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._written += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select and self.forms:
            if self._chosen is not None:
                self.forms[-1].append((self._select, self._chosen))
            self._select = ""
        elif tag == "textarea" and self._textarea and self.forms:
            self.forms[-1].append((self._textarea, self._written.strip()))
            self._textarea = ""


def local(assets: list[str], page: str) -> list[str]:
    """The paths of a page's assets, each once; data: addresses need no request."""
    urls = [urljoin(page, asset) for asset in assets if asset and not asset.startswith("data:")]
    return list(dict.fromkeys(urlsplit(url).path for url in urls))
