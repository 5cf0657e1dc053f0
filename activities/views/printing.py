"""A printed report in pieces: its head, the table some hundred rows at a time, its foot."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from tracker.toolkit.spreadsheets import ROWS_AT_A_TIME, Column
from tracker.toolkit.texts import current_language
from tracker.toolkit.views import Report

ROWS_HERE = "<!-- rows -->"
ROWS = "activities/report/print_rows.html"


def print_report(
    whole: str, report: Report, columns: Sequence[Column], *, by_area: bool, template: str = ROWS
) -> Iterator[str]:
    """`whole` is the paper with ROWS_HERE where the rows stand; `template` draws some of them in these columns."""
    head, foot = whole.split(ROWS_HERE)
    return _pieces(head, foot, report, columns, by_area, template, current_language())


def _pieces(
    head: str, foot: str, report: Report, columns: Sequence[Column], by_area: bool, template: str, language: str
) -> Iterator[str]:
    yield head
    area = None
    lines: list[tuple[Any, dict[str, Any]]] = []
    for row in report.rows():
        begins = row.area if by_area and row.area != area else None
        area = row.area
        lines.append((begins, {column.name: column.value(row) for column in columns} | {"row": row}))
        if len(lines) == ROWS_AT_A_TIME:
            yield _printed(lines, by_area, template, language)
            lines = []
    yield _printed(lines, by_area, template, language)
    yield foot


def _printed(lines: list[tuple[Any, dict[str, Any]]], by_area: bool, template: str, language: str) -> str:
    # A response is sent after the middleware let go of the request's language.
    with translation.override(language):
        return render_to_string(template, {"lines": lines, "by_area": by_area})
