"""Rows of a frozen report on the page: those of the live report with days instead of ages, and what was said."""

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html

from tracker.toolkit.days import day_words
from tracker.toolkit.spreadsheets import Column
from tracker.toolkit.templatetags import ui

from ..choices import Signal
from ..reading.frozen import FrozenLine
from ..reports import Row
from .report_look import ON_PAGE
from .report_rows import LineWriter

TOLD = '<tr role="row" class="told"><td role="cell" class="full-row" colspan="{}">{}</td></tr>\n'


class FrozenLineWriter(LineWriter):
    """Turns lines of a frozen report into rows of the table."""

    def __init__(self, *, by_area: bool, columns: Sequence[Column] | None = None, tells: bool = True) -> None:
        super().__init__(by_area=by_area, columns=columns)
        self.tells, self.width = tells, len(ON_PAGE if columns is None else columns)

    def line(self, line: Any) -> str:
        written = super().line(line.row)
        told = told_below(line) if self.tells else ""
        return written + format_html(TOLD, self.width, told) if told else written

    def age(self, row: Row) -> str:
        """An age would grow; what was frozen stands still."""
        if row.updated_on is None:
            return super().age(row)
        words = day_words(row.updated_on, short=True)
        if Signal.SILENT in row.signals:
            return ui.signal(Signal.SILENT, words)
        return format_html('<time datetime="{}">{}</time>', row.updated_on.isoformat(), words)


def told_below(line: FrozenLine) -> str:
    """What was said of an activity and what was entered since, as HTML; "" for nothing."""
    if not line.said and not line.since:
        return ""
    return render_to_string("activities/frozen/told.html", {"line": line})
