"""Rows of a frozen report on the page: those of the live report with days instead of ages, and what was said."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html

from tracker.toolkit.days import day_words
from tracker.toolkit.templatetags import ui

from ..choices import Signal
from ..reading.frozen import FrozenLine
from ..reports import Row
from .report_rows import LineWriter

TOLD = '<tr role="row" class="told"><td role="cell" class="full-row" colspan="8">{}</td></tr>\n'


class FrozenLineWriter(LineWriter):
    """Turns lines of a frozen report into rows of the table."""

    def line(self, line: Any) -> str:
        written = super().line(line.row)
        told = self.told(line)
        return written + format_html(TOLD, told) if told else written

    def told(self, line: FrozenLine) -> str:
        if not line.said and not line.since:
            return ""
        return render_to_string("activities/frozen/told.html", {"line": line})

    def age(self, row: Row) -> str:
        """An age would grow; what was frozen stands still."""
        if row.updated_on is None:
            return super().age(row)
        words = day_words(row.updated_on, short=True)
        if Signal.SILENT in row.signals:
            return ui.signal(Signal.SILENT, words)
        return format_html('<time datetime="{}">{}</time>', row.updated_on.isoformat(), words)
