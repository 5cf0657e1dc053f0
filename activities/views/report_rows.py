"""Rows of the report as the page shows them: links, marks and words, each made once, each row one text."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import groupby

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.days import age_words, day_words
from tracker.toolkit.spreadsheets import Column
from tracker.toolkit.templatetags import ui
from tracker.toolkit.texts import current_language, direction

from ..choices import Signal, Status
from ..models.names import Name
from ..reports import Row

SHOWN_COUNTRIES = 3
SHOWN_PARTICIPANTS = 2


class LineWriter:
    """Turns rows into lines of the table; what is the same on every line is looked up once."""

    # Those that stand in a line.
    signals = (Signal.OVERDUE, Signal.LEAD_WITHDREW, Signal.NO_LEAD, Signal.SILENT)

    def __init__(self, *, by_area: bool, columns: Sequence[Column] | None = None, in_the_past: bool = False) -> None:
        """`columns` are those of the report that were chosen; None for the usual eight.

        `in_the_past`: the rows are of an earlier day, so that “8 days ago” would be misread: they say the day.
        """
        self.by_area, self.columns, self.in_the_past = by_area, columns, in_the_past
        self.language = current_language()
        self.between = _(", ")
        words = ("lead", _("Lead")), ("part", _("With")), ("due", _("Due")), ("age", _("Updated"))
        self.cell = {
            name: format_html('<td role="cell" class="c-{}" data-label="{}">', name, word) for name, word in words
        }
        self.status = {code: ui.status(code, str(label)) for code, label in Status.choices}
        self.signal = {code: ui.signal(code, str(code.label)) for code in self.signals}
        self.frameworks: dict[str, str] = {}
        self.organization = escape(reverse("organization-detail", args=["-"]).removesuffix("-/"))
        chosen = columns or ()
        self.key = "title" if "title" in [column.name for column in chosen] else "code"
        self.chosen = [(own(self, column) or plain(column), column) for column in chosen]
        self.no_lead, self.no_date, self.never = ui.dash(_("none named")), ui.dash(_("no date")), ui.dash(_("never"))

    def groups(self, rows: Iterable[Row]) -> list[tuple[Name | None, SafeString]]:
        """(area, its lines) in the order of the rows; one group without an area where areas are not in order."""
        if not self.by_area:
            return [(None, self.lines(rows))]
        return [(area, self.lines(group)) for area, group in groupby(rows, key=lambda row: row.area)]

    def lines(self, rows: Iterable[Row]) -> SafeString:
        return SafeString("".join([self.line(row) for row in rows]))

    def line(self, row: Row) -> str:
        """The line as one text: fourteen variables of a template took a quarter of the page's time.

        What is not escaped here arrives as HTML.
        """
        if self.columns is not None:
            return self.chosen_line(row)
        code = escape(row.code)
        sub = ' class="sub"' if self.by_area and not row.agreed else ""
        cell = self.cell
        return f"""<tr role="row"{sub}>
      <td role="cell" class="c-ref"><bdi class="ref">{code}</bdi></td>
      <th scope="row" role="rowheader" class="ttl"><a href="{self.detail(row.framework)}{code}/"{self.speech(row)}>\
{escape(row.title.value)}</a>{self.countries(row)}</th>
      {cell["lead"]}{self.lead(row)}</td>
      {cell["part"]}{self.participants(row)}</td>
      <td role="cell" class="c-st">{self.status[row.status]}</td>
      <td role="cell" class="c-pr">{ui.progress(row.progress)}</td>
      {cell["due"]}{self.due(row)}</td>
      {cell["age"]}{self.age(row)}</td>
    </tr>
    """

    def chosen_line(self, row: Row) -> str:
        """The line with the columns that were chosen, in their order."""
        sub = ' class="sub"' if self.by_area and not row.agreed else ""
        return f'<tr role="row"{sub}>{"".join([write(row) for write, _column in self.chosen])}</tr>\n'

    def link(self, row: Row, text: str) -> str:
        return f'<a href="{self.detail(row.framework)}{escape(row.code)}/"{text}</a>'

    def code_cell(self, row: Row) -> str:
        code = f'<bdi class="ref">{escape(row.code)}</bdi>'
        if self.key == "title":
            return f'<td role="cell" class="c-ref">{code}</td>'
        return f'<th scope="row" role="rowheader" class="c-ref">{self.link(row, f">{code}")}</th>'

    def title_cell(self, row: Row) -> str:
        words = f"{self.speech(row)}>{escape(row.title.value)}"
        return f'<th scope="row" role="rowheader" class="ttl">{self.link(row, words)}</th>'

    def speech(self, row: Row) -> str:
        """A title in another language than the page's says so."""
        return self.language_of(row.title.language)

    def language_of(self, language: str) -> str:
        """The attributes of a text in this language; none where it is the page's, or a name has none."""
        if language in (self.language, ""):
            return ""
        return format_html(' lang="{}" dir="{}"', language, direction(language))

    def named(self, name: Name) -> str:
        """A name, which says so where it is in another language than the page."""
        spoken = self.language_of(name.language)
        return f"<span{spoken}>{escape(name.title)}</span>" if spoken else escape(name.title)

    def countries(self, row: Row) -> str:
        if not row.countries:
            return ""
        more = len(row.countries) - SHOWN_COUNTRIES
        words = self.between.join(row.countries[:SHOWN_COUNTRIES])
        return f" <small>{escape(words)}{f' +{more}' if more > 0 else ''}</small>"

    def participants(self, row: Row) -> str:
        more = len(row.participants) - SHOWN_PARTICIPANTS
        names = escape(self.between).join([self.named(name) for name in row.participants[:SHOWN_PARTICIPANTS]])
        return f'{names}&nbsp;<bdi class="quiet">+{more}</bdi>' if more > 0 else names

    def detail(self, framework: str) -> str:
        """The address of an activity but for its code: one look-up for each framework, not for each row."""
        if framework not in self.frameworks:
            self.frameworks[framework] = escape(reverse("activity-detail", args=[framework, "-"]).removesuffix("-/"))
        return self.frameworks[framework]

    def lead(self, row: Row) -> str:
        if not row.leaders:
            signal = next((code for code in (Signal.LEAD_WITHDREW, Signal.NO_LEAD) if code in row.signals), None)
            return self.signal[signal] if signal else self.no_lead
        first, more = row.leaders[0], len(row.leaders) - 1
        link = f'<a href="{self.organization}{escape(first.code)}/">{self.named(first)}</a>'
        if not more:
            return link
        return f'{link}&nbsp;<bdi class="quiet">+{more}</bdi><span class="vh"> {escape(_("co-lead"))}</span>'

    def due(self, row: Row) -> str:
        if not row.due:
            return self.no_date
        words = day_words(PartialDate(row.due), short=True)
        if Signal.OVERDUE in row.signals:
            return ui.signal(Signal.OVERDUE, words)
        return f'<time datetime="{escape(row.due)}">{escape(words)}</time>'

    def age(self, row: Row) -> str:
        words = age_words(row.updated_on)
        if self.in_the_past and row.updated_on:
            words = day_words(row.updated_on, short=True)
        if Signal.SILENT in row.signals:
            return ui.signal(Signal.SILENT, words)
        if row.updated_on is None:
            # An agreed item is carried out by its undertakings: nobody is waited for.
            return self.never if row.agreed else escape(words)
        return f'<time datetime="{row.updated_on.isoformat()}">{escape(words)}</time>'


Write = Callable[[Row], str]


def own(writer: LineWriter, column: Column) -> Write | None:
    """How the page writes a column that it shows with marks and links; None for the others."""
    cell = writer.cell
    return {
        "code": writer.code_cell,
        "title": writer.title_cell,
        "lead": lambda row: f"{cell['lead']}{writer.lead(row)}</td>",
        "status": lambda row: f'<td role="cell" class="c-st">{writer.status[row.status]}</td>',
        "progress": lambda row: f'<td role="cell" class="c-pr">{ui.progress(row.progress)}</td>',
        "due": lambda row: f"{cell['due']}{writer.due(row)}</td>",
        "updated": lambda row: f"{cell['age']}{writer.age(row)}</td>",
    }.get(column.name)


def plain(column: Column) -> Write:
    """A column as the files show it."""
    start = format_html('<td role="cell" class="c-more" data-label="{}">', column.label)
    return lambda row: f"{start}{escape(str(column.value(row) or ''))}</td>"
