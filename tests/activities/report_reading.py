"""Reads the report back from each of its forms: page, CSV, XLSX, DOCX, JSON and print."""

import csv
import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

VOID = {"input", "meta", "link", "br", "img", "use", "col"}


class Element:
    """A tag with its attributes and what stands in it."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag, self.attributes, self.inside = tag, attributes, []

    def all(self, tag: str, **attributes: str) -> "Iterator[Element]":
        """Every such tag within; a class is one of several."""
        for child in self.inside:
            if isinstance(child, str):
                continue
            if child.tag == tag and all(child.has(name.rstrip("_"), value) for name, value in attributes.items()):
                yield child
            yield from child.all(tag, **attributes)

    def has(self, name: str, value: str) -> bool:
        held = self.attributes.get(name)
        return value in (held or "").split() if name == "class" else held == value

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    @property
    def text(self) -> str:
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.inside:
            yield from [child] if isinstance(child, str) else child._texts()


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("document", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def parse(response: Any) -> Element:
    """The document; fails where tags are not closed as they were opened."""
    reader = Reader()
    reader.feed(body(response).decode())
    reader.close()
    assert len(reader.open) == 1
    return reader.open[0]


def address(**given: Any) -> str:
    return reverse("activity-list", query=given or None)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def read(client: Client, **given: Any) -> Any:
    response = client.get(address(**given))
    assert response.status_code == 200, given
    return response


def rows_of(document: Element, table: str) -> list[list[str]]:
    return [
        [cell.text for cell in row.inside if isinstance(cell, Element)]
        for found in document.all("table", class_=table)
        for group in found.all("tbody")
        for row in group.all("tr")
        if not row.has("class", "cut")
    ]


def page_rows(client: Client, **given: Any) -> list[list[str]]:
    """The cells of every row of every page, in order."""
    rows: list[list[str]] = []
    for number in range(1, 100):
        document = parse(read(client, **given, page=number))
        rows += rows_of(document, "acts")
        if not list(document.all("a", rel="next")):
            return rows
    raise AssertionError("pages without end")


def csv_rows(client: Client, **given: Any) -> list[list[str]]:
    """The header row and the rows."""
    text = body(read(client, **given, format="csv")).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def xlsx_rows(client: Client, **given: Any) -> list[list[Any]]:
    """The header row and the rows; empty cells as ""."""
    sheet = load_workbook(io.BytesIO(body(read(client, **given, format="xlsx")))).worksheets[1]
    return [["" if cell.value is None else cell.value for cell in row] for row in sheet]


def cover_of(workbook: Any) -> dict[str, str]:
    """What the cover of a workbook says of the report, above the list of its columns."""
    pairs = [(row[0].value, row[1].value) for row in workbook.worksheets[0]]
    return dict(pairs[: pairs.index((None, None))])


def print_rows(client: Client, **given: Any) -> list[list[str]]:
    return rows_of(parse(read(client, **given, format="print")), "annex")


def docx(client: Client, **given: Any) -> Any:
    return Document(io.BytesIO(body(read(client, **given, format="docx"))))


def table_rows(document: Any) -> list[list[str]]:
    """The head and the rows of the table of a document, without those that stand across it."""
    [table] = document.tables
    return [
        ["\n".join(p.text for p in cell.paragraphs) for cell in row.cells]
        for row in table.rows
        if len(row._tr.tc_lst) == len(table.columns)
    ]


def docx_rows(client: Client, **given: Any) -> list[list[str]]:
    return table_rows(docx(client, **given))


def json_report(client: Client, **given: Any) -> dict[str, Any]:
    return json.loads(body(read(client, **given, format="json")))


def codes(rows: list[list[Any]]) -> list[str]:
    return [row[0] for row in rows]


def option_counts(client: Client, **given: Any) -> dict[str, int]:
    """The numbers beside the options of the filter form, by the option's id."""
    [form] = parse(read(client, **given)).all("form", id="filters")
    return {
        next(choice.all("input"))["id"]: int(number.text)
        for choice in form.all("div", class_="choice")
        for number in choice.all("span", class_="n")
    }


def form_values(form: Element) -> dict[str, list[str]]:
    """What a browser would send, but for empty values."""
    sent: dict[str, list[str]] = {}

    def add(name: str, value: str) -> None:
        if value:
            sent.setdefault(name, []).append(value)

    for field in form.all("input"):
        if "disabled" in field.attributes:
            continue
        if field.attributes.get("type") != "checkbox" or "checked" in field.attributes:
            add(field["name"], field.attributes.get("value", ""))
    for field in form.all("select"):
        for option in field.all("option"):
            if "selected" in option.attributes:
                add(field["name"], option["value"])
    return sent


def total(client: Client, **given: Any) -> str:
    return read(client, **given).context["count_words"]


def left_out(response: Any) -> tuple[int, int]:
    return int(response["X-Report-Rows"]), int(response["X-Report-Left-Out"])
