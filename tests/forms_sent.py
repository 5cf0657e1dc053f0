"""What a browser would send for a page: every field of its form, as it stands there."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client

Data = dict[str, list[str]]


class _Fields(HTMLParser):
    """Collects the fields of the form with a certain id."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside, self.data = form_id, False, Data()
        self.select = self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        name = given.get("name") or ""
        if not self.inside or "disabled" in given:
            return
        if tag == "input" and name and given.get("type") not in ("submit", "button", "file"):
            ticked = given.get("type") in ("checkbox", "radio")
            if not ticked or "checked" in given:
                self.data.setdefault(name, []).append(given.get("value") or ("on" if ticked else ""))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.data.setdefault(self.select, []).append(given.get("value") or "")
        elif tag == "textarea":
            self.textarea = name
            self.data[name] = [""]

    def handle_data(self, text: str) -> None:
        if self.textarea:
            self.data[self.textarea][0] += text

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            # A browser leaves out the line break that stands after the opening tag.
            self.data[self.textarea][0] = self.data[self.textarea][0].removeprefix("\r\n").removeprefix("\n")
            self.textarea = ""


def fields_of(client: Client, url: str, form_id: str) -> Data:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    parser = _Fields(form_id)
    parser.feed(response.content.decode())
    assert parser.data, f"no form {form_id} on {url}"
    parser.data.pop("csrfmiddlewaretoken", None)
    return {name: values for name, values in parser.data.items() if "__prefix__" not in name}


def send(client: Client, url: str, form_id: str, **changes: Any) -> Any:
    """Open the page, type the changes, save. Names that are no identifiers are given in `also`."""
    data = fields_of(client, url, form_id)
    also = changes.pop("also", {})
    for name, value in {**changes, **also}.items():
        data[name] = value if isinstance(value, list) else [value]
    return client.post(url, {name: values for name, values in data.items() if values})
