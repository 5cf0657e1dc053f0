"""Makes closed rounds, and reads a frozen report back from each of its forms."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from openpyxl import load_workbook

from activities.models import FrozenReport, ReportingRound
from activities.workflow import close_round
from tests.activities.report_reading import Element, body, parse
from tests.factories import make_round


def freeze(by: Any, made: ReportingRound | None = None, **fields: Any) -> FrozenReport:
    """The report of a round that was opened, unless it is given, and closed at once."""
    made = close_round(made=made or make_round(by=by, **fields), by=by)
    return FrozenReport.objects.filter(round=made).latest("version")


def get(user: Any, report: FrozenReport, language: str = "en", **given: Any) -> Any:
    client = Client(headers={"accept-language": language})
    if not isinstance(user, AnonymousUser):
        client.force_login(user)
    response = client.get(report.get_absolute_url(), given)
    assert response.status_code == 200, response.status_code
    return response


def page(user: Any, report: FrozenReport, language: str = "en", **given: Any) -> Element:
    return parse(get(user, report, language, **given))


def text(user: Any, report: FrozenReport, **given: Any) -> str:
    [main] = page(user, report, **given).all("main")
    return main.text


def csv_rows(user: Any, report: FrozenReport, language: str = "en") -> list[list[str]]:
    """The header row and the rows."""
    return csv_of(get(user, report, language, format="csv"))


def csv_of(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body(response).decode("utf-8-sig"), newline="")))


def csv_column(user: Any, report: FrozenReport, name: str) -> dict[str, str]:
    """One column by the reference of the row."""
    heads, *rows = csv_rows(user, report)
    return {row[0]: row[heads.index(name)] for row in rows}


def workbook(user: Any, report: FrozenReport, language: str = "en") -> Any:
    return load_workbook(io.BytesIO(body(get(user, report, language, format="xlsx"))))


def lines(document: Element, table: str) -> Iterator[tuple[list[str], str]]:
    """The cells of each activity with what stands below it, "" for nothing."""
    cells: list[str] | None = None
    for found in document.all("table", class_=table):
        for row in found.all("tr"):
            if row.has("class", "told"):
                assert cells
                yield cells, row.text
                cells = None
            elif not row.has("class", "cut") and not list(row.all("th", scope="col")):
                if cells:
                    yield cells, ""
                cells = [cell.text for cell in row.inside if isinstance(cell, Element)]
    if cells:
        yield cells, ""


def codes_on_page(user: Any, report: FrozenReport, **given: Any) -> list[str]:
    return [cells[0] for cells, _told in lines(page(user, report, **given), "acts")]


@contextmanager
def without_triggers(table: str) -> Iterator[Any]:
    """A cursor for somebody who gets behind the triggers of a table."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"DROP TRIGGER {table}_kept ON {table}")
        else:
            cursor.execute(f"DROP TRIGGER {table}_no_update")
            cursor.execute(f"DROP TRIGGER {table}_no_delete")
        yield cursor
